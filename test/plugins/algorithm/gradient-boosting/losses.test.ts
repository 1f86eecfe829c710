import fc from 'fast-check'
import t from 'tap'
import { treeContributions } from '../../../../plugins/algorithm/gradient-boosting/contributions.ts'
import { dense, noise } from '../fitting.ts'
import { curveOf, predict, regression, scoring, someRows, train } from './boosted.ts'

/** One stump that fits without any penalty. */
const stump = { trees: 1, learningRate: 1, maxDepth: 1, minChildWeight: 0, l2: 0 }
const four = dense([[1], [1], [1], [2], [2], [2]])

/** The weighted quantile by its definition: the least value that holds, with those below it, the share `level` of the weight. */
function quantile(values: readonly number[], weights: readonly number[], level: number): number {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number))
  const total = weights.reduce((a, b) => a + b, 0)
  let sum = 0
  for (const i of order) {
    sum += weights[i] as number
    if (sum >= level * total) return values[i] as number
  }
  return Number.NaN
}

t.test('absolute: medians of the leaves, from the median of all', async (t) => {
  const { state } = await train(regression(four, [1, 2, 90, 10, 20, 1000]), { ...stump, loss: 'absolute' })
  t.same([...state.base], [10], 'the lower one of the two in the middle')
  t.same(predict(state, dense([[1], [2]])), [2, 20])
})

t.test('quantile: those of the leaves, by weight', async (t) => {
  const y = [1, 2, 3, 10, 20, 30]
  const lowest = await train(regression(four, y), { ...stump, loss: 'quantile', quantile: 0.3 })
  t.same([...lowest.state.base], [2])
  t.same(predict(lowest.state, dense([[1], [2]])), [1, 10])
  const weighted = regression(four, y, [1, 1, 3, 5, 1, 0])
  const { state } = await train(weighted, { ...stump, loss: 'quantile', quantile: 0.5 })
  t.same([...state.base], [10], '1 + 1 + 3 of 11 are less than half')
  t.same(predict(state, dense([[1], [2]])), [3, 10])
})

t.test('poisson: the mean by its logarithm; a leaf that has to rise does not overshoot', async (t) => {
  const { state } = await train(regression(four, [0, 0, 0, 0, 0, 600]), { ...stump, loss: 'poisson' })
  t.ok(Math.abs((state.base[0] as number) - Math.log(100)) < 1e-12)
  // Right: 200 rows a row for 100: the best step is log 2. Left: a Newton step of -1 from log 100.
  const [left = 0, right = 0] = predict(state, dense([[1], [2]]))
  t.ok(Math.abs(right - 200) < 1e-4, `${right}`)
  t.ok(Math.abs(left - 100 / Math.E) < 1e-4, `${left}`)
  const steep = regression(dense(Array.from({ length: 200 }, (_, i) => [i < 199 ? 0 : 1])), [
    ...Array(199).fill(0),
    5000,
  ])
  const high = (await train(steep, { loss: 'poisson', minChildWeight: 0 })).state
  const [, top = 0] = predict(high, dense([[0], [1]]))
  t.ok(top > 1000 && top < 5100, `${top}`)
})

t.test('poisson: no negative targets, and a constant of zeros', async (t) => {
  await t.rejects(train(regression(four, [1, 2, -1, 0, -3, 1]), { loss: 'poisson' }), {
    code: 'FIT_TARGET_RANGE',
    message: /2 values .* such as -1: expected numbers >= 0/,
  })
  const { state } = await train(regression(four, [0, 0, 0, 0, 0, 0]), { loss: 'poisson' })
  t.ok(predict(state, four).every((value) => value > 0 && value < 1e-8))
  const data = { task: 'binary' as const, classes: ['a', 'b'], X: four, y: Int32Array.of(0, 1, 0, 1, 0, 1) }
  await t.rejects(train(data, { loss: 'poisson' }), { code: 'FIT_PARAM', message: /`loss` cannot be poisson here/ })
})

