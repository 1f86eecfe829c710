import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { send } from '../serve/client.ts'
import { applicant, daybook, ended, folderWith, says, smallPage, start } from './daybook.ts'

const cwd = await folderWith(t, { 'small.yaml': smallPage })

/** Runs the page and gives the id of the run. */
async function run(...more: string[]): Promise<string> {
  const { stdout, stderr } = await daybook(['run', 'small.yaml', '--json', ...more], { cwd })
  const { run } = JSON.parse(stdout)
  if (run?.status !== 'ok') throw new Error(stdout + stderr)
  return run.id
}

const first = await run()
const second = await run('--set', 'algorithm.with.trees=12')
const body = { rows: [applicant] }

t.test('a serve file: models, aliases, stored tokens; SIGHUP loads what it says now', async (t) => {
  const made = await daybook(['token', 'new', '--scope', 'infer', '--scope', 'admin', '--note', 'test', '--json'], {
    cwd,
  })
  t.equal(made.code, 0)
  const { token, line } = JSON.parse(made.stdout)
  t.match(line, /^[0-9a-f]{64} infer,admin # test$/)
  await writeFile(join(cwd, 'tokens.txt'), `${line}\n`)
  const file = (champion: string, challenger: string) => `daybookServe: 1
port: 0
tokens: tokens.txt
models:
  - { name: loans, champion: ${champion}, challenger: ${challenger} }
`
  await writeFile(join(cwd, 'serve.yaml'), file(first, second))
  const server = start(['serve', 'serve.yaml'], { cwd, env: { DAYBOOK_TOKEN: undefined } })
  const end = ended(server)
  const [, champion, url] = await says(server, /Serving loans \(run ([^,)]+).* on (http:\S+)/)
  const [, management] = await says(server, /repository of models: (http:\/\/[^/\s]+)/).catch(() => [])
  t.equal(champion, first)
  t.equal((await send(`${url}/predict`, { body })).status, 401)
  const headers = { authorization: `Bearer ${token}` }
  const version = async () => (await send(`${url}/predict`, { body, headers })).json.model.version
  t.equal(await version(), first)
  t.same((await send(`${url}/v2/models/loans`, { headers })).json.versions, [first, second])
  if (management !== undefined) {
    const index = await send(`${management}/v2/repository/index`, { method: 'POST', headers })
    t.same(
      index.json.map((one: { version: string }) => one.version),
      [first, second],
    )
  }
  await writeFile(join(cwd, 'serve.yaml'), 'daybookServe: 1\nmodels: [\n')
  server.kill('SIGHUP')
  await new Promise((done) => setTimeout(done, 200))
  t.equal(await version(), first, 'a broken file changes nothing')
  await writeFile(join(cwd, 'serve.yaml'), file(second, first))
  server.kill('SIGHUP')
  for (let time = 0; time < 100 && (await version()) !== second; time++)
    await new Promise((done) => setTimeout(done, 50))
  t.equal(await version(), second, 'the file was read again')
  server.kill('SIGTERM')
  const { code, stderr, stdout } = await end
  t.equal(code, 0, stderr)
  t.match(stderr, /"msg":"model loaded"/)
  t.notMatch(stderr + stdout, token)
})

t.test('several runs on the command line: versions of one name, and a challenger', async (t) => {
  const server = start(['serve', first, second, '--challenger', second, '--port', '0', '--json'], { cwd })
  const end = ended(server)
  await says(server, /\n\}\n/)
  server.kill('SIGTERM')
  const { stdout } = await end
  const told = JSON.parse(stdout)
  t.match(told, { ok: true, run: first, models: [{ name: 'small', champion: first, challenger: second }] })
  t.same(told.models[0].versions.toSorted(), [first, second].toSorted())
  t.match(told.management, /^http:\/\/127\.0\.0\.1:\d+$/)
})

t.test('what cannot be served is said before anything listens', async (t) => {
  const serve = async (...args: string[]) => daybook(['serve', ...args], { cwd, env: { DAYBOOK_TOKEN: undefined } })
  await writeFile(join(cwd, 'wrong.yaml'), 'daybookServe: 1\nmodels:\n  - { name: loans, champoin: latest }\n')
  const wrong = await serve('wrong.yaml')
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /wrong\.yaml:3:\d+ +SPEC_UNKNOWN_KEY +`champoin` is not a key/)
  t.match(wrong.stderr, 'did you mean `champion`?')
  await writeFile(join(cwd, 'bad-tokens.txt'), '# ours\nnonsense infer\n')
  const tokens = await serve('small', '--tokens', 'bad-tokens.txt')
  t.equal(tokens.code, 2)
  t.match(tokens.stderr, /bad-tokens\.txt:2:1 +SERVE_BAD_TOKEN/)
  await writeFile(join(cwd, 'no-tokens.txt'), '# none\n')
  t.match((await serve('small', '--tokens', 'no-tokens.txt')).stderr, 'SERVE_BAD_TOKEN')
  t.match((await serve('small', '--tokens', 'absent.txt')).stderr, 'SERVE_FILE_UNREADABLE')
  t.match((await serve('small', '--tls-key', 'absent.pem')).stderr, '--tls-certificate and --tls-key')
  const unsigned = await (async () => {
    await daybook(['key', 'new', 'own.key'], { cwd })
    return serve('small', '--key', 'own.key.pub')
  })()
  t.match(unsigned.stderr, 'SIGN_ABSENT', 'what the key has not signed is not served')
  t.match((await serve('nothing-like-it')).stderr, 'STORE_NO_RUN')
  t.equal((await daybook(['token', 'new', '--scope', 'root'], { cwd })).code, 2)
})
