import type { DenseFeatures } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import fc from 'fast-check'
import t from 'tap'
import { boost } from '../../../plugins/algorithm/gradient-boosting/boost.ts'
import { splitColumns } from '../../../plugins/algorithm/gradient-boosting/known-splits.ts'
import type { BoostedTrees } from '../../../plugins/algorithm/gradient-boosting/model.ts'
import { goesLeft } from '../../../plugins/algorithm/gradient-boosting/walk.ts'
import plugin from '../../../plugins/algorithm/gradient-boosting.ts'
import { dense, fitting, noise, withDefaults } from './fitting.ts'

type State = BoostedTrees & { readonly task: string }
type Given = Readonly<Record<string, unknown>>

const scoring = scoringKernels()

async function train(data: TrainingData, given: Given = {}, options: Parameters<typeof fitting>[1] = {}) {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given), options)
  const state = (await plugin.fit(data, ctx.params, ctx)) as State
  return { state, shown }
}

function predict(state: State, X: DenseFeatures): number[] {
  return [...plugin.predict(state, X, { params: {}, kernels: scoring })]
}

const regression = (X: DenseFeatures, y: readonly number[], weight?: readonly number[]): TrainingData => ({
  task: 'regression',
  classes: [],
  X,
  y: Float32Array.from(y),
  ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
})
const binary = (X: DenseFeatures, y: readonly number[], weight?: readonly number[]): TrainingData => ({
  task: 'binary',
  classes: ['no', 'yes'],
  X,
  y: Int32Array.from(y),
  ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
})

/** One stump, fitted without any penalty. */
const stump = { trees: 1, learningRate: 1, maxDepth: 1, minChildWeight: 0, l2: 0 }

/** 240 rows: two numbers with ties, a category of five levels, some missing; a target that all of them move. */
function mixture(): { rows: number[][]; values: number[]; codes: number[] } {
  const u = noise(240 * 4)
  const rows: number[][] = []
  const values: number[] = []
  for (let i = 0; i < 240; i++) {
    const [a, b, c, d] = u.slice(4 * i, 4 * i + 4) as [number, number, number, number]
    const x0 = Math.floor(10 * a) / 2
    const x2 = Math.floor(5 * c)
    rows.push([d < 0.1 ? Number.NaN : x0, Math.fround(b), x2])
    values.push(x0 + 3 * b * b + [0, 2, -1, 2, 0.5][x2]! + (d < 0.1 ? 2 : 0) + 0.3 * (d - 0.5))
  }
  return { rows, values, codes: values.map((value) => (value > 4 ? 1 : 0)) }
}
const levels = { 2: { kind: 'category' as const, levels: ['a', 'b', 'c', 'd', 'e'] } }

t.test('its example is true', async (t) => {
  const { params, X, y, given, gives } = plugin.example!
  const { state } = await train(regression(dense(X), y), params as Given)
  t.same(predict(state, dense(given)), gives)
})

t.test('a first tree by hand: means of the leaves, by the split that gains most', async (t) => {
  // Mean 3; of the cuts, 2.5 leaves squared errors of 0.5 + 0.5, the others more.
  const { state } = await train(regression(dense([[1], [2], [3], [4]]), [1, 2, 4, 5]), stump)
  t.same([...state.base], [3])
  t.same([...state.feature], [0, -1, -1])
  t.same([...state.threshold], [2.5, -1.5, 1.5])
  t.same([...state.cover], [4, 2, 2])
  // Gain: relief of the leaves, 3²/2 each, less that of the root, 0.
  t.same([...state.gain], [9])
  t.same(predict(state, dense([[2.5], [2.6], [-9]])), [1.5, 4.5, 1.5])
})

t.test('a logistic leaf by hand: one Newton step from the log-odds', async (t) => {
  // Half are positive: base 0, p = 1/2, g = p - y, h = 1/4.
  const X = dense([[0], [0], [0], [1], [1], [1]])
  const { state } = await train(binary(X, [0, 0, 0, 1, 1, 1]), { ...stump, l2: 0.75, learningRate: 0.5 })
  t.same([...state.base], [0])
  // Left: g = 3/2, h = 3/4: -(3/2) / (3/4 + 3/4) = -1, halved by the learning rate.
  t.same([...state.threshold], [0.5, -0.5, 0.5])
  const p = 1 / (1 + Math.exp(0.5))
  const [no = 0, yes = 0] = predict(state, dense([[0]]))
  t.ok(Math.abs(yes - p) < 1e-15)
  t.equal(no, 1 - yes)
})

