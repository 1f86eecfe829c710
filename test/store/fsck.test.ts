import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { checkStore, collect, openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'

const workshop = makeWorkshop(t, 60)
const page = workshop.page({
  algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 3 } }',
  evaluate: 'evaluate: { metrics: [auc], folds: 2, resamples: 0 }\ndeploy: [serve]',
})
const report = async () => '<p>A report.</p>'
const first = (await seeRun(page, { report })).finished?.record as RunRecord
const second = (await seeRun(page, { report, overrides: ['algorithm.with.trees=4'] })).finished?.record as RunRecord
const folder = join(workshop.folder, '.daybook')

/** A copy of the store, to break. */
function copied(t: { testdir(): string }): string {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  return copy
}

function filesUnder(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] as number) ^ (1 << (at % 8))
  chmodSync(path, 0o600)
  writeFileSync(path, bytes)
}

t.test('a sound store is clean', async (t) => {
  const { damages, checked } = await checkStore(await openStore(folder, { create: false }))
  t.same(damages, [])
  t.equal(checked.runs, 2)
  t.ok(checked.objects > 10 && checked.cells > 6)
})

t.test('one flipped bit is found in every file, at its start, in its middle and at its end', async (t) => {
  const copy = copied(t)
  const files = filesUnder(copy)
  t.ok(files.length > 30, `${files.length} files`)
  for (const file of files) {
    const path = join(copy, file)
    const sound = readFileSync(path)
    for (const at of new Set([0, sound.length >> 1, sound.length - 1])) {
      flip(path, at)
      try {
        const { damages } = await checkStore(await openStore(copy, { create: false }))
        t.ok(
          damages.some((damage) => damage.path === file),
          `${file} at ${at}`,
        )
      } catch (thrown) {
        t.match(thrown, { code: /^STORE_/ }, `${file} at ${at}: the store does not open`)
        t.equal(file, 'format')
      }
      rmSync(join(copy, 'quarantine'), { recursive: true, force: true })
      writeFileSync(path, sound)
    }
  }
})

t.test('a broken object is set aside, the runs that it hurts are named, and the next run makes it anew', async (t) => {
  const copy = copied(t)
  const trained = second.result.cells.find(({ id }) => id === 'train')?.output as string
  const data = second.result.cells.find(({ id }) => id === 'data')?.output as string
  const place = (digest: string) => join('objects', 'sha256', digest.slice(0, 2), digest.slice(2))
  flip(join(copy, place(trained)), 5)
  rmSync(join(copy, place(data)))
  const { damages } = await checkStore(await openStore(copy, { create: false }))
  const [model] = damages.filter(({ path }) => path === place(trained))
  t.match(model, { error: { code: 'STORE_OBJECT_CORRUPT' }, runs: [second.id], quarantined: true })
  const [rows] = damages.filter(({ path }) => path === place(data))
  t.match(rows, { error: { code: 'STORE_OBJECT_MISSING' }, runs: [first.id, second.id], quarantined: false })
  t.equal(readdirSync(join(copy, 'quarantine')).length, 1)
  const again = await seeRun(page, { store: copy, overrides: ['algorithm.with.trees=4'] })
  t.equal(again.finished?.record.digest, second.digest)
  t.same((await checkStore(await openStore(copy))).damages, [])
})

t.test('files that were removed or added are found', async (t) => {
  const copy = copied(t)
  rmSync(join(copy, 'runs', first.id, 'events.ndjson'))
  writeFileSync(join(copy, 'runs', second.id, 'deploy', 'deploy.serve', 'extra.js'), 'alert(1)')
  rmSync(join(copy, 'ledger', '0000000001.json'))
  const { damages } = await checkStore(await openStore(copy, { create: false }))
  t.same(
    damages.map(({ error }) => error.code),
    ['STORE_LEDGER_DAMAGED', 'STORE_FILE_STRANGE'],
    'what only a lost entry of the ledger held is not known any more',
  )
})

t.test('what no kept run needs is collected, what one needs is kept', async (t) => {
  const copy = copied(t)
  const store = await openStore(copy)
  const old = new Date(Date.now() - 7_200_000)
  for (const file of filesUnder(copy)) utimesSync(join(copy, file), old, old)
  t.match(
    await collect(store),
    { objects: 0, cells: 0, runs: 0, withoutObjects: [] },
    'all is needed by one of the runs',
  )
  const before = filesUnder(copy).length
  const would = await collect(store, { keep: 1, dryRun: true })
  t.equal(filesUnder(copy).length, before, 'a dry run removes nothing')
  const did = await collect(store, { keep: 1 })
  t.same(did, would)
  t.ok(did.objects > 0 && did.cells > 0 && did.bytes > 0)
  t.same(did.withoutObjects, [first.id])
  t.equal(filesUnder(copy).length, before - did.objects - did.cells)
  const kept = await seeRun(page, { store: copy, overrides: ['algorithm.with.trees=4'] })
  t.ok(
    kept.finished?.record.observed.cells.every(({ state }) => state === 'cached'),
    'the kept run is whole',
  )
  t.equal((await seeRun(page, { store: copy })).finished?.record.digest, first.digest, 'the other is made anew')
})

t.test('young files, killed runs and runs that are under way', async (t) => {
  const copy = copied(t)
  const store = await openStore(copy)
  await store.objects.put(new TextEncoder().encode('of a run that is not recorded yet'))
  t.equal((await collect(store)).objects, 0, 'it is too young')
  t.equal((await collect(store, { graceMs: -1000 })).objects, 1)
  const end = await store.leases.take('20260101-000000-abcdef')
  await t.rejects(collect(store), { code: 'STORE_BUSY' })
  await end()
  writeFileSync(join(copy, 'leases', 'dead.json'), JSON.stringify({ run: 'dead', pid: 2 ** 22 + 1, host: 'x' }))
  await t.rejects(collect(store), { code: 'STORE_BUSY' }, 'a lease of another machine counts')
  rmSync(join(copy, 'leases', 'dead.json'))
  const killed = join(copy, 'runs', '20250101-000000-aaaaaa')
  cpSync(join(copy, 'runs', first.id), killed, { recursive: true })
  t.equal((await collect(store, { graceMs: -1000 })).runs, 1)
  t.throws(() => statSync(killed), { code: 'ENOENT' })
})

t.test('where there is no store, that is said', async (t) => {
  await t.rejects(checkStore(await openStore(join(t.testdir(), 'none'), { create: false })), { code: 'STORE_ABSENT' })
})
