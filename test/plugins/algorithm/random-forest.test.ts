import type { DenseFeatures } from 'daybook/frame'
import { KernelPool, type Kernels, scoringKernels, trainingKernels } from 'daybook/kernels'
import { RandomStream, type TrainingData } from 'daybook/plugin'
import fc from 'fast-check'
import { RandomForestClassifier, RandomForestRegression } from 'ml-random-forest'
import t from 'tap'
import type { Forest } from '../../../plugins/algorithm/random-forest/model.ts'
import plugin from '../../../plugins/algorithm/random-forest.ts'
import { dense, fitting, noise, withDefaults } from './fitting.ts'

type State = Forest & { readonly task: string }
type Given = Readonly<Record<string, unknown>>
type Rows = readonly (readonly number[])[]

const scoring = scoringKernels()

type Options = Parameters<typeof fitting>[1] & { readonly kernels?: Kernels }

async function train(data: TrainingData, given: Given = {}, options: Options = {}) {
  const made = fitting(withDefaults(plugin.params, given), options)
  const { shown } = made
  const ctx = { ...made.ctx, ...(options.kernels === undefined ? {} : { kernels: options.kernels }) }
  const state = (await plugin.fit(data, ctx.params, ctx)) as State
  return { state, shown }
}

function predict(state: State, X: DenseFeatures): number[] {
  return [...plugin.predict(state, X, { params: {}, kernels: scoring })]
}

const weights = (weight: readonly number[] | undefined) =>
  weight === undefined ? {} : { weight: Float32Array.from(weight) }
const regression = (X: DenseFeatures, y: readonly number[], weight?: readonly number[]): TrainingData => ({
  task: 'regression',
  classes: [],
  X,
  y: Float32Array.from(y),
  ...weights(weight),
})
const classification = (X: DenseFeatures, y: readonly number[], weight?: readonly number[]): TrainingData => {
  const classes = ['a', 'b', 'c', 'd'].slice(0, Math.max(2, ...y.map((code) => code + 1)))
  const task = classes.length > 2 ? 'multiclass' : 'binary'
  return { task, classes, X, y: Int32Array.from(y), ...weights(weight) }
}

/** One tree of all rows and features, grown until nothing is left to split. */
const whole = { trees: 1, bootstrap: false, features: 'all', minLeaf: 1 }

/** 240 rows: two numbers with ties, a category of five levels, some missing; a target that all of them move. */
function mixture(): { rows: number[][]; values: number[]; codes: number[]; three: number[] } {
  const u = noise(240 * 4)
  const rows: number[][] = []
  const values: number[] = []
  for (let i = 0; i < 240; i++) {
    const [a, b, c, d] = u.slice(4 * i, 4 * i + 4) as [number, number, number, number]
    const x0 = Math.floor(10 * a) / 2
    const x2 = Math.floor(5 * c)
    rows.push([d < 0.1 ? Number.NaN : x0, Math.fround(b), x2])
    values.push(Math.fround(x0 + 3 * b * b + [0, 2, -1, 2, 0.5][x2]! + (d < 0.1 ? 2 : 0) + 0.3 * (d - 0.5)))
  }
  const codes = values.map((value) => (value > 4 ? 1 : 0))
  return { rows, values, codes, three: values.map((value) => (value < 3 ? 0 : value < 5 ? 1 : 2)) }
}
const levels = { 2: { kind: 'category' as const, levels: ['a', 'b', 'c', 'd', 'e'] } }

/** The same forest with some of its trees alone. */
function treesOf(state: State, from: number, to: number): State {
  const first = state.starts[from] as number
  const starts = state.starts.slice(from, to + 1).map((start) => start - first)
  return { ...state, starts, nodes: state.nodes.slice(3 * first) }
}

interface Inner {
  readonly feature: number
  readonly category: boolean
  readonly left: readonly number[]
  readonly right: readonly number[]
}

