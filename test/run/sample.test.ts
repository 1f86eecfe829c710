import { chmodSync, cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestJson } from '../../src/base/digest.ts'
import type { Json } from '../../src/base/json.ts'
import { type RunRecord, type SampleOptions, sampleRun, type Verification } from '../../src/index.ts'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { InProcessExecutor } from '../../src/run/index.ts'
import { type CellEntry, openStore } from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from './workshop.ts'

const workshop = makeWorkshop(t, 80)
const page = workshop.page({ algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 3 } }' })
const record = (await seeRun(page)).finished?.record as RunRecord
const folder = join(workshop.folder, '.daybook')
const registry = await openRegistry({ folder: workshop.folder })
const ids = record.result.cells.map(({ id }) => id)

async function sampled(store: string, options: Partial<SampleOptions> = {}): Promise<Verification> {
  const opened = await openStore(store, { create: false })
  return sampleRun(record, opened, {
    store,
    folder: workshop.folder,
    threads: 1,
    env: {},
    share: 1,
    seed: 1,
    executor: ({ objects }) => new InProcessExecutor(objects, registry),
    ...options,
  })
}

t.test('every cell runs again alone, from what the store holds, and gives the same', async (t) => {
  const { verdict, cells, first, sample } = await sampled(folder)
  t.equal(verdict, 'identical')
  t.equal(first, null)
  t.same(
    cells.map(({ id }) => id),
    ids,
  )
  t.ok(cells.every(({ same, expected, actual }) => same && expected === actual && actual !== null))
  t.same(sample, { share: 1, seed: 1, cells: ids.length, of: ids.length })
})

t.test('a seed names the same cells again; another one names others; at least one is chosen', async (t) => {
  const chosen = async (options: Partial<SampleOptions>) => (await sampled(folder, options)).cells.map(({ id }) => id)
  const half = await chosen({ share: 0.5, seed: 4 })
  t.equal(half.length, Math.round(ids.length / 2))
  t.same(await chosen({ share: 0.5, seed: 4 }), half)
  const others = await Promise.all([5, 6, 7].map((seed) => chosen({ share: 0.5, seed })))
  t.ok(others.some((cells) => String(cells) !== String(half)))
  t.equal((await chosen({ share: 0.0001 })).length, 1)
})

t.test('worker threads audit as well', async (t) => {
  const { verdict, cells } = await sampled(folder, { executor: undefined as never, share: 0.1 })
  t.equal(verdict, 'identical')
  t.equal(cells.length, 1)
})

t.test('a poisoned cache is found: an entry whose output no such cell gives', async (t) => {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  const store = await openStore(copy)
  const { key } = record.observed.cells.find(({ id }) => id === 'impute') as { key: string }
  const entry = (await store.cells.read(key)) as CellEntry
  const state = await store.objects.put(new TextEncoder().encode('another state'))
  const poisoned = { ...entry, outputs: { state } }
  chmodSync(join(copy, 'cells', key), 0o600)
  writeFileSync(
    join(copy, 'cells', key),
    JSON.stringify({ ...poisoned, digest: digestJson(poisoned as unknown as Json) }),
  )
  const { verdict, first, notes } = await sampled(copy)
  t.equal(verdict, 'different')
  t.equal(first, 'impute')
  t.match(notes.join('\n'), /cell impute gave another state than the cache holds/)
})

t.test('cells whose inputs are gone are passed over; without any, nothing can be said', async (t) => {
  const copy = t.testdir()
  cpSync(folder, copy, { recursive: true })
  const frame = record.result.cells.find(({ id }) => id === 'data')?.output as string
  rmSync(join(copy, 'objects', 'sha256', frame.slice(0, 2), frame.slice(2)))
  const withoutRows = await sampled(copy)
  t.equal(withoutRows.verdict, 'identical')
  t.same(
    withoutRows.cells.map(({ id }) => id),
    ['data', 'gates'],
    'what needs no rows, and what reads the file',
  )
  rmSync(join(copy, 'cells'), { recursive: true })
  const nothing = await sampled(copy)
  t.equal(nothing.verdict, 'unverifiable')
  t.match(nothing.notes.join('\n'), /the inputs of no cell/)
})

t.test('a sample can be stopped', async (t) => {
  await t.rejects(sampled(folder, { signal: AbortSignal.abort() }), { code: 'RUN_INTERRUPTED' })
})