t.test('the first split is that of an exhaustive search over the rows', async (t) => {
  const small = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: -5, max: 5 })),
    {
      minLength: 3,
      maxLength: 15,
    },
  )
  await fc.assert(
    fc.asyncProperty(small, async (rows) => {
      const y = rows.map(([, , target]) => target)
      const { state } = await train(regression(dense(rows.map(([a, b]) => [a, b])), y), stump)
      const mean = y.reduce((a, b) => a + b, 0) / y.length
      const error = (ids: readonly number[]): number => {
        const center = ids.reduce((sum, i) => sum + (y[i] as number), 0) / Math.max(ids.length, 1)
        return ids.reduce((sum, i) => sum + ((y[i] as number) - center) ** 2, 0)
      }
      const all = y.map((_, i) => i)
      let least = error(all)
      for (const f of [0, 1]) {
        for (let cut = 0; cut < 5; cut++) {
          const side = (left: boolean): number[] => all.filter((i) => (rows[i]?.[f] as number) <= cut === left)
          least = Math.min(least, error(side(true)) + error(side(false)))
        }
      }
      const fitted = predict(state, dense(rows.map(([a, b]) => [a, b])))
      const reached = fitted.reduce((sum, value, i) => sum + (value - (y[i] as number)) ** 2, 0)
      t.ok(Math.abs(reached - least) < 1e-4, `error ${reached}, least ${least} (mean ${mean})`)
    }),
    { numRuns: 60 },
  )
})

t.test('the loss falls, and more trees fit better', async (t) => {
  const { rows, values, codes } = mixture()
  for (const data of [regression(dense(rows, levels), values), binary(dense(rows, levels), codes)]) {
    const { shown } = await train(data, { trees: 30, minChildWeight: 1 })
    const points = (shown.figures[0]!.spec.data as { values: { loss: number }[] }).values.map(({ loss }) => loss)
    t.equal(points.length, 16, 'the first and every second round')
    for (let i = 1; i < points.length; i++) t.ok((points[i] as number) < (points[i - 1] as number))
  }
})

t.test('levels of a category split into sets; a level without rows goes where missing values go', async (t) => {
  const X = dense([[0], [1], [2], [3], [0], [1], [2], [3]], {
    0: { kind: 'category', levels: ['a', 'b', 'c', 'd', 'never'] },
  })
  const { state } = await train(regression(X, [0, 8, 0, 8, 0, 8, 0, 8]), { ...stump, categorySmoothing: 0 })
  t.same([...state.feature], [0, -1, -1])
  t.same(predict(state, dense([[0], [1], [2], [3]])), [0, 8, 0, 8])
  const [never, missing, beyond] = predict(state, dense([[4], [Number.NaN], [77]]))
  t.equal(never, missing)
  t.equal(beyond, missing)
})

t.test('more levels than bins: the rarest share one', async (t) => {
  const names = Array.from({ length: 12 }, (_, i) => `l${i}`)
  const codes = Array.from({ length: 78 }, (_, i) => Math.floor((Math.sqrt(8 * i + 1) - 1) / 2)) // level l: l + 1 rows
  const X = dense(
    codes.map((code) => [code]),
    { 0: { kind: 'category', levels: names } },
  )
  const y = codes.map((code) => (code % 2 === 0 ? 0 : 10))
  const { state } = await train(regression(X, y), { ...stump, bins: 6, maxDepth: null, trees: 3, categorySmoothing: 0 })
  const out = predict(state, dense(names.map((_, code) => [code])))
  t.ok((out[11] as number) > 9 && (out[10] as number) < 1, 'frequent levels are told apart')
  t.equal(new Set(out.slice(0, 7)).size, 1, 'the rarest seven are one')
})

