import type { Features } from 'daybook/frame'
import { KernelPool, scoringKernels, trainingKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import fc from 'fast-check'
import t from 'tap'
import elasticNet from '../../../plugins/algorithm/elastic-net.ts'
import lasso from '../../../plugins/algorithm/lasso.ts'
import type { LinearModel } from '../../../plugins/algorithm/linear/model.ts'
import ridge from '../../../plugins/algorithm/ridge.ts'
import { dense, fitting, noise, sparse, withDefaults } from './fitting.ts'
import { peerRows } from './peer-rows.ts'

type Given = Readonly<Record<string, number>>

const scoring = scoringKernels()

async function train(
  plugin: typeof elasticNet | typeof lasso | typeof ridge,
  X: Features,
  y: readonly number[],
  given: Given = {},
  weight?: readonly number[],
) {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given))
  const data: TrainingData = {
    task: 'regression',
    classes: [],
    X,
    y: Float32Array.from(y),
    ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
  }
  const fit = plugin.fit as (data: TrainingData, params: unknown, own: typeof ctx) => Promise<LinearModel>
  return { state: await fit(data, ctx.params, ctx), shown }
}

const predict = (state: LinearModel, X: Features): number[] => [
  ...elasticNet.predict(state, X, { params: {}, kernels: scoring } as never),
]

const near = (got: readonly number[], expected: readonly number[], tolerance: number): void => {
  t.equal(got.length, expected.length)
  for (const [i, value] of expected.entries())
    t.ok(Math.abs((got[i] as number) - value) <= tolerance * (1 + Math.abs(value)), `${got[i]} for ${value}`)
}

/** How far a model is from the conditions of the minimum, by their definition. */
function worst(
  state: LinearModel,
  X: number[][],
  y: readonly number[],
  { l1 = 0, l2 = 0 }: Given,
  weight?: readonly number[],
): number {
  const rest = predict(state, dense(X)).map((value, i) => (weight?.[i] ?? 1) * (Math.fround(y[i] as number) - value))
  let most = Math.abs(rest.reduce((a, b) => a + b, 0))
  for (const [f, coefficient] of state.coefficients.entries()) {
    const slope = X.reduce((sum, row, i) => sum + (row[f] as number) * (rest[i] as number), 0) - l2 * coefficient
    const over = coefficient === 0 ? Math.max(Math.abs(slope) - l1, 0) : Math.abs(slope - Math.sign(coefficient) * l1)
    most = Math.max(most, over)
  }
  return most
}

t.test('their examples are true', async () => {
  for (const plugin of [lasso, elasticNet]) {
    const { params, X, y, given, gives } = plugin.example!
    const { state } = await train(plugin, dense(X), y, params as Given)
    near(predict(state, dense(given)), gives as number[], 1e-9)
  }
})

// scikit-learn 1.9.1: Lasso(alpha=3/60), ElasticNet(alpha=8/n, l1_ratio=3/8, n = 60 or the sum of the weights), tol=1e-14.
t.test('coefficients are those of scikit-learn', async (t) => {
  const { rows, score, weight } = peerRows()
  const y = score.map((value) => 3 + value)
  const exact = { tolerance: 1e-12 }
  for (const X of [dense(rows), sparse(dense(rows))]) {
    const one = await train(lasso, X, y, { l1: 3, ...exact })
    t.same(one.shown.warnings, [])
    near(
      [...one.state.coefficients, ...one.state.intercepts],
      [2.046001367295137, -0.688615229738184, 0.509116648163622, 0, 0, 2.949180216154026],
      1e-7,
    )
    const both = await train(elasticNet, X, y, { l1: 3, l2: 5, ...exact })
    near(
      [...both.state.coefficients, ...both.state.intercepts],
      [1.690682424616736, -0.589140142441118, 0.400419918806885, 0, 0, 2.9253959341121387],
      1e-7,
    )
    const weighted = await train(elasticNet, X, y, { l1: 3, l2: 5, ...exact }, weight)
    near(
      [...weighted.state.coefficients, ...weighted.state.intercepts],
      [1.974920291549997, -0.802696839460828, 0.537192407307714, 0, 0, 2.9785036558511315],
      1e-7,
    )
  }
})

