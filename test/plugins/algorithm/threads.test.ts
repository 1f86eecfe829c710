// Equal bytes for any number of threads and any timing, for every algorithm: the law that lets a run be repeated elsewhere.
import { KernelPool, type Kernels, trainingKernels } from 'daybook/kernels'
import type { JsonObject, TrainingData } from 'daybook/plugin'
import t from 'tap'
import { bytesOf, everySubject, fit, rowsToLearn, type Subject } from './every.ts'

/** Enough rows that the work is shared out among threads, and little enough work that the test is quick. */
const sizes: Readonly<Record<string, { readonly rows: number; readonly given?: JsonObject }>> = {
  'gradient-boosting': { rows: 140_000, given: { trees: 2 } }, // large nodes are parted by rows, small ones by columns
  'random-forest': { rows: 3000, given: { trees: 9, maxDepth: 8 } },
  'isolation-forest': { rows: 3000, given: { trees: 9 } },
  'k-means': { rows: 20_000, given: { starts: 2, maxIterations: 10 } },
  'neural-network': { rows: 600, given: { epochs: 1, layers: [{ dense: 8 }] } },
  lasso: { rows: 20_000 },
  logistic: { rows: 20_000, given: { maxIterations: 10 } },
  ridge: { rows: 20_000 },
  svm: { rows: 2500 },
}
const usual = { rows: 3000, given: {} }

/** Algorithms whose work is shared out among threads at that size: a test that never shared any would prove nothing. */
const shared = ['gradient-boosting', 'k-means', 'lasso', 'logistic', 'random-forest', 'ridge', 'svm']

/** Kernels that count the calls which threads may share. */
function counted(kernels: Kernels): { kernels: Kernels; calls: () => number } {
  let calls = 0
  const parallel: Kernels['parallel'] = (name, lists) => {
    if (lists.length > 1) calls += lists.length
    kernels.parallel(name, lists)
  }
  return { kernels: { ...kernels, parallel }, calls: () => calls }
}

const ways = [
  { threads: 1, stress: undefined },
  { threads: 2, stress: undefined },
  { threads: 3, stress: undefined },
  { threads: 8, stress: undefined },
  { threads: 3, stress: 5 },
  { threads: 8, stress: 11 },
] as const

t.test('1, 2, 3 and 8 threads, and shuffled timing, give equal states', async (t) => {
  const pools = ways.map(({ stress }) => new KernelPool(stress === undefined ? {} : { stress }))
  t.teardown(() => Promise.all(pools.map((pool) => pool.close())))
  const fitOn = async (way: number, subject: Subject, data: TrainingData, given: JsonObject) => {
    const { threads = 1 } = ways[way] ?? {}
    const own = trainingKernels({ pool: pools[way], threads })
    const { kernels, calls } = counted(own)
    try {
      return { bytes: bytesOf(await fit(subject, data, given, { kernels, threads })), calls: calls() }
    } finally {
      own.close()
    }
  }
  const callsOf = new Map<string, number>()
  for (const subject of await everySubject()) {
    const { rows, given = {} } = sizes[subject.id] ?? usual
    const data = rowsToLearn(subject.task, rows, 6)
    const one = await fitOn(0, subject, data, given)
    for (const [way, { threads, stress }] of ways.entries()) {
      if (way === 0) continue
      const { bytes, calls } = await fitOn(way, subject, data, given)
      t.ok(bytes === one.bytes, `${subject.name}: ${threads} threads${stress === undefined ? '' : ', shuffled'}`)
      callsOf.set(subject.id, (callsOf.get(subject.id) ?? 0) + calls)
    }
  }
  for (const id of shared) t.ok((callsOf.get(id) ?? 0) > 0, `${id}: ${callsOf.get(id)} calls were shared out`)
})
