import type { Features } from 'daybook/frame'
import { KernelPool, scoringKernels, trainingKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import fc from 'fast-check'
import t from 'tap'
import type { KnnModel } from '../../../plugins/algorithm/knn/vote.ts'
import plugin from '../../../plugins/algorithm/knn.ts'
import { dense, fitting, noise, withDefaults } from './fitting.ts'

type Given = Readonly<Record<string, unknown>>

const scoring = scoringKernels()

function train(data: TrainingData, given: Given = {}): KnnModel {
  const { ctx } = fitting(withDefaults(plugin.params, given))
  return plugin.fit(data, ctx.params as never, ctx as never) as KnnModel
}

const predict = (state: KnnModel, X: Features, kernels = scoring): number[] => [
  ...plugin.predict(state, X, { params: {} as never, kernels }),
]

const data = (rows: number[][], y: readonly number[], classes: number, weight?: readonly number[]): TrainingData => ({
  task: classes === 0 ? 'regression' : classes === 2 ? 'binary' : 'multiclass',
  classes: ['a', 'b', 'c'].slice(0, classes),
  X: dense(rows),
  y: classes === 0 ? Float32Array.from(y) : Int32Array.from(y),
  ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
})

/** The definition, by sorting all rows; distances are added up in f32 as the kernel adds them. */
function oracle(
  rows: number[][],
  y: readonly number[],
  x: readonly number[],
  { k, weights, classes, weight }: { k: number; weights: string; classes: number; weight?: readonly number[] },
): number[] {
  const far = rows.map((row) =>
    row.reduce((sum, value, f) => {
      const apart = Math.fround((x[f] as number) - value)
      return Math.fround(sum + Math.fround(apart * apart))
    }, 0),
  )
  const nearest = [...rows.keys()]
    .filter((row) => (weight?.[row] ?? 1) > 0)
    .sort((a, b) => (far[a] as number) - (far[b] as number) || a - b)
    .slice(0, k)
  const exact = nearest.some((row) => far[row] === 0)
  const says = nearest.map((row) => {
    const own = weight?.[row] ?? 1
    if (weights === 'uniform') return own
    return exact ? own * Number(far[row] === 0) : own / Math.sqrt(far[row] as number)
  })
  const total = says.reduce((a, b) => a + b)
  if (classes === 0) return [nearest.reduce((sum, row, n) => sum + (says[n] as number) * (y[row] as number), 0) / total]
  const shares = Array<number>(classes).fill(0)
  for (const [n, row] of nearest.entries())
    shares[y[row] as number] = (shares[y[row] as number] as number) + (says[n] as number) / total
  return shares
}

t.test('its example is true', async (t) => {
  const { params, X, y, given, gives } = plugin.example!
  t.same(predict(train(data(X as number[][], y, 0), params as Given), dense(given)), gives)
})

t.test('predictions are those of the definition, ties by the order of the rows', async (t) => {
  const whole = fc.integer({ min: -3, max: 3 })
  const problem = fc.integer({ min: 1, max: 70 }).chain((rows) =>
    fc.record({
      rows: fc.array(fc.tuple(whole, whole), { minLength: rows, maxLength: rows }),
      y: fc.array(fc.nat(2), { minLength: rows, maxLength: rows }),
      weight: fc.option(fc.array(fc.constantFrom(0.5, 1, 3), { minLength: rows, maxLength: rows }), { nil: undefined }),
      given: fc.array(fc.tuple(whole, whole), { minLength: 1, maxLength: 5 }),
      k: fc.integer({ min: 1, max: rows }),
      weights: fc.constantFrom('uniform', 'distance'),
      classes: fc.constantFrom(0, 3),
    }),
  )
  fc.assert(
    fc.property(problem, ({ rows, y, weight, given, k, weights, classes }) => {
      const state = train(data(rows, y, classes, weight), { k, weights })
      const expected = given.flatMap((x) =>
        oracle(rows, y, x, { k, weights, classes, ...(weight === undefined ? {} : { weight }) }),
      )
      for (const [i, value] of predict(state, dense(given)).entries())
        t.ok(Math.abs(value - (expected[i] as number)) < 1e-12, `${value} for ${expected[i]}`)
    }),
    { numRuns: 200 },
  )
})

t.test('many rows and features: batches, blocks and threads give the bits of a row alone', async (t) => {
  for (const width of [3, 40]) {
    const u = noise(1300 * width, `knn ${width}`).map(Math.fround)
    const rows = Array.from({ length: 1300 }, (_, i) => u.slice(i * width, (i + 1) * width))
    const y = rows.map((row) => Number((row[0] as number) + (row[1] as number) > 1))
    const state = train(data(rows.slice(0, 900), y.slice(0, 900), 2), { weights: 'distance' })
    const X = dense(rows)
    const all = predict(state, X)
    t.same(
      rows.slice(850, 1300).flatMap((row) => predict(state, dense([row]))),
      all.slice(1700),
    )
    t.same(
      all.slice(0, 1800),
      y.slice(0, 900).flatMap((code) => [1 - code, code]),
      'a row that is known decides alone',
    )
    const pool = new KernelPool({ stress: 3 })
    for (const threads of [1, 2, 3, 8]) {
      const kernels = trainingKernels({ pool, threads })
      t.same(predict(state, X, kernels), all)
      kernels.close()
    }
    await pool.close()
    const right = y.slice(900).filter((code, i) => (all[2 * (900 + i) + code] as number) > 0.5).length
    t.ok(right > (width === 3 ? 360 : 250), `${right} of 400`)
  }
})

t.test('what cannot be learned says why; odd rows are answered', async (t) => {
  t.throws(() => train(data([], [], 2)), { code: 'FIT_NO_ROWS' })
  t.throws(() => train(data([[1]], [1], 2, [0])), { code: 'FIT_NO_ROWS' })
  t.throws(() => train(data([[1], [2]], [0, 1], 2), { k: 3 }), { code: 'FIT_PARAM', message: /only 2 training rows/ })
  t.throws(() => train(data([[1], [2]], [0, 1], 2, [1, 0]), { k: 2 }), { code: 'FIT_PARAM' })
  const one = train(data([[1]], [5], 0), { k: 1 })
  t.same(predict(one, dense([[7]])), [5])
  t.same(predict(one, dense([])), [])
  const same = train(data([[2], [2], [2]], [0, 1, 1], 2), { k: 2 })
  t.same(predict(same, dense([[2]])), [0.5, 0.5], 'the first two of three equal rows')
  const far = train(data([[-3e38], [3e38], [1]], [0, 1, 1], 2), { k: 2, weights: 'distance' })
  for (const x of [3e38, -3e38, 0]) t.ok(predict(far, dense([[x]])).every(Number.isFinite))
  const bare = train({ ...data([[1], [2]], [0, 1], 2), X: { ...dense([]), rows: 2 } }, { k: 2 })
  t.same(predict(bare, { ...dense([]), rows: 1 }), [0.5, 0.5], 'no features: all rows are alike')
})
