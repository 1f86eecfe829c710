import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { exportRun, type RunRecord } from '../../src/index.ts'
import { readTarFiles } from '../../src/package/read-tar.ts'
import { type ArchiveManifest, manifestName, readManifest, writeManifest } from '../../src/package/run-archive.ts'
import { openStore } from '../../src/store/index.ts'
import { acme, folderWithAcme } from '../acme.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'
import { makeArchived, verified } from './archived.ts'
import { Forgery } from './forge.ts'

const { workshop, store, record, plain, whole } = await makeArchived(t)

async function exported(run: RunRecord, folder: string, out: string, withData = false, data: readonly string[] = []) {
  const store = await openStore(join(folder, '.daybook'))
  return exportRun(await store.runs.find(run.id), store, { out, withData, env: {}, data })
}

t.test('a run is verified from its archive alone, whatever became of its folder', async (t) => {
  const file = join(t.testdir(), 'run.tar')
  cpSync(whole, file)
  const { verdict, cells, run, notes, files, data, sha256 } = await verified(file)
  t.equal(verdict, 'identical')
  t.equal(run, record.id)
  t.same(
    cells.map(({ id }) => id),
    [...record.result.cells.map(({ id }) => id), 'deploy.serve'],
  )
  t.ok(cells.every(({ same, actual }) => same && actual !== null))
  t.match(files, { problems: [] })
  t.equal(data, true)
  t.equal(sha256, digestBytes(readFileSync(file)))
  t.notMatch(notes.join('\n'), /found at/, 'where the inputs were unpacked is nobody’s business')
})

t.test('without data every digest is checked, and what a replay lacks is named', async (t) => {
  const none = await verified(plain)
  t.equal(none.verdict, 'unverifiable')
  t.match(none.files, { problems: [] })
  t.match(none.notes.join('\n'), /loans\.csv of cell data \(SHA-256 [0-9a-f]{64}\) was not found/)
  const elsewhere = t.testdir({ 'renamed.csv': readFileSync(workshop.data) })
  t.equal((await verified(plain, { data: [elsewhere] })).verdict, 'identical', 'found by its digest')
  t.equal((await verified(plain, { replay: false })).verdict, 'identical')
})

t.test('what is in it: manifest first, no rows unless asked for, nothing of the machine', async (t) => {
  const [bare, full] = [await readTarFiles(readFileSync(plain)), await readTarFiles(readFileSync(whole))]
  t.equal([...bare.keys()][0], manifestName)
  const manifest = JSON.parse(String(bare.get(manifestName))) as ArchiveManifest
  t.match(manifest, { format: 1, run: record.id, digest: record.digest, data: false })
  t.same(
    manifest.files.map(({ path }) => path),
    [...bare.keys()].slice(1),
  )
  t.notMatch(JSON.stringify(manifest), workshop.folder)
  t.equal(String(bare.get('page/page.yaml')), record.page.text)
  t.match(
    [...full.keys()].filter((name) => name.startsWith('data/')),
    [/^data\/[0-9a-f]{64}\.csv$/],
  )
  const objects = (files: ReadonlyMap<string, Uint8Array>) =>
    [...files.keys()].filter((name) => name.includes('/objects/'))
  t.equal(objects(full).length - objects(bare).length, 4, 'frame, split and two folds')
  const named = (id: string) => record.result.cells.find((cell) => cell.id === id)?.output?.slice(2) as string
  for (const id of ['data', 'split', 'fold-1']) t.notMatch(objects(bare).join(' '), named(id))
  for (const id of ['train', 'evaluate', 'impute']) t.match(objects(bare).join(' '), named(id))
  t.notMatch([...bare.values()].map(String).join('\n'), /L17,/, 'no row of the file')
})

t.test('an unchanged run gives equal bytes; another file is never overwritten', async (t) => {
  const out = join(t.testdir(), 'again.tar')
  const entry = await store.runs.find(record.id)
  const first = await exportRun(entry, store, { out, env: {} })
  t.same(readFileSync(out), readFileSync(plain))
  t.equal(first.unchanged, false)
  t.match(await exportRun(entry, store, { out, env: {} }), { unchanged: true, sha256: first.sha256 })
  await t.rejects(exportRun(entry, store, { out, withData: true, env: {} }), { code: 'ARCHIVE_EXISTS' })
  t.same(readFileSync(out), readFileSync(plain), 'it stays as it was')
  await t.rejects(exportRun(entry, store, { out: join(out, 'x'), env: {} }), { code: 'STORE_UNWRITABLE' })
  t.equal(statSync(out).mode & 0o077, 0, 'it can hold customers’ rows')
})