t.test('every leaf of a first tree is the quantile of its rows by definition', async (t) => {
  const row = fc.record({
    x: fc.integer({ min: 0, max: 5 }),
    y: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ noNaN: true, min: -1000, max: 1000 })),
    w: fc.constantFrom(0, 0.25, 1, 2, 5),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 60 }).filter((rows) => rows.some(({ w }) => w > 0)),
      fc.constantFrom(0.1, 0.5, 0.8),
      async (rows, level) => {
        const X = dense(rows.map(({ x }) => [x]))
        const [y, w] = [rows.map(({ y }) => y), rows.map(({ w }) => w)]
        const given = { loss: 'quantile', quantile: level, trees: 1, learningRate: 1, minChildWeight: 0, l2: 0 }
        const { state } = await train(regression(X, y, w), given)
        const base = quantile(y, w, level)
        t.equal(state.base[0], base)
        const leaves = predict(state, X)
        for (const value of new Set(leaves)) {
          const own = rows.flatMap((_, i) => (leaves[i] === value ? [i] : []))
          const residuals = own.map((i) => (y[i] as number) - base)
          const step = quantile(
            residuals,
            own.map((i) => w[i] as number),
            level,
          )
          t.equal(value, base + Math.fround(Number.isNaN(step) ? 0 : step))
        }
      },
    ),
    { numRuns: 150 },
  )
})

t.test('quantile: the share of targets below is the level', async (t) => {
  const rows = someRows(2000)
  const u = noise(2000, 'spread')
  const y = rows.map(([a = 0, b = 0, c = 0], i) => 4 * a + c + (1 + 3 * b) * ((u[i] as number) - 0.5))
  for (const level of [0.1, 0.5, 0.9]) {
    const { state } = await train(regression(dense(rows), y), { loss: 'quantile', quantile: level, trees: 100 })
    const out = predict(state, dense(rows))
    const share = out.filter((value, i) => Math.fround(y[i] as number) <= value).length / 2000
    t.ok(Math.abs(share - level) < 0.03, `${share} for ${level}`)
  }
})

t.test('absolute and quantile losses follow a shift of the target, and its scale', async (t) => {
  const rows = someRows(300)
  const y = rows.map(([a = 0, b = 0, c = 0]) => Math.round(64 * (a * b + c)))
  for (const loss of ['absolute', 'quantile']) {
    const given = { loss, quantile: 0.75, trees: 20, learningRate: 0.5 } // residuals and steps stay exact for some rounds
    const plain = predict((await train(regression(dense(rows), y), given)).state, dense(rows))
    const moved = predict(
      (
        await train(
          regression(
            dense(rows),
            y.map((v) => v + 512),
          ),
          given,
        )
      ).state,
      dense(rows),
    )
    const doubled = predict(
      (
        await train(
          regression(
            dense(rows),
            y.map((v) => 2 * v),
          ),
          given,
        )
      ).state,
      dense(rows),
    )
    for (const [i, value] of plain.entries()) {
      t.ok(Math.abs((moved[i] as number) - value - 512) < 1e-4)
      t.ok(Math.abs((doubled[i] as number) - 2 * value) < 1e-4)
    }
  }
})

t.test('an absolute loss is not moved by a wild target', async (t) => {
  const rows = someRows(300)
  const y = rows.map(([a = 0]) => a)
  const wild = y.map((value, i) => (i % 50 === 0 ? 1e30 : value))
  const out = predict((await train(regression(dense(rows), wild), { loss: 'absolute' })).state, dense(rows))
  const off = out.map((value, i) => Math.abs(value - (y[i] as number))).sort((a, b) => a - b)
  t.ok((off[150] as number) < 0.05, `${off[150]}`)
})