/** Sends rows through a tree: the splits with the rows on each side, and the rows of every leaf with its depth. */
function follow({ starts, nodes, ...state }: State, tree: number, rows: Rows) {
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  const inner: Inner[] = []
  const leaves: { readonly rows: readonly number[]; readonly depth: number }[] = []
  const visit = (node: number, own: readonly number[], depth: number): void => {
    const at = 3 * ((starts[tree] as number) + node)
    const [word = 0, packed = 0, child = 0] = nodes.subarray(at, at + 3)
    if (child === 0) {
      leaves.push({ rows: own, depth })
      return
    }
    const feature = packed >>> 2
    const goesLeft = (row: number): boolean => {
      const x = rows[row]?.[feature] as number
      if (Number.isNaN(x)) return (packed & 1) === 1
      if ((packed & 2) === 0) return x <= (floats[at] as number)
      const bin = state.maps[(state.mapStarts[feature] as number) + x] as number
      return (((state.sets[word + (bin >> 5)] as number) >>> (bin & 31)) & 1) === 1
    }
    const left = own.filter(goesLeft)
    const right = own.filter((row) => !goesLeft(row))
    inner.push({ feature, category: (packed & 2) !== 0, left, right })
    visit(child, left, depth + 1)
    visit(child + 1, right, depth + 1)
  }
  visit(
    0,
    rows.map((_, row) => row),
    0,
  )
  return { inner, leaves }
}

/** Impurity of rows times their weight: squared errors, or Gini times weight. */
function impurity(data: TrainingData, rows: readonly number[]): number {
  const w = (row: number): number => data.weight?.[row] ?? 1
  const total = rows.reduce((sum, row) => sum + w(row), 0)
  if (total === 0) return 0
  if (data.task === 'regression') {
    const mean = rows.reduce((sum, row) => sum + w(row) * (data.y[row] as number), 0) / total
    return rows.reduce((sum, row) => sum + w(row) * ((data.y[row] as number) - mean) ** 2, 0)
  }
  const sums = data.classes.map((_, k) => rows.reduce((sum, row) => sum + (data.y[row] === k ? w(row) : 0), 0))
  return total - sums.reduce((sum, s) => sum + s * s, 0) / total
}

/** The least impurity that any one split of these rows leaves: all thresholds and subsets, missing values on either side. */
function leastImpurity(data: TrainingData, rows: Rows, own: readonly number[], minLeaf: number): number {
  const { features } = data.X
  let least = Number.POSITIVE_INFINITY
  features.forEach((feature, f) => {
    const at = (row: number): number => rows[row]?.[f] as number
    const known = [...new Set(own.map(at))].filter((x) => !Number.isNaN(x)).sort((a, b) => a - b)
    const sides =
      feature.kind === 'category'
        ? Array.from({ length: 2 ** known.length }, (_, set) => known.filter((_, i) => ((set >> i) & 1) === 1))
        : known.map((_, i) => known.slice(0, i + 1))
    for (const side of sides) {
      for (const missingLeft of [false, true]) {
        const isLeft = (row: number): boolean => (Number.isNaN(at(row)) ? missingLeft : side.includes(at(row)))
        const left = own.filter(isLeft)
        const right = own.filter((row) => !isLeft(row))
        if (left.length < minLeaf || right.length < minLeaf) continue
        least = Math.min(least, impurity(data, left) + impurity(data, right))
      }
    }
  })
  return least
}

const close = (a: number, b: number, tolerance = 1e-6): boolean =>
  a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))

t.test('its example is true', async (t) => {
  const { params, X, y, given, gives } = plugin.example!
  const { state } = await train(regression(dense(X), y), params as Given)
  t.same(predict(state, dense(given)), gives)
})