t.test('missing values take the direction that training found', async (t) => {
  const nan = Number.NaN
  const X = [[1], [2], [3], [4], [nan], [nan]]
  const right = await train(regression(dense(X), [0, 0, 6, 6, 6, 6]), stump)
  t.same(predict(right.state, dense([[nan], [1], [4]])), [6, 0, 6])
  const left = await train(regression(dense(X), [0, 0, 6, 6, 0, 0]), stump)
  t.same(predict(left.state, dense([[nan], [1], [4]])), [0, 0, 6])
  const alone = await train(regression(dense(X), [0, 0, 0, 0, 6, 6]), stump)
  t.same(predict(alone.state, dense([[nan], [1], [1e30]])), [6, 0, 0], 'missing against all values')
  t.equal(alone.state.threshold[0], Number.POSITIVE_INFINITY)
})

t.test('monotone promises are kept, level by level and leaf by leaf', async (t) => {
  const row = fc.tuple(
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: 0, max: 4 }),
    fc.float({ min: -3, max: 3, noNaN: true }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 20, maxLength: 60 }),
      fc.constantFrom<1 | -1>(1, -1),
      fc.constantFrom(null, 6),
      async (rows, monotone, maxLeaves) => {
        const X = dense(
          rows.map(([a, b]) => [a, b]),
          { 0: { monotone } },
        )
        const given = { trees: 15, learningRate: 0.5, minChildWeight: 1, l2: 0.1, maxDepth: 5, maxLeaves }
        const { state } = await train(
          regression(
            X,
            rows.map(([, , y]) => y),
          ),
          given,
        )
        for (let b = 0; b < 5; b++) {
          const out = predict(state, dense(Array.from({ length: 12 }, (_, a) => [a - 1, b])))
          for (let a = 1; a < out.length; a++) {
            if (monotone * ((out[a] as number) - (out[a - 1] as number)) < 0)
              t.fail(`falls from ${out[a - 1]} to ${out[a]}`)
          }
        }
      },
    ),
    { numRuns: 40 },
  )
  const X = dense([[0], [1]], { 0: { monotone: 1 } })
  const data = { task: 'multiclass' as const, classes: ['a', 'b', 'c'], X, y: Int32Array.of(0, 1) }
  await t.rejects(train(data), { code: 'FIT_MONOTONE_CLASSES' })
})

t.test('equal input gives equal bytes: twice, with three threads, with the rows reversed', async (t) => {
  const { rows, values, codes } = mixture()
  const weight = noise(rows.length, 'weight').map((u) => 0.1 + u)
  const three = values.map((value) => (value < 3 ? 0 : value < 5 ? 1 : 2))
  const multiclass = (given: number[][], y: number[]): TrainingData => ({
    task: 'multiclass',
    classes: ['a', 'b', 'c'],
    X: dense(given, levels),
    y: Int32Array.from(y),
  })
  const given = { trees: 20, minChildWeight: 1 }
  for (const [data, reversed] of [
    [
      regression(dense(rows, levels), values, weight),
      regression(dense(rows.toReversed(), levels), values.toReversed(), weight.toReversed()),
    ],
    [
      binary(dense(rows, levels), codes, weight),
      binary(dense(rows.toReversed(), levels), codes.toReversed(), weight.toReversed()),
    ],
    [multiclass(rows, three), multiclass(rows.toReversed(), three.toReversed())],
  ] as const) {
    const { state, shown } = await train(data, given)
    t.strictSame((await train(data, given)).state, state)
    t.strictSame((await train(data, given, { threads: 3 })).state, state)
    t.strictSame((await train(reversed, given)).state, state)
    t.same(shown.asked, [], 'asks for no random numbers without samples')
  }
})

t.test('without a limit on leaves the order of splits does not matter', async (t) => {
  const { rows, values } = mixture()
  const X = dense(rows, levels)
  const given = { trees: 10, maxDepth: 4, minChildWeight: 2 }
  const byDepth = await train(regression(X, values), { ...given, maxLeaves: null })
  const byGain = await train(regression(X, values), { ...given, maxLeaves: 16 })
  t.same(predict(byGain.state, X), predict(byDepth.state, X))
})

