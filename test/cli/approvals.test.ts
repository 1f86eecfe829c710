import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { daybook, folderWith, smallPage } from './daybook.ts'

const cwd = await folderWith(t, {
  'small.yaml': `${smallPage}approvals: [{ role: validator, keys: [keys/validator.key.pub] }]\n`,
})
mkdirSync(join(cwd, 'keys'))
const env = { DAYBOOK_KEY_PASSPHRASE: undefined, DAYBOOK_KEY: undefined }
const key = async (file: string, passphrase?: string) =>
  JSON.parse(
    (await daybook(['key', 'new', file, '--json'], { cwd, env: { ...env, DAYBOOK_KEY_PASSPHRASE: passphrase } }))
      .stdout,
  )
const [analyst, validator] = [await key('analyst.key', 'a secret'), await key('keys/validator.key')]

t.test('keys: private to their owner, known by their ids, never asked for without a terminal', async (t) => {
  t.equal(statSync(join(cwd, 'analyst.key')).mode & 0o777, 0o600)
  t.match(readFileSync(join(cwd, 'analyst.key'), 'utf8'), /ENCRYPTED/)
  t.match(analyst, { ok: true, locked: true, public: join(cwd, 'analyst.key.pub') })
  t.match(validator, { locked: false })
  t.equal((await daybook(['key', 'show', 'analyst.key.pub'], { cwd, env })).stdout, `${analyst.key}\n`)
  t.same(JSON.parse((await daybook(['key', 'show', 'keys', '--json'], { cwd, env })).stdout).keys, [validator.key])
  t.equal((await daybook(['key', 'show', 'nowhere'], { cwd, env })).code, 2)
})

t.test('a key that cannot be opened ends the command before the run', async (t) => {
  for (const [given, passphrase, code] of [
    ['analyst.key', undefined, 'SIGN_PASSPHRASE'],
    ['analyst.key', 'not this one', 'SIGN_PASSPHRASE'],
    ['nowhere.key', undefined, 'SIGN_BAD_KEY'],
    ['analyst.key.pub', undefined, 'SIGN_BAD_KEY'],
  ] as const) {
    const run = ['run', 'small.yaml', '--key', given]
    const ended = await daybook(run, { cwd, env: { ...env, DAYBOOK_KEY_PASSPHRASE: passphrase } })
    t.equal(ended.code, 2)
    t.match(ended.stderr, code)
    t.notMatch(ended.stderr, /a secret|not this one/)
  }
  t.notOk(existsSync(join(cwd, '.daybook')), 'nothing was run')
})

let approvedRun = ''