t.test('a tree of all rows and features is that of an exhaustive search (CART)', async (t) => {
  const row = fc.record({
    a: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 5 }) }, fc.constant(Number.NaN)),
    b: fc.integer({ min: 0, max: 3 }),
    y: fc.integer({ min: 0, max: 2 }),
    weight: fc.integer({ min: 1, max: 3 }),
  })
  const category = { 1: { kind: 'category' as const, levels: ['a', 'b', 'c', 'd'] } }
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 2, maxLength: 12 }),
      fc.constantFrom('regression', 'binary', 'multiclass'),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      async (drawn, task, minLeaf, weighted) => {
        const rows = drawn.map(({ a, b }) => [a, b])
        // With three classes, or where a prefix of the sorted levels may be too small a leaf, subsets are not all searched.
        const X = dense(rows, task === 'multiclass' || minLeaf > 1 ? {} : category)
        const weight = weighted ? drawn.map((one) => one.weight) : undefined
        const y = drawn.map((one) => (task === 'binary' ? Math.min(one.y, 1) : one.y))
        const data = task === 'regression' ? regression(X, y, weight) : classification(X, y, weight)
        const { state } = await train(data, { ...whole, minLeaf })
        const { inner, leaves } = follow(state, 0, rows)
        for (const { left, right } of inner) {
          const reached = impurity(data, left) + impurity(data, right)
          const least = leastImpurity(data, rows, [...left, ...right], minLeaf)
          t.ok(close(reached, least), `${task}: a split leaves ${reached}, exhaustive ${least}`)
          t.ok(Math.min(left.length, right.length) >= minLeaf)
        }
        for (const { rows: own } of leaves) {
          const pure = new Set(own.map((i) => y[i])).size < 2
          if (!pure) t.equal(leastImpurity(data, rows, own, minLeaf), Number.POSITIVE_INFINITY, 'nothing left to split')
        }
        const out = predict(state, X)
        const width = out.length / rows.length
        for (const { rows: own } of leaves) {
          const w = (i: number): number => weight?.[i] ?? 1
          const total = own.reduce((sum, i) => sum + w(i), 0)
          const mean = (measure: (i: number) => number): number =>
            own.reduce((s, i) => s + w(i) * measure(i), 0) / total
          for (const i of own) {
            if (task === 'regression')
              t.ok(
                close(
                  out[i] as number,
                  mean((j) => y[j] as number),
                ),
              )
            else
              for (let k = 0; k < width; k++)
                t.ok(
                  close(
                    out[i * width + k] as number,
                    mean((j) => (y[j] === k ? 1 : 0)),
                  ),
                )
          }
        }
      },
    ),
    { numRuns: 150 },
  )
})

t.test('thresholds lie half way between values of the node', async (t) => {
  const { state } = await train(regression(dense([[1], [2], [10], [11]]), [0, 0, 5, 5]), whole)
  t.same(new Float32Array(state.nodes.buffer)[0], 6)
})

t.test('out-of-bag: each row by the trees whose draw left it out', async (t) => {
  const { rows, values, codes, three } = mixture()
  const X = dense(rows, levels)
  const n = rows.length
  const trees = 12
  for (const data of [regression(X, values), classification(X, codes), classification(X, three)]) {
    const { state, shown } = await train(data, { trees })
    t.same(
      shown.asked,
      Array.from({ length: trees }, (_, i) => `tree ${i}`),
    )
    const width = Math.max(data.classes.length, 1)
    const sums = new Float64Array(n * width)
    const times = new Uint32Array(n)
    for (let tree = 0; tree < trees; tree++) {
      const stream = new RandomStream({ seed: 7, cell: 'train', purpose: `tree ${tree}` })
      const bag = new Set(rows.map((_, i) => Math.floor(stream.uniform(i) * n)))
      const out = predict(treesOf(state, tree, tree + 1), X)
      for (let row = 0; row < n; row++) {
        if (bag.has(row)) continue
        times[row] = (times[row] as number) + 1
        for (let k = 0; k < width; k++) sums[row * width + k]! += out[row * width + k] as number
      }
    }
    const scored = rows.map((_, row) => row).filter((row) => (times[row] as number) > 0)
    const table = new Map(shown.tables[0]?.rows.map(([name, value]) => [name, value as number]))
    t.equal(shown.tables[0]?.title, 'Out-of-bag score')
    t.equal(table.get('rows'), scored.length)
    t.ok(scored.length > 230)
    const mean = (measure: (row: number) => number): number =>
      scored.reduce((s, row) => s + measure(row), 0) / scored.length
    const score = (row: number, k = 0): number => (sums[row * width + k] as number) / (times[row] as number)
    if (data.task === 'regression') {
      const error = mean((row) => (score(row) - (values[row] as number)) ** 2)
      const center = mean((row) => values[row] as number)
      t.ok(close(table.get('root mean squared error')!, Math.sqrt(error), 1e-9))
      t.ok(close(table.get('R²')!, 1 - error / mean((row) => ((values[row] as number) - center) ** 2), 1e-9))
    } else {
      const y = data.y as Int32Array
      const ks = data.classes.map((_, k) => k)
      const top = (row: number): number => ks.reduce((best, k) => (score(row, k) > score(row, best) ? k : best), 0)
      const brier = mean((row) => ks.reduce((s, k) => s + (score(row, k) - (y[row] === k ? 1 : 0)) ** 2, 0))
      t.ok(
        close(
          table.get('accuracy')!,
          mean((row) => (top(row) === y[row] ? 1 : 0)),
          1e-9,
        ),
      )
      t.ok(close(table.get('Brier score')!, data.task === 'binary' ? brier / 2 : brier, 1e-6))
    }
  }
})