t.test('inputs that have moved are found, those that are gone are named', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const run = (await seeRun(workshop.page())).finished?.record as RunRecord
  mkdirSync(join(workshop.folder, 'old'))
  renameSync(workshop.data, join(workshop.folder, 'old', 'book.csv'))
  const out = join(workshop.folder, 'run.tar')
  const { notes } = await exported(run, workshop.folder, out, true)
  t.match(notes, [/loans\.csv of cell data is gone from its place; the same bytes were found at .*book\.csv/])
  t.notMatch(String(readFileSync(out)), 'book.csv', 'that is told, and not packed')
  t.equal((await verified(out)).verdict, 'identical')
  rmSync(join(workshop.folder, 'old'), { recursive: true })
  const gone = exported(run, workshop.folder, join(workshop.folder, 'b.tar'), true)
  await t.rejects(gone, { code: 'ARCHIVE_NO_INPUT', message: /loans\.csv .* was not found/ })
  t.throws(() => statSync(join(workshop.folder, 'b.tar')))
})

t.test('a run whose objects are gone is not packed as if it were whole', async (t) => {
  const copy = t.testdir()
  cpSync(store.folder, copy, { recursive: true })
  const broken = await openStore(copy)
  const model = record.result.model?.digest as string
  rmSync(join(copy, 'objects', 'sha256', model.slice(0, 2), model.slice(2)))
  const packing = exportRun(await broken.runs.find(record.id), broken, { out: join(copy, 'run.tar'), env: {} })
  await t.rejects(packing, { code: 'ARCHIVE_RUN_DAMAGED', message: new RegExp(model) })
})

t.test('a run whose gate failed is verified as one', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const evaluate = 'evaluate: { metrics: [auc], folds: 0 }\ngates: [{ metric: auc, atLeast: 1 }]\ndeploy: [serve]'
  const run = (await seeRun(workshop.page({ evaluate }))).finished?.record as RunRecord
  t.equal(run.status, 'gateFailed')
  const out = join(workshop.folder, 'run.tar')
  await exported(run, workshop.folder, out, true)
  const { verdict, files, cells } = await verified(out)
  t.match({ verdict, problems: files?.problems }, { verdict: 'identical', problems: [] })
  t.match(cells.at(-1), { id: 'deploy.serve', expected: null, actual: null })
})

t.test('local plugins travel along with what they import, and are run only where that is asked for', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const plugins = join(workshop.folder, 'plugins')
  mkdirSync(plugins)
  writeFileSync(join(plugins, 'amount.mjs'), 'export const amount = 1\n')
  const source = `import { definePreprocess } from 'daybook/plugin'
import { amount } from './amount.mjs'
if (process.env.DAYBOOK_TEST_WITNESS) throw new Error('it was loaded')
export default definePreprocess({ id: 'raise', version: 1, summary: 'Adds one.', takes: ['number'], params: {},
  output: (columns) => columns, fit: () => ({ amount }),
  apply: ({ amount }, frame) => frame.columns.map((column) => ({ ...column, values: column.values.map((x) => x + amount) })) })
`
  writeFileSync(join(plugins, 'raise.mjs'), source)
  const modules = join(await folderWithAcme(t), 'node_modules')
  cpSync(modules, join(workshop.folder, 'node_modules'), { recursive: true, verbatimSymlinks: true })
  const preprocess = 'preprocess: [{ use: impute, with: { number: median } }, one-hot, { use: ./plugins/raise.mjs }]'
  const run = (await seeRun(workshop.page({ preprocess }))).finished?.record as RunRecord
  t.equal(run.status, 'ok')
  const out = join(workshop.folder, 'run.tar')
  t.same((await exported(run, workshop.folder, out, true)).notes, [])
  const names = [...(await readTarFiles(readFileSync(out))).keys()]
  t.same(
    names.filter((name) => name.startsWith('page/')),
    ['page/page.yaml', 'page/plugins/amount.mjs', 'page/plugins/raise.mjs'],
  )

  process.env.DAYBOOK_TEST_WITNESS = 'yes'
  const refused = await verified(out)
  delete process.env.DAYBOOK_TEST_WITNESS
  t.equal(refused.verdict, 'unverifiable')
  t.match(refused.notes.join('\n'), /VERIFY_FOREIGN_CODE.*raise\.mjs.*--run-code/)
  const replayed = await verified(out, { runCode: true })
  t.equal(replayed.verdict, 'identical', replayed.notes.join('\n'))

  const forged = await Forgery.of(out)
  forged.set('page/plugins/amount.mjs', 'export const amount = 2\n').mendManifest()
  const other = await verified(await forged.pack(join(workshop.folder, 'forged.tar')), { runCode: true })
  t.equal(other.verdict, 'different', 'code that the run did not use is refused before it runs')
  t.match(other.files?.problems, [
    { code: 'ARCHIVE_FILE_STRANGE', path: 'page/plugins/amount.mjs' },
    { path: 'page/plugins/raise.mjs' },
  ])
  t.same(other.cells, [])

  writeFileSync(join(plugins, 'amount.mjs'), 'export const amount = 2\n')
  const changed = join(workshop.folder, 'changed.tar')
  const { notes } = await exported(run, workshop.folder, changed, true)
  t.same(notes, ['plugin ./plugins/raise.mjs is not in the archive: its code is not the one that the run used'])
  const told = await verified(changed, { runCode: true })
  t.equal(told.verdict, 'unverifiable')
  t.match(told.notes.join('\n'), /raise\.mjs.*there is no such file/)
})