t.test('a model is the same where histograms were given up for lack of memory', async (t) => {
  const { rows, values } = mixture()
  const data = { ...regression(dense(rows, levels), values), X: dense(rows, levels) }
  const { ctx } = fitting({})
  const given = { trees: 5, maxLeaves: 20, minChildWeight: 1, boostLoss: 'squared' }
  const rules = { ...withDefaults(plugin.params, given), ...given } as unknown as Parameters<typeof boost>[1]
  const roomy = await boost(data, { ...rules, histogramBytes: 2 ** 24 }, ctx)
  const tight = await boost(data, { ...rules, histogramBytes: 0 }, ctx)
  t.strictSame(tight.model, roomy.model)
})

t.test('limits on depth, leaves and weight are kept', async (t) => {
  const { rows, values } = mixture()
  const X = dense(rows, levels)
  const leavesOf = (state: State): number => state.feature.filter((feature) => feature < 0).length
  t.equal(leavesOf((await train(regression(X, values), { trees: 1, maxLeaves: 7, minChildWeight: 1 })).state), 7)
  const deep = await train(regression(X, values), { trees: 1, maxLeaves: null, maxDepth: 3, minChildWeight: 1 })
  t.equal(leavesOf(deep.state), 8)
  const heavy = await train(regression(X, values), { trees: 1, maxLeaves: null, minChildWeight: 30 })
  t.ok(Math.min(...heavy.state.cover) >= 30)
  const none = await train(regression(X, values), { trees: 2, minGain: 1e9 })
  t.equal(none.state.feature.length, 2, 'roots alone')
})

t.test('a row scores the same alone, in a small batch and in a large one', async (t) => {
  const { rows, values, codes } = mixture()
  const X = dense(rows, levels)
  for (const data of [regression(X, values), binary(X, codes)]) {
    const { state } = await train(data, { trees: 25, minChildWeight: 1 })
    const whole = predict(state, X)
    const width = whole.length / rows.length
    const { ctx } = fitting({})
    t.same([...plugin.predict(state, X, ctx)], whole, 'the kernels for training score alike')
    t.same(
      rows.flatMap((row) => predict(state, dense([row]))),
      whole,
    )
    t.same(predict(state, dense(rows.slice(100, 110))), whole.slice(100 * width, 110 * width))
    t.same(predict(state, dense(rows.toReversed())).length, whole.length)
  }
  t.same(predict((await train(regression(X, values), { trees: 2 })).state, dense([])), [])
})

t.test('three classes', async (t) => {
  const u = noise(300, 'classes')
  const rows = u.map((x, i) => [x, u[(i * 7) % 300] as number])
  const y = rows.map(([a = 0, b = 0]) => (a > 0.66 ? 2 : b > 0.5 ? 1 : 0))
  const { state } = await train(
    { task: 'multiclass', classes: ['a', 'b', 'c'], X: dense(rows), y: Int32Array.from(y) },
    { trees: 30, minChildWeight: 1, learningRate: 0.2 },
  )
  t.equal(state.starts.length, 30 * 3 + 1)
  const out = predict(state, dense(rows))
  let hits = 0
  for (const [i, code] of y.entries()) {
    const own = out.slice(3 * i, 3 * i + 3)
    t.ok(Math.abs(own.reduce((a, b) => a + b) - 1) < 1e-12)
    if (own.indexOf(Math.max(...own)) === code) hits++
  }
  t.ok(hits >= 297, `${hits} of 300`)
})

t.test('weights count rows: an integer weight is as many equal rows', async (t) => {
  const { rows, values } = mixture()
  const counts = rows.map((_, i) => 1 + (i % 3))
  const given = { trees: 5, minChildWeight: 3 }
  const weighted = await train(regression(dense(rows, levels), values, counts), given)
  const repeat = <T>(list: readonly T[]): T[] => list.flatMap((item, i) => Array<T>(counts[i] as number).fill(item))
  const repeated = await train(regression(dense(repeat(rows), levels), repeat(values)), given)
  const [a, b] = [weighted, repeated].map(({ state }) => predict(state, dense(rows, levels))) as [number[], number[]]
  for (const [i, value] of a.entries()) t.ok(Math.abs(value - (b[i] as number)) < 1e-5)
})