t.test('fitted twice, on any number of threads: the same bytes; with another seed other trees', async (t) => {
  const { rows, codes, values, three } = mixture()
  const X = dense(rows, levels)
  for (const data of [regression(X, values), classification(X, codes), classification(X, three)]) {
    for (const given of [{ trees: 8 }, { trees: 8, extraTrees: true, features: 2 }]) {
      const { state } = await train(data, given)
      t.strictSame((await train(data, given)).state, state)
      t.strictSame((await train(data, given, { threads: 3 })).state, state)
      t.notOk(Buffer.from((await train(data, given, { seed: 8 })).state.nodes).equals(Buffer.from(state.nodes)))
    }
  }
})

t.test('threads of a pool, in any order: the same bytes', async (t) => {
  const { rows, codes, values, three } = mixture()
  const X = dense(rows, levels)
  for (const data of [regression(X, values), classification(X, codes), classification(X, three)]) {
    const { state, shown } = await train(data, { trees: 37 })
    for (const [threads, stress] of [
      [2, undefined],
      [3, 1],
      [8, 2],
    ] as const) {
      const pool = new KernelPool(stress === undefined ? {} : { stress })
      const kernels = trainingKernels({ pool, threads })
      const more = await train(data, { trees: 37 }, { kernels })
      t.strictSame(more.state, state)
      t.strictSame(more.shown, shown)
      kernels.close()
      await pool.close()
    }
  }
})

t.test('a share of the rows for each tree: with and without replacement', async (t) => {
  const { rows, values } = mixture()
  const X = dense(rows, levels)
  for (const bootstrap of [true, false]) {
    const { state, shown } = await train(regression(X, values), { trees: 30, subsample: 0.25, bootstrap, minLeaf: 1 })
    const leaves = Array.from({ length: 30 }, (_, tree) => (state.starts[tree + 1]! - state.starts[tree]! + 1) / 2)
    const mean = leaves.reduce((sum, count) => sum + count, 0) / 30
    // 60 draws: so many different rows, each a leaf of its own (values of rows differ).
    t.ok(bootstrap ? mean > 45 && mean < 59 : mean > 59 && mean <= 60, `${mean} leaves`)
    t.equal(shown.tables[0]?.title, 'Out-of-bag score')
    t.ok(state.importance.reduce((sum, gain) => sum + gain, 0) > 1)
  }
  const least = await train(regression(X, values), { trees: 3, subsample: 1e-9 })
  t.equal(least.state.nodes.length, 9, 'one row a tree')
})

t.test('a tree depends on its own number alone', async (t) => {
  const { rows, values } = mixture()
  const data = regression(dense(rows, levels), values)
  const few = (await train(data, { trees: 3 })).state
  const more = (await train(data, { trees: 7 })).state
  t.strictSame(more.nodes.slice(0, few.nodes.length), few.nodes)
  t.strictSame(more.starts.slice(0, 4), few.starts)
})

t.test('without bootstrap the order of rows leaves trees unchanged', async (t) => {
  const { rows, values, codes, three } = mixture()
  const weight = noise(rows.length, 'weight').map((u) => 0.1 + u)
  for (const [make, y] of [
    [regression, values],
    [classification, codes],
    [classification, three],
  ] as const) {
    for (const own of [undefined, weight]) {
      const data = make(dense(rows, levels), y, own)
      const reversed = make(dense(rows.toReversed(), levels), y.toReversed(), own?.toReversed())
      for (const extraTrees of [false, true]) {
        const given = { trees: 6, bootstrap: false, features: 2, extraTrees, minLeaf: 2 }
        const { state, shown } = await train(data, given)
        t.strictSame((await train(reversed, given)).state, state)
        t.same(
          shown.tables.map(({ title }) => title),
          ['Importance'],
          'no row is out of bag',
        )
      }
    }
  }
})