t.test('the conditions of the minimum hold, whatever the rows are', async (t) => {
  const value = fc.oneof(
    fc.constant(0),
    fc.integer({ min: -40, max: 40 }).map((x) => x / 8),
  )
  const cases = fc
    .record({ rows: fc.integer({ min: 2, max: 12 }), columns: fc.integer({ min: 1, max: 6 }) })
    .chain(({ rows, columns }) =>
      fc.record({
        X: fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { minLength: rows, maxLength: rows }),
        y: fc.array(value, { minLength: rows, maxLength: rows }),
        l1: fc.constantFrom(0.01, 0.5, 3, 1000),
        l2: fc.constantFrom(0, 0.1, 10),
        weighted: fc.boolean(),
      }),
    )
  await fc.assert(
    fc.asyncProperty(cases, async ({ X, y, l1, l2, weighted }) => {
      const weight = weighted ? y.map((_, i) => 0.5 + (i % 3)) : undefined
      for (const rows of [dense(X), sparse(dense(X))]) {
        const { state, shown } = await train(elasticNet, rows, y, { l1, l2, tolerance: 1e-10 }, weight)
        // Rows that cannot tell the columns apart, and nothing that shrinks squares: there it may take too long, and says so.
        const mayTire = l2 === 0 && y.length <= (X[0] ?? []).length + 1
        if (shown.warnings.length > 0 && mayTire) continue
        if (shown.warnings.length > 0) t.fail(`not converged: ${JSON.stringify({ X, y, l1, l2 })}`)
        t.ok(worst(state, X, y, { l1, l2 }, weight) < 1e-6)
      }
    }),
    { numRuns: 60 },
  )
})

t.test('without L1 it is ridge', async () => {
  const { rows, score, weight } = peerRows()
  for (const l2 of [0, 0.5, 40]) {
    const exact = await train(ridge, dense(rows), score, { l2 }, weight)
    const own = await train(elasticNet, dense(rows), score, { l1: 0, l2, tolerance: 1e-12 }, weight)
    near([...own.state.coefficients], [...exact.state.coefficients], 1e-8)
    near([...own.state.intercepts], [...exact.state.intercepts], 1e-8)
  }
})

t.test('more features than products are made of go by columns, to a minimum as well', async (t) => {
  const columns = 1100
  const u = noise(50 * columns, 'wide')
  const X = Array.from({ length: 50 }, (_, i) =>
    u.slice(i * columns, (i + 1) * columns).map((x) => (x < 0.8 ? 0 : Math.fround(x * 3))),
  )
  const y = X.map((row, i) => 5 + 2 * (row[0] as number) - (row[1] as number) + (u[i] as number))
  const weight = X.map((_, i) => 0.5 + (i % 4))
  for (const [l1, l2] of [
    [4, 0],
    [2, 3],
  ] as const) {
    const { state, shown } = await train(elasticNet, sparse(dense(X)), y, { l1, l2, tolerance: 1e-9 }, weight)
    t.same(shown.warnings, [])
    t.ok(worst(state, X, y, { l1, l2 }, weight) < 1e-5)
    const used = state.coefficients.filter((value) => value !== 0).length
    t.ok(used > 2 && used < columns / 2, `${used} coefficients`)
    const again = await train(elasticNet, dense(X), y, { l1, l2, tolerance: 1e-9 }, weight)
    near([...again.state.coefficients], [...state.coefficients], 1e-7)
  }
})

t.test('features that say nearly the same do not slow it down', async (t) => {
  const u = noise(400, 'twins')
  const X = Array.from({ length: 200 }, (_, i) => {
    const x = 4 * (u[i] as number)
    return [Math.fround(x), Math.fround(x + 1e-3 * (u[200 + i] as number)), Math.fround(x * x), Math.fround(x ** 3)]
  })
  const y = X.map(([a = 0], i) => Math.sin(a) + 0.1 * (u[399 - i] as number))
  const { state, shown } = await train(elasticNet, dense(X), y, { l1: 0.01, l2: 1e-6, tolerance: 1e-9 })
  t.same(shown.warnings, [])
  t.ok(worst(state, X, y, { l1: 0.01, l2: 1e-6 }) < 1e-5)
})

t.test('a penalty above all slopes leaves the mean alone', async (t) => {
  const { rows, score } = peerRows()
  const { state } = await train(lasso, dense(rows), score, { l1: 1e6 })
  t.ok(state.coefficients.every((value) => value === 0))
  near([...state.intercepts], [score.reduce((a, b) => a + b) / score.length], 1e-6)
})

t.test('it says so where it stopped early', async (t) => {
  const { rows, score } = peerRows()
  const wide = rows.map((row) => [...row, ...Array.from({ length: 1000 }, (_, j) => ((row[j % 5] as number) * j) % 1)])
  const { shown } = await train(elasticNet, dense(wide), score, { l1: 0.001, maxIterations: 1, tolerance: 1e-12 })
  t.equal(shown.warnings[0]?.code, 'NOT_CONVERGED')
})