t.test('samples of rows and columns follow the seed', async (t) => {
  const { rows, codes } = mixture()
  const data = binary(dense(rows, levels), codes)
  const given = { trees: 10, subsample: 0.6, columnSample: 0.5, minChildWeight: 1 }
  const { state, shown } = await train(data, given)
  t.same(shown.asked, ['rows', 'columns'])
  t.strictSame((await train(data, given)).state, state)
  t.notSame((await train(data, given, { seed: 8 })).state.threshold, state.threshold)
  const used = Array.from(state.starts.subarray(0, 10), (start, tree) => {
    const own = state.feature.slice(start, state.starts[tree + 1])
    return new Set(own.filter((feature) => feature >= 0)).size
  })
  t.ok(Math.max(...used) <= 2, 'half of three features, rounded, is two')
})

t.test('early stopping keeps the round of the best validation loss', async (t) => {
  const { rows, codes } = mixture()
  const flipped = codes.map((code, i) => (i % 5 === 0 ? 1 - code : code))
  const validation = { X: dense(rows.slice(160), levels), y: Int32Array.from(flipped.slice(160)) }
  const data = { ...binary(dense(rows.slice(0, 160), levels), flipped.slice(0, 160)), validation }
  const { state, shown } = await train(data, { trees: 200, learningRate: 0.3, minChildWeight: 0.5, earlyStopping: 5 })
  const rounds = state.starts.length - 1
  const points = (shown.figures[0]!.spec.data as { values: { trees: number; part: string; loss: number }[] }).values
  const losses = points.filter(({ part }) => part === 'validation')
  t.equal(losses.length, rounds + 5)
  t.equal(losses.reduce((a, b) => (b.loss < a.loss ? b : a)).trees, rounds)
  // The loss that steered it is that of the model's own predictions.
  const out = predict(state, validation.X)
  const loss = flipped.slice(160).reduce((sum, code, i) => sum - Math.log(out[2 * i + code] as number), 0) / 80
  t.ok(Math.abs(loss - (losses[rounds - 1]?.loss as number)) < 1e-12)
  const without = await train(binary(dense(rows, levels), codes), { trees: 3, earlyStopping: 5 })
  t.equal(without.shown.warnings[0]?.code, 'NO_VALIDATION')
})

t.test('a cancel arrives between trees', async (t) => {
  const { rows, values } = mixture()
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  await t.rejects(train(regression(dense(rows), values), { trees: 100000 }, { signal: controller.signal }), {
    name: 'AbortError',
  })
})

t.test('degenerate data trains: constant features, one row, all missing, infinities', async (t) => {
  const nan = Number.NaN
  for (const [rows, y, weight] of [
    [[[1], [1], [1]], [1, 2, 3], undefined],
    [[[5]], [2], undefined],
    [[[nan], [nan]], [1, 3], undefined],
    [
      [[1], [2]],
      [1, 3],
      [0, 2],
    ],
    [[[Number.POSITIVE_INFINITY], [1], [Number.NEGATIVE_INFINITY], [nan]], [1, 2, 3, 9], undefined],
    [[[3e38], [-3e38], [0]], [3e38, -3e38, 0], undefined],
  ] as const) {
    const { state } = await train(regression(dense(rows), y, weight), { ...stump, trees: 2 })
    t.ok(predict(state, dense(rows)).every(Number.isFinite))
  }
  const single = await train(binary(dense([[1], [2]]), [1, 1]), stump)
  t.ok((predict(single.state, dense([[1]]))[1] as number) > 0.99)
  const bare = await train(regression(dense([[], []]), [1, 2]))
  t.same(predict(bare.state, dense([[]])), [1.5], 'no features')
  await t.rejects(train(regression(dense([]), [])), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(regression(dense([[1], [2]]), [1, 3], [0, 0])), { code: 'FIT_NO_ROWS', message: /weight 0/ })
})