t.test('weights count rows: an integer weight is as many equal rows', async (t) => {
  const { rows, values, codes, three } = mixture()
  const counts = rows.map((_, i) => 1 + (i % 3))
  const repeat = <T>(list: readonly T[]): T[] => list.flatMap((item, i) => Array<T>(counts[i] as number).fill(item))
  for (const [make, y] of [
    [regression, values],
    [classification, codes],
    [classification, three],
  ] as const) {
    const given = { ...whole, trees: 3, features: 2 }
    const weighted = await train(make(dense(rows, levels), y, counts), given)
    const repeated = await train(make(dense(repeat(rows), levels), repeat(y)), given)
    const X = dense(rows, levels)
    const [a, b] = [weighted, repeated].map(({ state }) => predict(state, X)) as [number[], number[]]
    for (const [i, value] of a.entries()) t.ok(close(value, b[i] as number, 1e-5))
  }
})

t.test('a row without weight is not learned from', async (t) => {
  const X = dense([[1], [2], [3], [4]])
  const given = { trees: 9, minLeaf: 1, features: 'all' }
  const values = await train(regression(X, [1, 9, 1, 5], [1, 0, 1, 1]), given)
  t.ok(predict(values.state, X).every((value) => value <= 5))
  const classes = await train(classification(X, [0, 2, 0, 1], [1, 0, 1, 1]), given)
  t.ok(predict(classes.state, X).every((share, i) => i % 3 !== 2 || share === 0))
})

t.test('a leaf holds as many rows as it must, whatever they weigh, and no more splits than it may', async (t) => {
  const { rows, values, three } = mixture()
  const X = dense(rows, levels)
  const weight = rows.map((_, i) => (i % 7 === 0 ? 50 : 0.01))
  for (const data of [regression(X, values), regression(X, values, weight), classification(X, three, weight)]) {
    const { state } = await train(data, { ...whole, trees: 4, features: 1, minLeaf: 9, maxDepth: 4 })
    for (let tree = 0; tree < 4; tree++) {
      const { leaves } = follow(state, tree, rows)
      t.ok(leaves.length > 8)
      t.ok(Math.min(...leaves.map((leaf) => leaf.rows.length)) >= 9)
      t.ok(Math.max(...leaves.map(({ depth }) => depth)) <= 4)
    }
  }
})

t.test('nodes look at as many features as asked for', async (t) => {
  const rows = Array.from({ length: 60 }, (_, i) => [i, ...noise(8, `row ${i}`)])
  const y = rows.map(([x]) => x as number)
  const used = async (features: unknown): Promise<number> => {
    const { state } = await train(regression(dense(rows), y), { trees: 40, features, maxDepth: 1, bootstrap: false })
    return new Set(Array.from(state.starts.subarray(0, 40), (start) => (state.nodes[3 * start + 1] as number) >>> 2))
      .size
  }
  t.equal(await used('all'), 1, 'the feature that is the target')
  t.equal(await used(null), 1, 'all in regression')
  t.equal(await used(100), 1, 'no more than there are')
  t.ok((await used(1)) > 6)
  t.ok((await used('sqrt')) > 3)
  t.ok((await used(0.1)) > 6)
})

t.test('where no feature looked at can be split, others are', async (t) => {
  const rows = Array.from({ length: 20 }, (_, i) => [1, 1, 1, 1, 1, 1, 1, i])
  const { state } = await train(
    classification(
      dense(rows),
      rows.map((_, i) => (i < 10 ? 0 : 1)),
    ),
    { trees: 20, features: 1, bootstrap: false, minLeaf: 1 },
  )
  t.same(
    predict(state, dense(rows)),
    rows.flatMap((_, i) => (i < 10 ? [1, 0] : [0, 1])),
  )
})

t.test('extra trees: a cut anywhere between the values of a node', async (t) => {
  const rows = Array.from({ length: 100 }, (_, i) => [i])
  const y = rows.map(([x]) => (x as number) ** 2)
  const { state } = await train(regression(dense(rows), y), { ...whole, trees: 50, extraTrees: true })
  const floats = new Float32Array(state.nodes.buffer)
  const cuts = Array.from(state.starts.subarray(0, 50), (start) => floats[3 * start] as number)
  t.ok(new Set(cuts).size > 30)
  t.ok(Math.min(...cuts) < 20 && Math.max(...cuts) > 80)
  const out = predict(state, dense(rows))
  t.ok(
    out.every((value, i) => value === y[i]),
    'grown until each row stands alone',
  )
})

