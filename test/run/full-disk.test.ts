import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openRegistry } from '../../src/plugin/open-registry.ts'
import { type FinishedRun, InProcessExecutor, runPipeline } from '../../src/run/index.ts'
import { loadPipeline } from '../../src/spec/index.ts'
import { checkStore, type OnStep, openStore } from '../../src/store/index.ts'
import { leftovers, systemError } from '../store/disk-faults.ts'
import { makeWorkshop, seeRun } from './workshop.ts'

const workshop = makeWorkshop(t, 60)
const page = workshop.page({ evaluate: null })

/** Runs the page in a store whose disk fails by `onStep`. */
async function runOn(folder: string, onStep: OnStep): Promise<FinishedRun> {
  const registry = await openRegistry({ folder: workshop.folder })
  const pipeline = await loadPipeline(page, { registry, env: {} }, [])
  const store = await openStore(folder, { onStep })
  const running = runPipeline({
    pipeline,
    store,
    threads: 1,
    executor: () => new InProcessExecutor(store.objects, registry),
    report: async () => '<p>A report.</p>',
  })
  let next = await running.next()
  while (!next.done) next = await running.next()
  return next.value
}

t.test('a run that a full disk ends is recorded in the room that its lease took up', async (t) => {
  const folder = join(t.testdir(), 'store')
  const hasLease = () =>
    existsSync(join(folder, 'leases')) && readdirSync(join(folder, 'leases')).some((name) => name.endsWith('.json'))
  let objects = 0
  const finished = await runOn(folder, (step, path) => {
    if (step !== 'write' || !hasLease()) return
    if (/objects/.test(path) && objects++ < 3) return
    throw systemError('ENOSPC', step, path)
  })
  t.match(finished.record, {
    status: 'failed',
    error: { code: 'STORE_UNWRITABLE', message: /no space left on device \(ENOSPC\)/, hint: /Make room/ },
  })
  t.match(finished.problem?.at, { file: page }, 'the place of the cell in the page is named')
  const store = await openStore(folder)
  t.equal((await store.runs.resolve('latest')).id, finished.record.id)
  t.same((await checkStore(store)).damages, [])
  t.same(leftovers(folder), [])
  t.equal((await seeRun(page, { store: folder })).finished?.record.status, 'ok', 'once there is room, it goes on')
})

t.test('a run that cannot even be recorded says why, and leaves nothing that looks like one', async (t) => {
  const folder = join(t.testdir(), 'store')
  const failing: OnStep = (step, path) => {
    if (step === 'sync' && /runs/.test(path)) throw systemError('EIO', step, path)
  }
  await t.rejects(runOn(folder, failing), { code: 'STORE_UNWRITABLE', message: /runs.*i\/o error \(EIO\)/ })
  const store = await openStore(folder)
  t.same(await store.runs.list(), [])
  t.same(await store.leases.holders(), [])
  const next = await seeRun(page, { store: folder })
  t.equal(next.finished?.record.status, 'ok')
  t.ok(
    next.finished?.record.observed.cells.every(({ state }) => state === 'cached'),
    'nothing was computed in vain',
  )
})