t.test('bad input', async (t) => {
  for (const plugin of [lasso, elasticNet, ridge]) {
    await t.rejects(train(plugin, dense([]), []), { code: 'FIT_NO_ROWS' })
    await t.rejects(train(plugin, dense([[1], [2]]), [1, 2], {}, [0, 0]), { code: 'FIT_NO_ROWS' })
    const infinite = train(plugin, dense([[1], [Number.POSITIVE_INFINITY]]), [1, 2])
    await t.rejects(infinite, { code: 'FIT_NOT_FINITE', message: /`x0`/ })
    await t.rejects(train(plugin, dense([[Number.NaN], [2]]), [1, 2]), { code: 'FIT_NOT_FINITE' })
    const one = await train(plugin, dense([[3, 4]]), [7])
    near(predict(one.state, dense([[3, 4]])), [7], 1e-9)
    const none = await train(plugin, { ...dense([[], []]), rows: 2 }, [1, 3])
    near([...none.state.intercepts], [2], 1e-9)
    const flat = await train(plugin, dense([[1], [1], [1]]), [1, 2, 3])
    near([...flat.state.coefficients, ...flat.state.intercepts], [0, 2], 1e-9)
    const level = await train(plugin, dense([[1], [2], [4]]), [5, 5, 5])
    near([...level.state.coefficients, ...level.state.intercepts], [0, 5], 1e-9)
    const some = await train(plugin, dense([[1], [2], [3], [50]]), [1, 2, 3, -9], {}, [1, 1, 1, 0])
    const without = await train(plugin, dense([[1], [2], [3]]), [1, 2, 3])
    near([...some.state.coefficients], [...without.state.coefficients], 1e-9)
    const huge = await train(plugin, dense([[1e30], [-2e30], [3e30]]), [1e30, 2e30, -1e30])
    t.ok([...huge.state.coefficients, ...huge.state.intercepts].every(Number.isFinite))
    const tiny = await train(plugin, dense([[1e-30], [-2e-30], [3e-30]]), [1, 2, 3])
    t.ok([...tiny.state.coefficients, ...tiny.state.intercepts].every(Number.isFinite))
    const absurd = await train(plugin, dense([[1], [2], [4]]), [1, 2, 4], { l1: 1e300, l2: 1e300 })
    near([...absurd.state.intercepts], [7 / 3], 1e-6)
  }
})

t.test('contributions, importance, equal bytes, cancel', async (t) => {
  const { rows, score } = peerRows()
  const X = dense(rows)
  const { state, shown } = await train(elasticNet, X, score)
  t.strictSame((await train(elasticNet, X, score)).state, state)
  const parts = elasticNet.contributions!(state, X, { params: {}, kernels: scoring } as never)
  for (const [i, value] of predict(state, X).entries()) {
    t.ok(Math.abs(parts.slice(6 * i, 6 * i + 6).reduce((a, b) => a + b) - value) < 1e-9)
  }
  t.equal(elasticNet.importance!(state).values.length, 5)
  t.equal(shown.tables[0]?.rows.length, 6)
  const { ctx } = fitting(withDefaults(lasso.params), { signal: AbortSignal.abort() })
  const data = { task: 'regression' as const, classes: [], X, y: Float32Array.from(score) }
  await t.rejects(Promise.resolve(lasso.fit(data, ctx.params as never, ctx as never)), { name: 'AbortError' })
})

t.test('results do not depend on the threads', async (t) => {
  const [rows, width] = [20_000, 30]
  const X: Features = {
    ...dense([Array<number>(width).fill(0)]),
    rows,
    values: Float32Array.from(
      { length: rows * width },
      (_, at) => (((at * 7919) % 1009) / 500 - 1) * (1 + (at % width)),
    ),
  }
  const y = Float32Array.from({ length: rows }, (_, i) => (X.values[i * width] as number) + (i % 7))
  const data: TrainingData = { task: 'regression', classes: [], X, y }
  const pool = new KernelPool({ stress: 3 })
  for (const plugin of [lasso, elasticNet, ridge]) {
    const models: unknown[] = []
    for (const threads of [1, 2, 3, 8]) {
      const kernels = trainingKernels({ pool, threads })
      const { ctx } = fitting(withDefaults(plugin.params))
      models.push(await plugin.fit(data, ctx.params as never, { ...ctx, kernels } as never))
      kernels.close()
    }
    for (const model of models) t.strictSame(model, models[0])
  }
  await pool.close()
})
