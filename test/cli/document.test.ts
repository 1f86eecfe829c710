import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { daybook, folderWith, smallPage } from './daybook.ts'

const cwd = await folderWith(t, { 'small.yaml': smallPage })
const { run } = JSON.parse((await daybook(['run', 'small.yaml', '--json'], { cwd })).stdout)

t.test('each kind goes to stdout, to a file, or into the envelope', async (t) => {
  const beginnings = {
    'model-card': '# small\n',
    'ml-bom': '{\n  "$schema": "http://cyclonedx.org/',
    'open-lineage': '{"eventType":"START"',
    dossier: '<!doctype html>\n',
  }
  for (const [kind, beginning] of Object.entries(beginnings)) {
    const plain = await daybook(['document', 'latest', '--as', kind], { cwd })
    t.equal(plain.code, 0, plain.stderr)
    t.ok(plain.stdout.startsWith(beginning), kind)
    const json = await daybook(['document', 'latest', '--as', kind, '--json'], { cwd })
    t.match(JSON.parse(json.stdout), { formatVersion: '1.0', ok: true, run: run.id, document: kind, file: null })
    t.equal(`${JSON.parse(json.stdout).text.trimEnd()}\n`, plain.stdout)
  }
  const filed = await daybook(['document', 'latest', '--as', 'dossier', '--out', 'dossier.html'], { cwd })
  t.equal(filed.stdout, 'dossier.html\n')
  t.match(await readFile(join(cwd, 'dossier.html'), 'utf8'), /Ledger entry 1, <code>[0-9a-f]{64}<\/code>/)
})

t.test('lineage is posted; the token stays in the header', async (t) => {
  const tokens: (string | undefined)[] = []
  let status = 200
  const server = createServer((request, response) => {
    tokens.push(request.headers.authorization)
    request.resume().on('end', () => response.writeHead(status).end('no such namespace'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/lineage`
  const args = ['document', 'latest', '--as', 'open-lineage', '--post', url]
  const env = { DAYBOOK_OPENLINEAGE_TOKEN: 'seldom-seen' }

  const sent = await daybook(args, { cwd, env })
  t.equal(sent.stdout, `2 events sent to ${url}\n`)
  t.same(tokens, ['Bearer seldom-seen', 'Bearer seldom-seen'])
  const json = JSON.parse((await daybook([...args, '--json'], { cwd, env })).stdout)
  t.match(json, { ok: true, document: 'open-lineage', file: null, posted: { url, events: 2 } })
  t.equal(json.text, undefined)

  status = 404
  const refused = await daybook(args, { cwd, env })
  t.equal(refused.code, 1)
  t.match(refused.stderr, /POST_REFUSED .*answered 404 to event 1 of 2: “no such namespace”/)
  t.notMatch(`${sent.stdout}${sent.stderr}${refused.stdout}${refused.stderr}`, /seldom/)
})

t.test('bad usage', async (t) => {
  const other = await daybook(['document', 'latest', '--post', 'https://example.org/'], { cwd })
  t.equal(other.code, 2)
  t.match(other.stderr, /--as open-lineage/)
  const nowhere = await daybook(['document', 'latest', '--out', join('no', 'such', 'folder', 'x.md')], { cwd })
  t.equal(nowhere.code, 2)
  t.match(nowhere.stderr, /cannot be written: ENOENT/)
  const url = await daybook(['document', 'latest', '--as', 'open-lineage', '--post', 'ftp://x/'], { cwd })
  t.equal(url.code, 2)
  t.match(url.stderr, /POST_BAD_URL/)
  t.equal((await daybook(['document', 'latest', '--as', 'essay'], { cwd })).code, 2)
  t.equal((await daybook(['document', 'nothing'], { cwd })).code, 2)
})
