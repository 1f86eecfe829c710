import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { runPage, type Verification, verifyRun } from '../../src/index.ts'
import type { RunRecord } from '../../src/store/index.ts'
import { root } from '../root.ts'
import { makeWorkshop, plugins, seeRun } from './workshop.ts'

async function verified(record: RunRecord, folder: string, data: readonly string[] = []): Promise<Verification> {
  const replay = verifyRun(record, { store: join(folder, '.daybook'), threads: 1, env: {}, data })
  for (;;) {
    const { done, value } = await replay.next()
    if (done) return value
  }
}

async function recorded(page: string, overrides: readonly string[] = []): Promise<RunRecord> {
  const { finished } = await seeRun(page, { overrides })
  return finished?.record as RunRecord
}

t.test('a run is replayed from its record, whatever its page says today', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const record = await recorded(page, ['algorithm.with.l2=3'])
  workshop.page({ algorithm: 'algorithm: { use: gradient-boosting, with: { trees: 3 } }' })
  const { verdict, cells, first, notes } = await verified(record, workshop.folder)
  t.equal(verdict, 'identical')
  t.equal(first, null)
  t.same(
    cells.map(({ id }) => id),
    record.result.cells.map(({ id }) => id),
  )
  t.ok(cells.every(({ same, expected, actual }) => same && expected !== null && expected === actual))
  t.match(notes, ['threads 1 here, 2 there'])
})

t.test('a record names the files that were read', async (t) => {
  const workshop = makeWorkshop(t)
  const { observed } = await recorded(workshop.page())
  const bytes = readFileSync(workshop.data)
  const file = { cell: 'data', param: 'path', location: 'loans.csv', digest: digestBytes(bytes), bytes: bytes.length }
  t.same(observed.inputs, [file])
})

t.test('inputs that have moved are found by their digest, those that were changed are named', async (t) => {
  const workshop = makeWorkshop(t)
  const record = await recorded(workshop.page())
  const elsewhere = join(workshop.folder, 'archive', '2025')
  mkdirSync(elsewhere, { recursive: true })
  renameSync(workshop.data, join(elsewhere, 'book.csv'))
  const moved = await verified(record, workshop.folder)
  t.equal(moved.verdict, 'identical')
  t.match(moved.notes.join('\n'), /loans\.csv of cell data is gone .* found at .*book\.csv/)

  const outside = makeWorkshop(t)
  renameSync(join(elsewhere, 'book.csv'), join(outside.folder, 'other.csv'))
  t.equal((await verified(record, workshop.folder)).verdict, 'unverifiable', 'it is not under the folder of the page')
  t.equal((await verified(record, workshop.folder, [outside.folder])).verdict, 'identical', 'folders can be named')

  const text = readFileSync(join(outside.folder, 'other.csv'), 'utf8')
  writeFileSync(workshop.data, text.replace('car', 'cat'))
  const changed = await verified(record, workshop.folder)
  t.equal(changed.verdict, 'unverifiable')
  t.equal(changed.first, null)
  t.match(
    changed.notes.join('\n'),
    /loans\.csv of cell data was changed: it had SHA-256 [0-9a-f]{64}, now [0-9a-f]{64}/,
  )
})

t.test('a cell that gives other bytes is named', async (t) => {
  const workshop = makeWorkshop(t)
  const plugin = join(workshop.folder, 'drift.mjs')
  const source = (
    shift: number,
  ) => `import { definePreprocess } from '${join(root, 'dist', 'src', 'plugin', 'index.js')}'
export default definePreprocess({ id: 'drift', version: 1, summary: 'Adds ${shift}.', takes: ['number'], params: {},
  output: (columns) => columns, fit: () => ({ shift: ${shift} }),
  apply: ({ shift }, frame) => frame.columns.map((column) => ({ ...column, values: column.values.map((x) => x + shift) })) })
`
  writeFileSync(plugin, source(1))
  const use = `preprocess: [{ use: impute, with: { number: median } }, one-hot, { use: ./drift.mjs }]`
  const record = await recorded(workshop.page({ preprocess: use }))
  t.equal(record?.status, 'ok')
  writeFileSync(plugin, source(2))
  const { verdict, first, cells, notes } = await verified(record, workshop.folder)
  t.equal(verdict, 'different')
  t.equal(first, 'drift')
  t.ok(cells.find(({ id }) => id === 'impute')?.same, 'cells before it are the same')
  t.match(notes.join('\n'), /other code in the plugins of .*drift/)
})

t.test('a failed run is verified by failing again', async (t) => {
  const workshop = makeWorkshop(t)
  const use = `algorithm: { use: ${join(plugins, 'faulty.js')}, with: { mode: throw } }`
  const record = await recorded(workshop.page({ algorithm: use }))
  t.equal(record.status, 'failed')
  t.equal((await verified(record, workshop.folder)).verdict, 'identical')
})

t.test('what a replay needs and does not have is told', async (t) => {
  const workshop = makeWorkshop(t)
  const record = await recorded(workshop.page())
  const text = record.page.text.replace('logistic', '"@acme/absent/model"')
  const { verdict, notes } = await verified({ ...record, page: { ...record.page, text } }, workshop.folder)
  t.equal(verdict, 'unverifiable')
  t.match(notes.join('\n'), /@acme\/absent/)
})

t.test('a replay can be stopped', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const run = runPage(page, { threads: 1 })
  let next = await run.next()
  while (!next.done) next = await run.next()
  const stop = new AbortController()
  const options = { store: join(workshop.folder, '.daybook'), threads: 1, env: {}, signal: stop.signal }
  const replay = verifyRun(next.value.record, options)
  await replay.next()
  stop.abort()
  await t.rejects(
    async () => {
      for (;;) if ((await replay.next()).done) return
    },
    { code: 'RUN_INTERRUPTED' },
  )
})
