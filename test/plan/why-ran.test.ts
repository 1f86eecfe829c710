import { join } from 'node:path'
import t from 'tap'
import { whyRan } from '../../src/plan/why-ran.ts'
import { openStore, type RunRecord } from '../../src/store/index.ts'
import { makeWorkshop, seeRun } from '../run/workshop.ts'

t.test('a run says why each of its cells ran or was cached, and where a change began', async (t) => {
  const workshop = makeWorkshop(t)
  const page = workshop.page()
  const first = (await seeRun(page)).finished?.record as RunRecord
  const second = (await seeRun(page, { overrides: ['preprocess.impute.with.number=mean', 'algorithm.with.l2=2'] }))
    .finished?.record as RunRecord
  const store = await openStore(join(workshop.folder, '.daybook'))

  t.match(await whyRan(first, 'train', store), { state: 'ran', why: 'never ran', before: null, causes: [] })
  t.match(await whyRan(second, 'data', store), { state: 'cached', why: `its key was known: made by run ${first.id}` })
  t.match(await whyRan(second, 'impute', store), {
    state: 'ran',
    why: '`with.number` changed: median -> mean',
    before: first.id,
    causes: [],
  })
  const train = await whyRan(second, 'train', store)
  t.match(train.why, /^`with\.l2` changed: 1 -> 2; inputs `impute`, `one-hot`, `standardize` changed$/)
  t.same(train.causes, [{ cell: 'impute', why: '`with.number` changed: median -> mean' }])
  t.same(
    (await whyRan(second, 'gates', store)).causes.map(({ cell }) => cell),
    ['impute', 'train', 'fold-1', 'fold-2', 'fold-3'],
  )
  await t.rejects(whyRan(second, 'trian', store), { code: 'RUN_NO_CELL', hint: /`train`/ })
})

t.test('cells that were skipped say what ended the run', async (t) => {
  const workshop = makeWorkshop(t)
  const gates = 'gates: [{ metric: auc, atLeast: 0.9999 }]\ndeploy: [serve]'
  const record = (await seeRun(workshop.page({ gates }))).finished?.record as RunRecord
  const store = await openStore(join(workshop.folder, '.daybook'))
  t.match(await whyRan(record, 'deploy.serve', store), { state: 'skipped', why: 'a gate failed before it' })
  const asking = workshop.page({ approvals: 'approvals: [owner]', deploy: 'deploy: [serve]' })
  const waits = (await seeRun(asking)).finished?.record as RunRecord
  t.match(await whyRan(waits, 'deploy.serve', store), { state: 'skipped', why: 'it waits for approval by owner' })
})
