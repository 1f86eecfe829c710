import { join } from 'node:path'
import t from 'tap'
import { fail } from '../../src/base/errors.ts'
import type { Plan, PlannedCell } from '../../src/plan/index.ts'
import type { Answer, Executor, Task } from '../../src/run/index.ts'
import { type CellOutcome, runPlan } from '../../src/run/schedule.ts'
import type { CellEntry, DemandedApproval, RunEvent, Store } from '../../src/store/index.ts'

const zero = '0'.repeat(64)

/** A plan of cells by id and what each needs; `data` is the source. */
function planOf(cells: Readonly<Record<string, readonly string[]>>, cached: readonly string[] = []): Plan {
  const planned = Object.entries(cells).map(([id, needs]) => ({
    id,
    plugin: `${id}@1`,
    work: id === 'data' ? { type: 'source', index: 0 } : id === 'gates' ? { type: 'gates' } : { type: 'train' },
    needs: needs.map((cell) => ({ name: cell, cell, output: 'frame' })),
    after: id === 'deploy' ? ['gates'] : [],
    key: id,
    keyParts: {},
    cached: cached.includes(id)
      ? ({ outputs: { frame: zero }, facts: {}, run: 'earlier', ms: 1 } as unknown as CellEntry)
      : undefined,
    why: 'never ran',
  }))
  return { page: { from: 'data' }, cells: planned as unknown as PlannedCell[] } as unknown as Plan
}

interface Seen {
  readonly order: string[]
  readonly states: Record<string, string>
  most: number
}

async function schedule(
  plan: Plan,
  threads: number,
  work: (task: Task) => Partial<Answer> = () => ({}),
  invalid = false,
  findApprovals?: (cells: readonly CellOutcome[]) => Promise<readonly DemandedApproval[]>,
) {
  const seen: Seen = { order: [], states: {}, most: 0 }
  let running = 0
  const executor: Executor = {
    async submit(task) {
      running += 1
      seen.most = Math.max(seen.most, running)
      seen.order.push(task.cell)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running -= 1
      return { outputs: { frame: zero }, shown: zero, facts: {}, ms: 1, ...work(task) }
    },
    async close() {},
  }
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'cellEnded') seen.states[event.cell] = event.state
  }
  const store = { cells: { put: async () => {} } } as unknown as Store
  const checkData = async () =>
    invalid ? [fail('DATA_NO_COLUMN', { column: 'a' }), fail('DATA_NO_COLUMN', { column: 'b' })] : []
  const { signal } = new AbortController()
  const outcome = await runPlan({
    plan,
    store,
    run: 'now',
    threads,
    signal,
    executor: () => executor,
    onEvent,
    isSilenced: () => false,
    checkData,
    ...(findApprovals && { findApprovals }),
  })
  return { seen, outcome }
}

const diamond = { data: [], a: ['data'], b: ['data'], c: ['data'], join: ['a', 'b', 'c'] }

t.test('cells that run side by side share the threads between their kernels', async (t) => {
  for (const [threads, alone, together] of [
    [1, 1, 1],
    [2, 2, 1],
    [3, 3, 1],
    [8, 8, 2],
  ] as const) {
    const given: Record<string, number> = {}
    await schedule(planOf(diamond), threads, ({ cell, threads: share }) => {
      given[cell] = share
      return {}
    })
    t.equal(given.data, alone, `${threads} threads: a cell alone`)
    t.equal(given.a, together, `${threads} threads: a, b and c`)
    t.equal(given.join, alone, `${threads} threads: the last one alone`)
  }
})

t.test('independent cells run together, at most as many as there are threads, after what they need', async (t) => {
  for (const [threads, most] of [
    [1, 1],
    [2, 2],
    [8, 3],
  ] as const) {
    const { seen, outcome } = await schedule(planOf(diamond), threads)
    t.equal(seen.most, most, `${threads} threads`)
    t.same(seen.order, ['data', 'a', 'b', 'c', 'join'])
    t.same(
      outcome.cells.map(({ cell }) => cell.id),
      Object.keys(diamond),
      'outcomes stand in the order of the plan',
    )
  }
})

t.test('after a failure nothing is started; what runs is let finish', async (t) => {
  const { seen, outcome } = await schedule(planOf(diamond), 2, ({ cell }) => {
    if (cell === 'a') throw new Error('a broke')
    return {}
  })
  t.same(seen.states, { data: 'ran', a: 'failed', b: 'ran', c: 'skipped', join: 'skipped' })
  t.match(outcome.problem, { code: 'INTERNAL', message: /a broke/ })
  t.equal(outcome.invalid, false)
})