t.test('extra trees part levels at random, and missing values too', async (t) => {
  const { rows, three, values } = mixture()
  for (const data of [regression(dense(rows, levels), values), classification(dense(rows, levels), three)]) {
    const { state } = await train(data, { ...whole, trees: 5, extraTrees: true })
    for (let tree = 0; tree < 5; tree++) {
      const { inner, leaves } = follow(state, tree, rows)
      t.ok(inner.every(({ left, right }) => left.length > 0 && right.length > 0))
      t.ok(inner.some(({ category }) => category))
      t.ok(leaves.every((leaf) => new Set(leaf.rows.map((row) => data.y[row])).size === 1))
    }
  }
})

t.test('levels of a category split into sets; a level without rows goes where missing values go', async (t) => {
  const X = dense([[0], [1], [2], [3], [0], [1], [2], [3]], {
    0: { kind: 'category', levels: ['a', 'b', 'c', 'd', 'never'] },
  })
  const { state } = await train(regression(X, [0, 8, 0, 8, 0, 8, 0, 8]), whole)
  t.equal(state.nodes.length, 9, 'one split')
  t.same(predict(state, dense([[0], [1], [2], [3]])), [0, 8, 0, 8])
  const [never, missing, beyond] = predict(state, dense([[4], [Number.NaN], [77]]))
  t.equal(never, missing)
  t.equal(beyond, missing)
})

t.test('three hundred levels: the rarest share a bin, the others are told apart', async (t) => {
  const names = Array.from({ length: 300 }, (_, i) => `l${i}`)
  const rows = names.flatMap((_, code) => Array.from({ length: code < 46 ? 1 : 2 }, () => [code]))
  const y = rows.map(([code]) => (code as number) % 3)
  const X = dense(rows, { 0: { kind: 'category', levels: names } })
  for (const data of [regression(X, y), classification(X, y)]) {
    const { state } = await train(data, whole)
    const many = names.map((_, code) => [code])
    const out = predict(state, dense(many))
    const width = out.length / 300
    for (let code = 46; code < 300; code++) {
      const own = out.slice(code * width, (code + 1) * width)
      t.equal(width === 1 ? own[0] : own.indexOf(1), code % 3)
    }
    t.same(
      many.flatMap((row) => predict(state, dense([row]))),
      out,
      'alone as among many',
    )
  }
})

t.test('missing values take the direction that training found', async (t) => {
  const nan = Number.NaN
  const X = [[1], [2], [3], [4], [nan], [nan]]
  const right = await train(regression(dense(X), [0, 0, 6, 6, 6, 6]), whole)
  t.same(predict(right.state, dense([[nan], [1], [4]])), [6, 0, 6])
  const left = await train(regression(dense(X), [0, 0, 6, 6, 0, 0]), whole)
  t.same(predict(left.state, dense([[nan], [1], [4]])), [0, 0, 6])
  const alone = await train(regression(dense(X), [0, 0, 0, 0, 6, 6]), whole)
  t.same(predict(alone.state, dense([[nan], [1], [1e30]])), [6, 0, 0], 'missing against all values')
  const none = await train(regression(dense([[1], [2], [3]]), [0, 0, 6]), whole)
  t.same(predict(none.state, dense([[nan]])), [0], 'not seen: to the more rows')
})

t.test('a row scores the same alone, in a small batch and in a large one', async (t) => {
  const { rows, values, codes, three } = mixture()
  const X = dense(rows, levels)
  for (const data of [regression(X, values), classification(X, codes), classification(X, three)]) {
    const { state } = await train(data, { trees: 25 })
    const all = predict(state, X)
    const width = all.length / rows.length
    const { ctx } = fitting({})
    t.same([...plugin.predict(state, X, ctx)], all, 'the kernels for training score alike')
    t.same(
      rows.flatMap((row) => predict(state, dense([row]))),
      all,
    )
    t.same(predict(state, dense(rows.slice(100, 167))), all.slice(100 * width, 167 * width))
    t.same(predict(state, dense([])), [])
    if (width > 1) {
      for (let i = 0; i < all.length; i += width) {
        t.ok(
          close(
            all.slice(i, i + width).reduce((a, b) => a + b),
            1,
            1e-12,
          ),
        )
      }
    }
  }
})

