import { chmod, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { daybook, folderWith, smallPage } from './daybook.ts'

const cwd = await folderWith(t, { 'small.yaml': smallPage })
const { run } = JSON.parse((await daybook(['run', 'small.yaml', '--json'], { cwd })).stdout)

t.test('verify replays a run: every cell, the verdict, exit 0', async (t) => {
  const json = await daybook(['verify', 'latest', '--json', '--threads', '1'], { cwd })
  t.equal(json.code, 0, json.stderr)
  const told = JSON.parse(json.stdout)
  t.match(told, { formatVersion: '1.0', verdict: 'identical', run: run.id, first: null })
  t.ok(told.cells.length > 4)
  t.ok(told.cells.every((cell: { same: boolean; expected: string; actual: string }) => cell.same))
  const text = await daybook(['verify', 'small'], { cwd })
  t.match(text.stdout, /cell +recorded +replayed/)
  t.match(text.stdout, /verdict identical: run /)
  t.equal((await daybook(['verify', 'nothing'], { cwd })).code, 2)
})

t.test('fsck finds damage, sets it aside and exits 1; the ledger has a head', async (t) => {
  const clean = await daybook(['fsck'], { cwd })
  t.equal(clean.code, 0)
  t.match(clean.stdout, /^clean: \d+ objects, \d+ cache entries, 1 runs/)
  const head = JSON.parse((await daybook(['ledger', 'head', '--json'], { cwd })).stdout)
  t.match(head, { number: 1, run: run.id, entry: /^[0-9a-f]{64}$/ })

  const cells = join(cwd, '.daybook', 'cells')
  const [name = ''] = await readdir(cells)
  await chmod(join(cells, name), 0o600)
  await writeFile(join(cells, name), (await readFile(join(cells, name), 'utf8')).replace('format', 'formax'))
  const damaged = await daybook(['fsck', '--json'], { cwd })
  t.equal(damaged.code, 1)
  t.match(JSON.parse(damaged.stdout), {
    ok: false,
    damages: [{ code: 'STORE_CELL_DAMAGED', path: join('cells', name), quarantined: true }],
  })
  t.equal((await daybook(['fsck'], { cwd })).code, 0, 'it was set aside')
})

t.test('gc says what it removes', async (t) => {
  const json = await daybook(['gc', '--dry-run', '--json'], { cwd })
  t.match(JSON.parse(json.stdout), { ok: true, dryRun: true, objects: 0, withoutObjects: [] })
  t.match((await daybook(['gc', '--keep', '1'], { cwd })).stdout, /^freed 0\.0 MB/)
  const none = await daybook(['fsck', '--store', 'nowhere'], { cwd })
  t.equal(none.code, 2)
  t.match(none.stderr, /there is no store/)
})

t.test('a lock is written, kept and enforced', async (t) => {
  const none = await daybook(['run', 'small.yaml', '--frozen'], { cwd })
  t.equal(none.code, 2)
  t.match(none.stderr, /LOCK_ABSENT.*small\.lock\.json[\s\S]*--update-lock/)
  t.match((await daybook(['run', 'small.yaml', '--update-lock'], { cwd })).stdout, /lock +small\.lock\.json: written/)
  const frozen = await daybook(['run', 'small.yaml', '--frozen', '--json'], { cwd })
  t.equal(frozen.code, 0)
  t.match(JSON.parse(frozen.stdout), { lock: { file: join(cwd, 'small.lock.json'), state: 'kept' } })
  t.equal((await daybook(['run', 'small.yaml', '--frozen', '--set', 'seed=9'], { cwd })).code, 2)
  const lock = JSON.parse(await readFile(join(cwd, 'small.lock.json'), 'utf8'))
  await writeFile(join(cwd, 'small.lock.json'), JSON.stringify({ ...lock, model: lock.page }))
  const differs = await daybook(['run', 'small.yaml', '--frozen'], { cwd })
  t.equal(differs.code, 4)
  t.match(differs.stdout, /lock +small\.lock\.json: MOVED\n +model: /)
  t.equal((await daybook(['run', 'small.yaml', '--frozen', '--update-lock'], { cwd })).code, 2)
})

t.test('a run is signed, approved and verified by keys', async (t) => {
  const env = { DAYBOOK_KEY_PASSPHRASE: 'a long one', DAYBOOK_KEY: undefined }
  const made = JSON.parse((await daybook(['key', 'new', 'risk.key', '--json'], { cwd, env })).stdout)
  t.match(await readFile(join(cwd, 'risk.key'), 'utf8'), /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
  t.equal((await daybook(['key', 'new', 'risk.key'], { cwd, env })).code, 2, 'a key is never overwritten')
  t.match((await daybook(['attest', 'latest'], { cwd, env })).stderr, /SIGN_NO_KEY/)
  const attested = await daybook(['attest', 'latest', '--key', 'risk.key', '--json'], { cwd, env })
  t.match(JSON.parse(attested.stdout), { ok: true, kind: 'provenance', key: made.key })
  const own = await daybook(['approve', 'latest', '--key', 'risk.key'], { cwd, env })
  t.equal(own.code, 2)
  t.match(own.stderr, /SIGN_OWN_RUN/)
  const validator = JSON.parse((await daybook(['key', 'new', 'validator.key', '--json'], { cwd, env })).stdout)
  const approve = ['approve', 'latest', '--role', 'validator', '--note', 'Fine.', '--json']
  const approved = await daybook(approve, { cwd, env: { ...env, DAYBOOK_KEY: 'validator.key' } })
  t.match(JSON.parse(approved.stdout), { kind: 'approval', approval: { role: 'validator', note: 'Fine.' } })
  const verified = await daybook(['verify', 'latest', '--key', 'risk.key.pub', '--json'], { cwd, env })
  t.equal(verified.code, 0, verified.stderr)
  t.same(
    new Map(JSON.parse(verified.stdout).signed.map((one: { key: string; trusted: boolean }) => [one.key, one.trusted])),
    new Map([
      [made.key, true],
      [validator.key, false],
    ]),
  )
  await daybook(['key', 'new', 'other.key'], { cwd, env })
  const stranger = await daybook(['verify', 'latest', '--key', 'other.key.pub'], { cwd, env })
  t.equal(stranger.code, 4)
  t.match(stranger.stderr, /SIGN_ABSENT/)
})
