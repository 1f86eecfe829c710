import type { Features } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import { Matrix, solve } from 'ml-matrix'
import t from 'tap'
import type { LinearModel } from '../../../plugins/algorithm/linear/model.ts'
import plugin from '../../../plugins/algorithm/ridge.ts'
import { dense, fitting, noise, sparse, withDefaults } from './fitting.ts'

const scoring = scoringKernels()

async function train(X: Features, y: readonly number[], given: { l2?: number } = {}, weight?: readonly number[]) {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given))
  const data: TrainingData = {
    task: 'regression',
    classes: [],
    X,
    y: Float32Array.from(y),
    ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
  }
  return { state: (await plugin.fit(data, ctx.params, ctx)) as LinearModel, shown }
}

const predict = (state: LinearModel, X: Features): number[] => [
  ...plugin.predict(state, X, { params: {}, kernels: scoring }),
]

/** Rows of mostly-zero features, and values that depend on some of them. */
function sample(rows: number, columns: number): { X: number[][]; y: number[]; weight: number[] } {
  const u = noise(rows * columns, `ridge ${columns}`)
  const X = Array.from({ length: rows }, (_, i) =>
    u.slice(i * columns, (i + 1) * columns).map((x) => (x < 0.6 ? 0 : Math.fround(x * 3))),
  )
  const y = X.map((row, i) => Math.fround(5 + 2 * (row[0] as number) - (row[1] as number) + (u[i] as number)))
  return { X, y, weight: X.map((_, i) => 0.5 + (i % 4)) }
}

/** The solution of the normal equations with an unpenalized intercept, by ml-matrix. */
function oracle(X: number[][], y: number[], l2: number, weight?: number[]): number[] {
  const x = new Matrix(X.map((row) => [...row, 1]))
  const weighted = x.clone()
  for (let i = 0; i < X.length; i++) weighted.mulRow(i, weight?.[i] ?? 1)
  const left = weighted.transpose().mmul(x)
  for (let f = 0; f + 1 < x.columns; f++) left.set(f, f, left.get(f, f) + l2)
  return solve(left, weighted.transpose().mmul(Matrix.columnVector(y))).to1DArray()
}

const near = (got: readonly number[], expected: readonly number[], tolerance: number): void => {
  t.equal(got.length, expected.length)
  for (const [i, value] of expected.entries())
    t.ok(Math.abs((got[i] as number) - value) <= tolerance * (1 + Math.abs(value)), `${got[i]} for ${value}`)
}

t.test('its example is true', async () => {
  const { params, X, y, given, gives } = plugin.example!
  const { state } = await train(dense(X), y, params as { l2: number })
  near(predict(state, dense(given)), gives as number[], 1e-9)
})

t.test('by hand: two rows, penalty 2', async () => {
  // x centred is -1/2, 1/2: sum of squares 1/2, of products 1/2; slope 1/2 / (1/2 + 2) = 1/5, intercept 1/2 - 1/10.
  const { state } = await train(dense([[0], [1]]), [0, 1], { l2: 2 })
  near([...state.coefficients, ...state.intercepts], [0.2, 0.4], 1e-12)
})

t.test('the solution is that of the normal equations, dense and sparse, with weights', async () => {
  const { X, y, weight } = sample(60, 7)
  for (const l2 of [0, 1, 30]) {
    for (const rows of [dense(X), sparse(dense(X))]) {
      const { state } = await train(rows, y, { l2 })
      near([...state.coefficients, ...state.intercepts], oracle(X, y, l2), 1e-8)
      const weighted = await train(rows, y, { l2 }, weight)
      near([...weighted.state.coefficients, ...weighted.state.intercepts], oracle(X, y, l2, weight), 1e-8)
    }
  }
})

t.test('many features go by conjugate gradients to the same solution', async () => {
  const { X, y } = sample(40, 1100)
  for (const rows of [dense(X), sparse(dense(X))]) {
    const { state, shown } = await train(rows, y, { l2: 3 })
    t.same(shown.warnings, [])
    // The derivative is 0 in every coordinate: transpose(X) rest = l2 * coefficients, and the rests sum to 0.
    const rest = predict(state, rows).map((value, i) => (y[i] as number) - value)
    t.ok(Math.abs(rest.reduce((a, b) => a + b, 0)) < 1e-8)
    for (const [f, coefficient] of state.coefficients.entries()) {
      const slope = rest.reduce((sum, r, i) => sum + r * (X[i]?.[f] as number), 0)
      if (Math.abs(slope - 3 * coefficient) > 1e-7) t.fail(`feature ${f}: ${slope} for ${3 * coefficient}`)
    }
  }
})

t.test('dependent and constant features get 0 without a penalty, and a warning', async (t) => {
  const X = [
    [1, 2, 5],
    [2, 4, 5],
    [3, 6, 5],
    [5, 10, 5],
  ]
  const { state, shown } = await train(dense(X), [1, 2, 3, 5], { l2: 0 })
  near([...state.coefficients, ...state.intercepts], [1, 0, 0, 0], 1e-9)
  t.equal(shown.warnings[0]?.code, 'DEPENDENT_FEATURES')
  t.same(shown.warnings[0]?.evidence, { columns: [1] })
  t.same((await train(dense(X), [1, 2, 3, 5], { l2: 1 })).shown.warnings, [])
})

t.test('rows without weight are an error', async (t) => {
  await t.rejects(train(dense([[1], [2]]), [1, 2], {}, [0, 0]), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(dense([]), []), { code: 'FIT_NO_ROWS' })
})

t.test('large offsets and units cost no digits', async () => {
  const u = noise(50, 'units')
  const X = u.map((x, i) => [Math.fround(1e6 + 100 * x), Math.fround(1e-6 * (i % 7))])
  const y = X.map(([a = 0, b = 0]) => Math.fround((a - 1e6) / 100 + b * 1e6))
  const { state } = await train(dense(X), y, { l2: 0 })
  near(predict(state, dense(X)), y, 1e-4)
})

t.test('equal input gives equal bytes; a row scores the same alone and sparse', async (t) => {
  const { X, y } = sample(50, 5)
  const { state } = await train(dense(X), y)
  t.strictSame((await train(dense(X), y)).state, state)
  const whole = predict(state, dense(X))
  t.same(
    X.flatMap((row) => predict(state, dense([row]))),
    whole,
  )
  t.same(predict(state, sparse(dense(X))), whole)
  t.same([...plugin.predict(state, dense(X), fitting({}).ctx)], whole, 'the kernels for training score alike')
})

t.test('contributions and base add up to the prediction', async (t) => {
  const { X, y } = sample(30, 4)
  const { state, shown } = await train(dense(X), y)
  const parts = plugin.contributions!(state, dense(X), { params: {}, kernels: scoring })
  for (const [i, value] of predict(state, dense(X)).entries()) {
    t.ok(Math.abs(parts.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b) - value) < 1e-9)
  }
  const mean = y.reduce((a, b) => a + b) / y.length
  t.ok(Math.abs((parts[4] as number) - mean) < 1e-6, 'the base is the mean')
  t.equal(plugin.importance!(state).values.length, 4)
  t.equal(shown.tables[0]?.rows.length, 5)
})