/** Shapley values by their definition: over all orders of features, with left-out features averaged over by cover. */
function shapleyByDefinition(state: State, row: readonly number[], output: number): number[] {
  const width = row.length
  const outputs = state.base.length
  const scoreOf = (known: number): number => {
    let score = state.base[output] as number
    for (let tree = output; tree + 1 < state.starts.length; tree += outputs) {
      const root = state.starts[tree] as number
      const visit = (node: number): number => {
        const left = state.left[root + node] as number
        if (left === 0) return state.threshold[root + node] as number
        const feature = state.feature[root + node] as number
        if (((known >> feature) & 1) === 1)
          return visit(goesLeft(state, root + node, row[feature] as number) ? left : left + 1)
        const share = (at: number): number => (state.cover[root + at] as number) / (state.cover[root + node] as number)
        return share(left) * visit(left) + share(left + 1) * visit(left + 1)
      }
      score += visit(0)
    }
    return score
  }
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
  const size = (set: number): number => row.filter((_, f) => ((set >> f) & 1) === 1).length
  const parts = row.map((_, f) => {
    let part = 0
    for (let set = 0; set < 2 ** width; set++) {
      if (((set >> f) & 1) === 1) continue
      const weight = (factorial(size(set)) * factorial(width - size(set) - 1)) / factorial(width)
      part += weight * (scoreOf(set | (1 << f)) - scoreOf(set))
    }
    return part
  })
  return [...parts, scoreOf(0)]
}

t.test('contributions are Shapley values, and add up to the score', async (t) => {
  const { rows, values, codes } = mixture()
  const X = dense(rows, levels)
  const three = Int32Array.from(values, (value) => (value < 3 ? 0 : value < 5 ? 1 : 2))
  const given = { trees: 6, minChildWeight: 1, learningRate: 0.4 }
  for (const data of [
    regression(X, values),
    binary(X, codes),
    { task: 'multiclass' as const, classes: ['a', 'b', 'c'], X, y: three },
  ]) {
    const { state } = await train(data, given)
    const parts = plugin.contributions!(state, X, { params: {}, kernels: scoring })
    const out = predict(state, X)
    const outputs = state.base.length
    for (const [i, row] of rows.slice(0, 40).entries()) {
      const own = out.slice(outputs * i, outputs * (i + 1))
      const output = outputs === 1 ? 0 : own.indexOf(Math.max(...own))
      const expected = shapleyByDefinition(state, row, output)
      const got = parts.slice(4 * i, 4 * i + 4)
      for (const [f, value] of expected.entries()) {
        t.ok(Math.abs((got[f] as number) - value) < 1e-9, `row ${i}, feature ${f}: ${got[f]} for ${value}`)
      }
      const score = got.reduce((a, b) => a + b)
      if (data.task === 'regression') t.ok(Math.abs(score - (out[i] as number)) < 1e-9)
      if (data.task === 'binary') {
        const odds = Math.log((out[2 * i + 1] as number) / (out[2 * i] as number))
        t.ok(Math.abs(score - odds) < 1e-9)
      }
    }
  }
})

t.test('categories: one row by one and many at once give equal bits, whatever codes come', async (t) => {
  const many = Array.from({ length: 70 }, (_, i) => `level ${i}`)
  const u = noise(600 * 3)
  const rows = Array.from({ length: 600 }, (_, i) => {
    const [a, b, c] = u.slice(3 * i, 3 * i + 3) as [number, number, number]
    return [Math.floor(70 * a), b < 0.1 ? Number.NaN : Math.floor(5 * b), Math.fround(c)]
  })
  const y = rows.map(([a = 0, b = 0, c = 0]) => ((a * 37) % 11) + (Number.isNaN(b) ? 2 : (b * 3) % 4) + c)
  const kinds = { 0: { kind: 'category' as const, levels: many }, 1: levels[2] }
  const { state } = await train(regression(dense(rows, kinds), y), { trees: 40, maxDepth: 5, learningRate: 0.3 })
  const columns = splitColumns(state)
  t.ok((columns?.width ?? 0) > 20, `${columns?.width} splits of categories are looked up`)
  const codes = [-2, -1, 0, 1, 4, 5, 31, 32, 63, 64, 69, 70, 95, 96, 1e6, Number.NaN]
  const odd = codes.flatMap((a) => codes.map((b) => [a, b, 0.5]))
  const X = (some: readonly number[][]) => dense(some, kinds)
  t.same(
    predict(state, X(odd)),
    odd.flatMap((row) => predict(state, X([row]))),
  )
})
