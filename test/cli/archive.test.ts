import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { daybook, folderWith, smallPage } from './daybook.ts'

const cwd = await folderWith(t, { 'small.yaml': smallPage })
const env = { DAYBOOK_KEY_PASSPHRASE: undefined, DAYBOOK_KEY: undefined }
const { run } = JSON.parse((await daybook(['run', 'small.yaml', '--json'], { cwd })).stdout)
await daybook(['key', 'new', 'risk.key'], { cwd, env })
await daybook(['attest', 'latest', '--key', 'risk.key'], { cwd, env })

t.test('export packs a run, once', async (t) => {
  const json = await daybook(['export', 'small', '--out', 'run.tar', '--json'], { cwd })
  t.equal(json.code, 0, json.stderr)
  const told = JSON.parse(json.stdout)
  const archive = join(cwd, 'run.tar')
  t.match(told, { formatVersion: '1.0', ok: true, run: run.id, archive, withData: false, unchanged: false, notes: [] })
  const again = await daybook(['export', 'small', '--out', 'run.tar'], { cwd })
  t.match(
    again.stdout,
    /^unchanged run .* of small: run\.tar \(\d+ files, \d\.\d MB, without its data\)\nsha256 +[0-9a-f]{64}\n$/,
  )
  t.match(again.stderr, /npx daybook verify run\.tar/)
  const other = await daybook(['export', 'small', '--out', 'run.tar', '--with-data'], { cwd })
  t.equal(other.code, 2)
  t.match(other.stderr, /ARCHIVE_EXISTS/)
  t.match((await daybook(['export', 'small'], { cwd })).stdout, new RegExp(`${run.id}\\.tar`))
})

t.test('verify takes an archive anywhere, with a key', async (t) => {
  const elsewhere = await folderWith(t)
  await mkdir(join(elsewhere, 'in'))
  for (const name of ['run.tar', 'risk.key.pub']) await copyFile(join(cwd, name), join(elsewhere, 'in', name))
  const json = await daybook(['verify', 'in/run.tar', '--key', 'in/risk.key.pub', '--json', '--threads', '1'], {
    cwd: elsewhere,
  })
  t.equal(json.code, 0, json.stderr)
  const told = JSON.parse(json.stdout)
  t.match(told, {
    formatVersion: '1.0',
    verdict: 'identical',
    run: run.id,
    data: false,
    signed: [{ kind: 'provenance' }],
  })
  t.match(told, { files: { problems: [] }, sha256: /^[0-9a-f]{64}$/, entry: /^[0-9a-f]{64}$/ })
  t.ok(told.cells.length > 4)
  t.notMatch(json.stdout, 'envelope')

  const bytes = await readFile(join(elsewhere, 'in', 'run.tar'))
  const at = bytes.indexOf('"observed"')
  bytes[at] = (bytes[at] as number) ^ 1
  await writeFile(join(elsewhere, 'broken.tar'), bytes)
  const broken = await daybook(['verify', 'broken.tar'], { cwd: elsewhere })
  t.equal(broken.code, 4)
  t.match(
    broken.stdout,
    /files +\d+ checked, \d+ not as recorded\n +ARCHIVE_FILE_CHANGED .*\n(.*\n)*verdict different: run /,
  )
  await writeFile(join(elsewhere, 'cut.tar'), bytes.subarray(0, at))
  const cut = JSON.parse((await daybook(['verify', 'cut.tar', '--json'], { cwd: elsewhere })).stdout)
  t.match(cut, { ok: false, errors: [{ code: 'TAR_TRUNCATED' }] })
  const none = await daybook(['verify', './none'], { cwd: elsewhere })
  t.equal(none.code, 2)
  t.match(none.stderr, /ARCHIVE_ABSENT.*\.\/none: there is no such file/)
})

t.test('verify --no-replay reads digests alone', async (t) => {
  const json = await daybook(['verify', 'latest', '--no-replay', '--json'], { cwd })
  t.equal(json.code, 0, json.stderr)
  t.match(JSON.parse(json.stdout), { verdict: 'identical', run: run.id, cells: [], files: { problems: [] } })
  t.match((await daybook(['verify', 'run.tar', '--no-replay'], { cwd })).stdout, /all as recorded\nverdict identical/)
  const events = join(cwd, '.daybook', 'runs', run.id, 'events.ndjson')
  const sound = await readFile(events)
  await writeFile(events, '{}\n')
  const changed = await daybook(['verify', 'latest', '--no-replay'], { cwd })
  t.equal(changed.code, 4)
  t.match(changed.stdout, /STORE_FILE_CHANGED .*events\.ndjson/)
  await writeFile(events, sound)
})

t.test('verify --sample audits the cache and tells its seed', async (t) => {
  const json = await daybook(['verify', 'latest', '--sample', '5%', '--json', '--threads', '1'], { cwd })
  t.equal(json.code, 0, json.stderr)
  const { sample, cells, verdict } = JSON.parse(json.stdout)
  t.equal(verdict, 'identical')
  t.match(sample, { share: 0.05, cells: 1, of: Number })
  const args = ['verify', 'latest', '--sample', '5%', '--seed', String(sample.seed)]
  const again = await daybook([...args, '--threads', '1'], { cwd })
  t.match(again.stdout, new RegExp(`^cell +recorded +replayed\n${cells[0].id} `))
  t.match(again.stdout, new RegExp(`sample +1 of \\d+ cells; the same again: --sample 5% --seed ${sample.seed}\n`))
  for (const wrong of [
    ['--sample', '0%'],
    ['--sample', '5'],
    ['--sample', '101%'],
    ['--sample', '5%', '--no-replay'],
  ])
    t.equal((await daybook(['verify', 'latest', ...wrong], { cwd })).code, 2, wrong.join(' '))
  t.match((await daybook(['verify', 'run.tar', '--sample', '5%'], { cwd })).stderr, /an archive has none/)
})