t.test('a page that does not fit its data stops before anything is made of them', async (t) => {
  const { seen, outcome } = await schedule(planOf(diamond), 2, undefined, true)
  t.same(seen.order, ['data'])
  t.equal(outcome.invalid, true)
  t.equal(outcome.problem?.all.length, 2)
})

t.test('cached cells need no executor, and an unchanged plan is not checked again', async (t) => {
  const { seen } = await schedule(planOf(diamond, Object.keys(diamond)), 2, undefined, true)
  t.same(seen.order, [])
  t.same([...new Set(Object.values(seen.states))], ['cached'])
  const part = await schedule(planOf(diamond, ['data', 'a', 'b']), 2)
  t.same(part.seen.order, ['c', 'join'])
})

t.test('a failed gate holds back what is deployed', async (t) => {
  const plan = planOf({ data: [], gates: ['data'], deploy: ['data'] })
  const gate = (passed: boolean) => (task: Task) =>
    task.cell === 'gates' ? { facts: { gates: [{ passed }] } as never } : {}
  t.equal((await schedule(plan, 2, gate(false))).seen.states.deploy, 'skipped')
  t.equal((await schedule(plan, 2, gate(true))).seen.states.deploy, 'ran')
  const deployed = planOf({ data: [], gates: ['data'], deploy: ['data'] }, ['data', 'deploy'])
  const stricter = await schedule(deployed, 2, gate(false))
  t.equal(stricter.seen.states.deploy, 'skipped', 'one that is cached waits for a gate that is new')
  t.equal((await schedule(deployed, 2, gate(true))).seen.states.deploy, 'cached')
})

t.test('approvals are looked for once, when all but the targets have ended', async (t) => {
  const plan = planOf({ data: [], gates: ['data'], slow: ['data'], deploy: ['data'] })
  const asked: string[][] = []
  const answer = (by: string | null) => async (cells: readonly CellOutcome[]) => {
    asked.push(cells.map(({ cell }) => cell.id))
    return [{ role: 'owner', keys: null, by, run: null, statement: null, note: null, at: null }]
  }
  const given = await schedule(plan, 1, undefined, false, answer('key'))
  t.same(given.seen.order, ['data', 'gates', 'slow', 'deploy'])
  t.match(given.outcome.approvals, [{ by: 'key' }])
  const missing = await schedule(plan, 4, undefined, false, answer(null))
  t.equal(missing.seen.states.deploy, 'skipped')
  t.match(missing.outcome, { problem: undefined, approvals: [{ by: null }] })
  const cached = await schedule(
    planOf({ data: [], gates: ['data'], deploy: ['data'] }, ['data', 'gates', 'deploy']),
    1,
    undefined,
    false,
    answer(null),
  )
  t.equal(cached.seen.states.deploy, 'skipped', 'also where the target is cached')
  const bare = await schedule(planOf({ data: [], a: ['data'] }), 1, undefined, false, answer(null))
  t.match(bare.outcome.approvals, [{ by: null }], 'also without targets')
  t.same(asked, [
    ['data', 'gates', 'slow'],
    ['data', 'gates', 'slow'],
    ['data', 'gates'],
    ['data', 'a'],
  ])
  const failed = await schedule(
    plan,
    1,
    ({ cell }) => {
      if (cell === 'slow') throw new Error('broke')
      return {}
    },
    false,
    answer('key'),
  )
  t.equal(failed.seen.states.deploy, 'skipped')
  t.equal(failed.outcome.approvals, undefined, 'nobody asks for a run that failed')
  const broken = await schedule(plan, 1, undefined, false, async () => {
    throw fail('STORE_DAMAGED', { reason: 'x' })
  })
  t.equal(broken.seen.states.deploy, 'skipped')
  t.match(broken.outcome.problem, { code: 'STORE_DAMAGED' })
})

t.test('a file that changed since it was planned with makes no cache entry', async (t) => {
  const file = join(t.testdir({ 'a.csv': 'other rows' }), 'a.csv')
  const plan = planOf({ data: [], a: ['data'] })
  const [data, ...others] = plan.cells as [PlannedCell, ...PlannedCell[]]
  const moved = { ...data, keyParts: { files: { path: zero } }, locations: { path: file } }
  const { seen, outcome } = await schedule({ ...plan, cells: [moved, ...others] }, 1)
  t.same(seen.states, { data: 'failed', a: 'skipped' })
  t.match(outcome.problem, { code: 'RUN_INPUT_CHANGED', cell: 'data' })
})