t.test('each loss falls, is named in the figure, and stops on validation rows', async (t) => {
  const rows = someRows(400)
  const u = noise(400, 'count')
  const y = rows.map(([a = 0, b = 0, c = 0], i) => Math.floor((1 + c) * (a + b) * 2 * (u[i] as number)))
  const half = (odd: number) => rows.map((_, i) => i).filter((i) => i % 2 === odd)
  const part = (odd: number) =>
    regression(
      dense(half(odd).map((i) => rows[i] as number[])),
      half(odd).map((i) => y[i] as number),
    )
  for (const [loss, name] of [
    ['squared', 'root mean squared error'],
    ['absolute', 'mean absolute error'],
    ['quantile', 'pinball loss'],
    ['poisson', 'mean Poisson deviance'],
  ] as const) {
    const data = { ...part(0), validation: part(1) }
    const { state, shown } = await train(data, { loss, quantile: 0.7, trees: 300, learningRate: 0.2, earlyStopping: 5 })
    t.ok(state.starts.length < 250, `${loss} stops after ${state.starts.length - 1} trees`)
    t.match(shown.figures[0]?.description, new RegExp(`^The ${name} of`))
    const losses = curveOf(shown)
      .filter(({ part }) => part === 'training')
      .map(({ loss }) => loss)
    t.ok((losses.at(-1) as number) < (losses[0] as number))
  }
})

t.test('losses are what they are called, on the training rows', async (t) => {
  const rows = someRows(50)
  const y = rows.map(([a = 0, b = 0]) => Math.floor(5 * a * b))
  const w = rows.map((_, i) => 1 + (i % 3))
  const mean = (of: (y: number, p: number) => number, out: readonly number[]): number =>
    y.reduce((sum, value, i) => sum + (w[i] as number) * of(value, out[i] as number), 0) / w.reduce((a, b) => a + b, 0)
  const log = (y: number, p: number): number => (y > 0 ? y * Math.log(y / p) : 0)
  for (const [loss, of] of [
    ['absolute', (y, p) => Math.abs(y - p)],
    ['quantile', (y, p) => (y > p ? 0.7 * (y - p) : 0.3 * (p - y))],
    ['poisson', (y, p) => 2 * (log(y, p) - y + p)],
  ] as [string, (y: number, p: number) => number][]) {
    const { state, shown } = await train(regression(dense(rows), y, w), { loss, quantile: 0.7, trees: 3 })
    const last = curveOf(shown).at(-1)?.loss as number
    const expected = mean(of, predict(state, dense(rows)))
    t.ok(Math.abs(last - expected) < 1e-9, `${loss}: ${last} for ${expected}`)
  }
})

t.test('equal trees for rows in any order, and for weights times a power of two', async (t) => {
  const rows = someRows(300)
  const u = noise(300, 'weights')
  const y = rows.map(([a = 0, b = 0, c = 0], i) => Math.floor((1 + c) * (a + b) * 5 + 3 * (u[i] as number)))
  const w = u.map((value) => Math.fround(0.1 + value))
  for (const loss of ['absolute', 'quantile', 'poisson']) {
    const given = { loss, quantile: 0.2, trees: 20, minChildWeight: 1 }
    const { state } = await train(regression(dense(rows), y, w), given)
    const turned = regression(dense(rows.toReversed()), y.toReversed(), w.toReversed())
    t.strictSame((await train(turned, given)).state, state, loss)
    const heavier = regression(
      dense(rows),
      y,
      w.map((value) => 4 * value),
    )
    const out = predict((await train(heavier, { ...given, minChildWeight: 4, l2: 20 })).state, dense(rows))
    t.same(out, predict(state, dense(rows)), loss)
  }
})

t.test('contributions of a Poisson model add up to the logarithm', async (t) => {
  const rows = someRows(200)
  const y = rows.map(([a = 0, b = 0, c = 0]) => Math.floor((1 + c) * (a + b) * 3))
  const { state } = await train(regression(dense(rows), y), { loss: 'poisson', trees: 20 })
  const parts = treeContributions(state, dense(rows), scoring)
  for (const [i, value] of predict(state, dense(rows)).entries()) {
    const sum = parts.subarray(4 * i, 4 * i + 4).reduce((a, b) => a + b)
    t.ok(Math.abs(sum - Math.log(value)) < 1e-9)
  }
})
