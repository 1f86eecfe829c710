import { join } from 'node:path'
import t, { type Test } from 'tap'
import { WorkerExecutor } from '../../src/run/index.ts'
import { openStore } from '../../src/store/index.ts'
import { faulty, makeWorkshop, ranOf, type SeenRun, seeRun, statesOf, type Workshop } from './workshop.ts'

/** A run that a plugin's fault ended: recorded, with plugin and cell named, and with what was finished kept. */
async function fails(
  t: Test,
  workshop: Workshop,
  mode: string,
  options: Parameters<typeof seeRun>[1] = {},
): Promise<SeenRun> {
  const run = await seeRun(workshop.page(faulty(mode)), options)
  const record = run.finished?.record
  t.equal(record?.status, 'failed', mode)
  t.equal(record?.error?.cell, 'train')
  t.same(statesOf(run), {
    data: record?.observed.cells[0]?.state,
    split: record?.observed.cells[1]?.state,
    train: 'failed',
    checks: record?.observed.cells[3]?.state, // runs beside the training
    evaluate: 'skipped',
    gates: 'skipped',
  })
  t.match(run.finished?.problem?.at, { file: workshop.page(faulty(mode)) }, 'the place in the page is named')
  return run
}

t.test('a plugin that fails ends its cell, and is named', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const thrown = await fails(t, workshop, 'throw')
  t.equal(thrown.finished?.record.error?.code, 'RUN_PLUGIN_FAILED')
  t.match(thrown.finished?.record.error?.message, /faulty\.js.*the matrix is singular/)
  t.same(ranOf(thrown).sort(), ['checks', 'data', 'split'])
  t.match((await fails(t, workshop, 'reject')).finished?.record.error?.message, /no luck/)
  const state = await fails(t, workshop, 'badState')
  t.equal(state.finished?.record.error?.code, 'PLUGIN_BAD_STATE')
  t.same(ranOf(state), [], 'finished cells of a failed run are kept')
  t.equal((await fails(t, workshop, 'random')).finished?.record.error?.code, 'RUN_RANDOM_UNDECLARED')
  t.match((await fails(t, workshop, 'figure')).finished?.record.error, {
    code: 'PLUGIN_BAD_RESULT',
    message: /a figure: NaN/,
  })
  const store = await openStore(join(workshop.folder, '.daybook'))
  t.equal((await store.runs.list()).length, 5, 'every failure is in the ledger')
  t.same(await store.ledger.check(), [])
})

t.test('a worker that ends loses its cell alone', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const exited = await fails(t, workshop, 'exit')
  t.match(exited.finished?.record.error, { code: 'RUN_WORKER_LOST', message: /faulty@1 ended: it ended with code 7/ })
  const small = { store: join(workshop.folder, '.daybook'), folder: workshop.folder, threads: 1, heapMb: 80 }
  const full = await fails(t, workshop, 'memory', { executor: () => new WorkerExecutor(small) })
  t.match(full.finished?.record.error, { code: 'RUN_WORKER_LOST', message: /out of memory/ })
})

t.test('what a plugin shows and prints', async (t) => {
  const workshop = makeWorkshop(t, 60)
  const run = await seeRun(workshop.page(faulty('warn')))
  t.match(
    run.events.find((event) => event.type === 'cellWarned' && event.cell !== 'checks'),
    { cell: 'train', warning: { code: 'TOO_WARM' } },
  )
  t.match(run.events.filter((event) => event.type === 'cellProgress').at(-1), {
    cell: 'train',
    done: 2,
    total: 2,
    note: 'done',
  })
  const shown = run.finished?.record.observed.cells.find(({ id }) => id === 'train')?.shown as string
  const store = await openStore(join(workshop.folder, '.daybook'))
  const kept = JSON.parse(Buffer.from(await store.objects.get(shown)).toString())
  t.match(kept, { warnings: [{ code: 'TOO_WARM' }], tables: [{ title: 'A table' }] })
  const cached = await seeRun(workshop.page(faulty('warn')))
  t.equal(
    cached.finished?.record.observed.cells.find(({ id }) => id === 'train')?.shown,
    shown,
    'a cached cell shows it again',
  )
})

t.test('damaged objects are misses', async (t) => {
  const { chmodSync, readdirSync, rmSync, writeFileSync } = await import('node:fs')
  const workshop = makeWorkshop(t, 60)
  const page = workshop.page(faulty('none'))
  const first = await seeRun(page)
  const objects = join(workshop.folder, '.daybook', 'objects', 'sha256')
  const files = readdirSync(objects, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const [i, entry] of files.entries()) {
    const path = join(entry.parentPath, entry.name)
    chmodSync(path, 0o600)
    if (i % 2 === 0) rmSync(path)
    else writeFileSync(path, 'damaged')
  }
  const second = await seeRun(page)
  t.equal(second.finished?.record.status, 'ok', second.thrown?.message ?? 'ok')
  t.equal(second.finished?.record.digest, first.finished?.record.digest)
  t.same(ranOf(await seeRun(page)), [], 'the store is whole again')
})