t.test('run, approve, run, serve: what is waited for is told at each step', async (t) => {
  const secret = { ...env, DAYBOOK_KEY_PASSPHRASE: 'a secret' }
  const first = await daybook(['run', 'small.yaml', '--key', 'analyst.key'], { cwd, env: secret })
  t.equal(first.code, 3, first.stderr)
  t.match(first.stdout, /approve validator: waited for/)
  t.match(first.stdout, `signed  by key ${analyst.key}`)
  t.match(first.stderr, /deploy\.serve +skipped: waits for approval by validator/)
  t.match(first.stderr, /npx daybook approve \S+ --role validator --key FILE\n.*npx daybook run small\.yaml/)
  const refused = await daybook(['serve', 'latest', '--json'], { cwd, env })
  t.equal(refused.code, 3)
  t.match(JSON.parse(refused.stdout), {
    ok: false,
    errors: [{ code: 'SIGN_NOT_APPROVED', hint: /approve .*validator/ }],
  })
  const packed = await daybook(['package', 'latest', '--out', 'packed', '--json'], { cwd, env })
  t.equal(packed.code, 3)
  t.match(JSON.parse(packed.stdout), { errors: [{ code: 'SIGN_NOT_APPROVED' }] })
  t.notOk(existsSync(join(cwd, 'packed')))

  const approve = ['approve', 'latest', '--role', 'validator', '--json', '--key']
  const own = await daybook([...approve, 'analyst.key'], { cwd, env: secret })
  t.equal(own.code, 2)
  t.match(JSON.parse(own.stdout), { errors: [{ code: 'SIGN_OWN_RUN' }] })
  const approved = await daybook([...approve, 'keys/validator.key'], { cwd, env })
  t.equal(approved.code, 0, approved.stderr)
  approvedRun = JSON.parse(approved.stdout).run
  t.match(JSON.parse(approved.stdout), { approvals: [{ role: 'validator', by: validator.key }] })

  const second = await daybook(['run', 'small.yaml', '--json'], { cwd, env: { ...secret, DAYBOOK_KEY: 'analyst.key' } })
  t.equal(second.code, 0)
  const told = JSON.parse(second.stdout)
  t.match(told, { ok: true, approvals: [{ role: 'validator', by: validator.key }], attestation: { key: analyst.key } })
  const states = told.cells.map(({ state }: { state: string }) => state)
  t.equal(states.pop(), 'ran', 'the target')
  t.same([...new Set(states)], ['cached'])
  const verify = ['verify', 'latest', '--key', 'analyst.key.pub', '--json']
  const verified = await daybook(verify, { cwd, env })
  t.match(JSON.parse(verified.stdout), {
    verdict: 'identical',
    approvals: [{ role: 'validator', by: validator.key, trusted: false }],
  })
  const both = await daybook([...verify, '--key', 'keys'], { cwd, env })
  t.match(JSON.parse(both.stdout), { approvals: [{ trusted: true }] })
  t.equal((await daybook(['export', 'latest', '--out', 'run.tar'], { cwd, env })).code, 0)
  const archived = ['verify', 'run.tar', '--no-replay', '--key', 'analyst.key.pub', '--key', 'keys', '--json']
  t.match(JSON.parse((await daybook(archived, { cwd, env })).stdout), {
    verdict: 'identical',
    signed: [{ kind: 'provenance', key: analyst.key, trusted: true }],
    approvals: [{ role: 'validator', by: validator.key, trusted: true }],
  })
  const strangers = await daybook(['verify', 'latest', '--key', 'keys'], { cwd, env })
  t.equal(strangers.code, 4, 'who approved did not attest')
  t.match(strangers.stderr, /SIGN_ABSENT/)
})

t.test('a folder is signed and checked; a model leaves with its signature', async (t) => {
  const attest = ['attest', approvedRun, '--out', 'model', '--key']
  const out = await daybook([...attest, 'keys/validator.key'], { cwd, env })
  t.equal(out.code, 2, 'who approved does not attest')
  t.notOk(existsSync(join(cwd, 'model')))
  await key('build.key')
  const attested = await daybook([...attest, 'build.key'], { cwd, env })
  t.equal(attested.code, 0, attested.stderr)
  const verify = ['verify', 'model', '--key', 'build.key.pub', '--json']
  t.match(JSON.parse((await daybook(verify, { cwd, env })).stdout), {
    verdict: 'identical',
    signed: { model: 'small', files: 3 },
  })
  writeFileSync(join(cwd, 'model', 'extra.js'), '')
  const strange = await daybook(verify, { cwd, env })
  t.equal(strange.code, 4)
  t.match(JSON.parse(strange.stdout), { ok: false, errors: [{ code: 'SIGN_FILE_UNSIGNED' }] })
  t.match((await daybook([...attest, 'build.key'], { cwd, env })).stderr, /SIGN_FOLDER/)

  const signed = await daybook(['sign', 'model', '--key', 'build.key', '--ignore', './extra.js'], { cwd, env })
  t.equal(signed.code, 0, signed.stderr)
  const text = await daybook(['verify', './model', '--key', 'keys', '--key', 'build.key.pub'], { cwd, env })
  t.equal(text.code, 0)
  t.match(text.stdout, /signed {2}model: 3 files[\s\S]*not covered by its own word: extra\.js\nverdict identical/)
  t.equal((await daybook(['verify', './model', '--key', 'keys'], { cwd, env })).code, 4)
  t.equal((await daybook(['verify', './model'], { cwd, env })).code, 2)
  t.equal((await daybook(['verify', './keys', '--key', 'keys'], { cwd, env })).code, 2)
  t.equal((await daybook(['sign', 'model'], { cwd, env })).code, 2)
})
