import { trainingKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import t from 'tap'
import plugin from '../../../../plugins/algorithm/gradient-boosting.ts'
import { KernelPool } from '../../../../src/kernels/pool.ts'
import { dense, fitting, noise, withDefaults } from '../fitting.ts'

const ROWS = 30_000
const WIDTH = 20

/** Rows enough for every stage to be shared among threads: numbers, some missing, one with a promise, and a category. */
function table(): { rows: number[][]; codes: number[] } {
  const u = noise(ROWS * WIDTH, 'threads')
  const rows = Array.from({ length: ROWS }, (_, i) => {
    const row = u.slice(i * WIDTH, (i + 1) * WIDTH)
    row[1] = Math.floor(9 * (row[1] as number))
    if ((row[2] as number) < 0.1) row[2] = Number.NaN
    return row
  })
  const codes = rows.map(([a = 0, b = 0, , d = 0, e = 0]) => (a * 2 + (b % 3) * 0.4 + d * e > 1.4 ? 1 : 0))
  return { rows, codes }
}

const { rows, codes } = table()
const features = {
  0: { monotone: 1 as const },
  1: { kind: 'category' as const, levels: Array.from({ length: 9 }, (_, i) => `l${i}`) },
}
const dataOf = (order: readonly number[]): TrainingData => ({
  task: 'binary',
  classes: ['no', 'yes'],
  X: dense(
    order.map((i) => rows[i] as number[]),
    features,
  ),
  y: Int32Array.from(order, (i) => codes[i] as number),
})
const forward = dataOf(Array.from(rows.keys()))
const backward = dataOf(Array.from(rows.keys()).reverse())

async function train(data: TrainingData, given: Readonly<Record<string, unknown>>, threads: number): Promise<object> {
  const pool = new KernelPool({ stress: threads })
  const kernels = trainingKernels({ pool, threads })
  const { ctx } = fitting(withDefaults(plugin.params, given))
  try {
    return (await plugin.fit(data, ctx.params, { ...ctx, kernels, threads })) as object
  } finally {
    kernels.close()
    await pool.close()
  }
}

t.test(
  'a model has the same bytes on 1, 2, 3 and 8 threads that pause at random, and with the rows reversed',
  async (t) => {
    for (const given of [
      { trees: 4, maxLeaves: null, maxDepth: 6, minChildWeight: 1 },
      { trees: 3, maxLeaves: 31 },
      { trees: 3, maxLeaves: null, maxDepth: 5, subsample: 0.6, columnSample: 0.5, l1: 0.1 },
    ]) {
      const alone = await train(forward, given, 1)
      for (const threads of [2, 3, 8]) t.strictSame(await train(forward, given, threads), alone, `${threads} threads`)
      if (!('subsample' in given)) t.strictSame(await train(backward, given, 2), alone, 'rows reversed')
    }
  },
)