t.test('npm plugins are named, and found where they are installed', async (t) => {
  const folder = await folderWithAcme(t)
  const workshop = makeWorkshop(t, 60)
  for (const file of ['loans.csv']) cpSync(join(workshop.folder, file), join(folder, file))
  writeFileSync(
    join(folder, 'page.yaml'),
    readFileSync(workshop.page({ algorithm: `algorithm: "${acme}/nearest-centroid"` })),
  )
  const seen = await seeRun(join(folder, 'page.yaml'))
  const run = seen.finished?.record as RunRecord
  if (run === undefined) t.fail(String(seen.thrown))
  const out = join(folder, 'run.tar')
  t.match((await exported(run, folder, out, true)).notes, [
    new RegExp(`plugin ${acme}/.* is not in the archive: it comes from npm`),
  ])
  t.equal((await verified(out)).verdict, 'unverifiable')
  t.equal((await verified(out, { runCode: true })).verdict, 'unverifiable', 'it is not installed there')
  t.equal((await verified(out, { runCode: true, folder })).verdict, 'identical')
})

t.test('manifests: what is none is said, a newer one is left to a newer Daybook', async (t) => {
  const digest = digestBytes('x')
  const content = { run: 'r', digest, entry: digest, data: false, files: [{ path: 'a', bytes: 1, sha256: digest }] }
  const bytes = writeManifest(content)
  t.match(readManifest(bytes), content)
  const bad = (text: string) => () => readManifest(Buffer.from(text))
  for (const text of ['', '[]', 'null', '{}', '{"format":1}', `{"format":1,"files":[null]}`])
    t.throws(bad(text), { code: 'ARCHIVE_NO_RUN' }, text)
  t.throws(bad('{"format":2}'), { code: 'ARCHIVE_NEWER' })
  t.throws(bad(` ${Buffer.from(bytes)}`), { code: 'ARCHIVE_FILE_CHANGED' }, 'even a space')
  t.throws(bad(String(Buffer.from(bytes)).replace('"bytes":1', '"bytes":2')), { code: 'ARCHIVE_FILE_CHANGED' })
  t.throws(() => readManifest(Buffer.from([0xff, 0xfe])), { code: 'ARCHIVE_NO_RUN' })
})

t.test('what is no archive is said', async (t) => {
  const folder = t.testdir({ 'a.tar': 'no archive', empty: '' })
  await t.rejects(verified(join(folder, 'none.tar')), { code: 'ARCHIVE_ABSENT', message: /no such file/ })
  await t.rejects(verified(folder), { code: 'ARCHIVE_ABSENT', message: /it is a folder/ })
  await t.rejects(verified(join(folder, 'a.tar')), { code: 'TAR_TRUNCATED' })
  await t.rejects(verified(join(folder, 'empty')), { code: 'TAR_TRUNCATED' })
})