t.test('importance is the mean decrease of impurity: all of it, in trees that leave none', async (t) => {
  const rows = Array.from({ length: 80 }, (_, i) => noise(4, `r${i}`))
  const y = rows.map(([a = 0, b = 0]) => Math.fround(5 * a + b))
  const codes = y.map((value) => (value > 3 ? 1 : 0))
  const three = y.map((value) => (value > 4 ? 2 : value > 2 ? 1 : 0))
  for (const data of [
    regression(dense(rows), y),
    classification(dense(rows), codes),
    classification(dense(rows), three),
  ]) {
    const { state, shown } = await train(data, { ...whole, trees: 10, features: 2 })
    const { measure, values } = plugin.importance!(state)
    t.equal(measure, 'mean decrease of impurity')
    const all = impurity(
      data,
      rows.map((_, i) => i),
    )
    t.ok(
      close(
        values.reduce((a, b) => a + b),
        all / 80,
        1e-9,
      ),
    )
    t.equal(values.indexOf(Math.max(...values)), 0)
    t.equal(shown.tables.at(-1)?.rows[0]?.[0], 'x0')
  }
})

/** What a tree gives where only features in the set `known` are known: both sides by weight at the others. Of class `k`. */
function expectation(state: State, tree: number, row: readonly number[], known: number, k: number): number {
  const { starts, nodes, sets, maps, mapStarts, leaves, classes, covers } = state
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  const root = starts[tree] as number
  const visit = (node: number): number => {
    const at = 3 * (root + node)
    const [word = 0, packed = 0, child = 0] = nodes.subarray(at, at + 3)
    if (child === 0) return (classes > 0 ? leaves[word * classes + k] : floats[at]) as number
    const f = packed >>> 2
    if (((known >> f) & 1) === 0) {
      const [left = 0, right = 0] = covers.subarray(root + child, root + child + 2)
      t.ok(Math.abs(left + right - (covers[root + node] as number)) <= 1e-5 * (left + right))
      return (left * visit(child) + right * visit(child + 1)) / (left + right)
    }
    const x = row[f] as number
    const bin = (packed & 2) === 0 ? undefined : maps[(mapStarts[f] as number) + x]
    const inSet = (b: number): boolean => (((sets[word + (b >> 5)] as number) >>> (b & 31)) & 1) === 1
    const missing = Number.isNaN(x) || ((packed & 2) !== 0 && bin === undefined)
    const left = missing ? (packed & 1) === 1 : bin === undefined ? x <= (floats[at] as number) : inSet(bin)
    return visit(left ? child : child + 1)
  }
  return visit(0)
}

t.test('contributions are the Shapley values of each feature, by all subsets', async (t) => {
  const { rows, values, codes, three } = mixture()
  const X = dense(rows, levels)
  const shares = [1 / 3, 1 / 6, 1 / 3] // of subsets of 0, 1 and 2 of the two other features
  const given = [...rows.slice(0, 6), [Number.NaN, 0.5, Number.NaN], [1, Number.NaN, 77], [2, 0.2, 4]]
  for (const data of [regression(X, values), classification(X, codes), classification(X, three)]) {
    const { state } = await train(data, { trees: 5, features: 2 })
    const parts = plugin.contributions!(state, dense(given, levels), { params: {}, kernels: scoring })
    const width = Math.max(data.classes.length, 1)
    given.forEach((row, i) => {
      const [a = 0, b = 0, c = 0] = predict(state, dense([row], levels))
      const k = data.task !== 'multiclass' ? 0 : a >= b && a >= c ? 0 : b >= c ? 1 : 2
      const mean = (known: number): number =>
        [0, 1, 2, 3, 4].reduce((sum, tree) => sum + expectation(state, tree, row, known, k), 0) / 5
      for (let f = 0; f < 3; f++) {
        let value = 0
        for (let known = 0; known < 8; known++) {
          if (((known >> f) & 1) === 1) continue
          const size = [0, 1, 2].filter((other) => ((known >> other) & 1) === 1).length
          value += (shares[size] as number) * (mean(known | (1 << f)) - mean(known))
        }
        t.ok(close(parts[4 * i + f] as number, value, 1e-9))
      }
      t.ok(close(parts[4 * i + 3] as number, mean(0), 1e-9), 'the base')
      const sum = parts.subarray(4 * i, 4 * i + 4).reduce((all, part) => all + part, 0)
      t.ok(close(sum, [a, b, c][width === 2 ? 1 : k] as number, 1e-6), 'they add up to the prediction')
    })
  }
})

t.test('as good as ml-random-forest on rows held out', async (t) => {
  const u = noise(300 * 4, 'oracle')
  const rows = Array.from({ length: 300 }, (_, i) => u.slice(4 * i, 4 * i + 4))
  const values = rows.map(([a = 0, b = 0, c = 0]) => Math.fround(4 * a + 3 * b * b + 2 * Math.abs(c - 0.5)))
  const codes = values.map((value) => (value > 3.7 ? 1 : 0))
  const [train0, test0] = [rows.slice(0, 200), rows.slice(200)]
  const theirs = { nEstimators: 40, maxFeatures: 1, replacement: true, seed: 3, useSampleBagging: true, noOOB: true }

  const error = (out: readonly number[]): number =>
    Math.sqrt(out.reduce((sum, value, i) => sum + (value - (values[200 + i] as number)) ** 2, 0) / 100)
  const oracle = new RandomForestRegression({ ...theirs, selectionMethod: 'mean' })
  oracle.train(train0, values.slice(0, 200))
  const ours = (await train(regression(dense(train0), values.slice(0, 200)), { trees: 40 })).state
  const [own, other] = [predict(ours, dense(test0)), oracle.predict(test0)]
  t.ok(error(own) < error(other) * 1.05, `error ${error(own)}, theirs ${error(other)}`)
  const apart = own.reduce((sum, value, i) => sum + Math.abs(value - (other[i] as number)), 0) / 100
  t.ok(apart < error(other), `predictions differ by ${apart} in the mean`)

  const judge = new RandomForestClassifier(theirs)
  judge.train(train0, codes.slice(0, 200))
  const forest = (await train(classification(dense(train0), codes.slice(0, 200)), { trees: 40, features: 'all' })).state
  const votes = judge.predict(test0)
  const labels = test0.map((row) => ((predict(forest, dense([row]))[1] as number) > 0.5 ? 1 : 0))
  const hits = (list: readonly number[]): number => list.filter((code, i) => code === codes[200 + i]).length
  t.ok(hits(labels) >= hits(votes) - 3, `${hits(labels)} right, theirs ${hits(votes)}`)
  t.ok(labels.filter((code, i) => code === votes[i]).length >= 92)

  const theirImportance = (judge as unknown as { featureImportance(): number[] }).featureImportance() // its types lack it
  const order = (importance: ArrayLike<number>): number[] =>
    [0, 1, 2, 3].sort((a, b) => (importance[b] as number) - (importance[a] as number))
  t.same(order(plugin.importance!(forest).values), order(theirImportance), 'importance in the same order')
})

t.test('a cancel arrives between trees and within one', async (t) => {
  const { rows, values } = mixture()
  for (const trees of [100000, 1]) {
    const many = trees === 1 ? Array.from({ length: 60 }, () => rows).flat() : rows
    const y = many.map((_, i) => (values[i % 240] as number) + (noise(1, `${i % 7}`)[0] as number))
    const controller = new AbortController()
    setImmediate(() => controller.abort())
    await t.rejects(train(regression(dense(many), y), { trees }, { signal: controller.signal }), { name: 'AbortError' })
  }
})

t.test('degenerate data trains: constant features, one row, one class, all missing, zero weights', async (t) => {
  const nan = Number.NaN
  for (const [rows, y, weight] of [
    [[[1], [1], [1]], [1, 2, 0], undefined],
    [[[5]], [1], undefined],
    [[[nan], [nan]], [1, 2], undefined],
    [
      [[1], [2]],
      [1, 0],
      [0, 0],
    ],
    [[[3e38], [-3e38], [0]], [2, 0, 1], undefined],
    [[[1], [2]], [1, 1], undefined],
  ] as const) {
    for (const make of [regression, classification]) {
      for (const extraTrees of [false, true]) {
        const { state } = await train(make(dense(rows), y, weight), { trees: 4, minLeaf: 1, extraTrees })
        t.ok(predict(state, dense(rows)).every(Number.isFinite))
      }
    }
  }
  const large = await train(regression(dense([[3e38], [-3e38], [0]]), [3e38, -3e38, 0]), whole)
  t.same(predict(large.state, dense([[3e38], [-3e38], [0]])), [3e38, -3e38, 0].map(Math.fround))
  const bare = await train(regression(dense([[], []]), [1, 2]), whole)
  t.same(predict(bare.state, dense([[]])), [1.5], 'no features')
  await t.rejects(train(regression(dense([]), [])), { code: 'FIT_NO_ROWS' })
})
