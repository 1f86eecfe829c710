import type { DenseFeatures } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import { RandomStream, type TrainingData } from 'daybook/plugin'
import fc from 'fast-check'
import t from 'tap'
import { isolationTree } from '../../../plugins/algorithm/isolation-forest/grow.ts'
import { meanPaths } from '../../../plugins/algorithm/isolation-forest/path-length.ts'
import { RowSampler } from '../../../plugins/algorithm/isolation-forest/sample.ts'
import type { IsolationForest } from '../../../plugins/algorithm/isolation-forest/score.ts'
import plugin from '../../../plugins/algorithm/isolation-forest.ts'
import { dense, fitting, noise, withDefaults } from './fitting.ts'

type Given = Readonly<Record<string, unknown>>
type Rows = readonly (readonly number[])[]

const scoring = scoringKernels()

async function train(
  X: DenseFeatures,
  given: Given = {},
  options: Parameters<typeof fitting>[1] = {},
  weight?: number[],
) {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given), options)
  const data: TrainingData = { task: 'anomaly', classes: [], X, y: new Int32Array() }
  const weighted = weight === undefined ? data : { ...data, weight: Float32Array.from(weight) }
  const state = (await plugin.fit(weighted, ctx.params, ctx)) as IsolationForest
  return { state, shown }
}

function predict(state: IsolationForest, rows: Rows): number[] {
  return [...plugin.predict(state, dense(rows), { params: {}, kernels: scoring })]
}

function draws(purpose: string): () => number {
  const stream = new RandomStream({ seed: 1, cell: 'test', purpose })
  let index = 0
  return () => stream.uniform(index++)
}

/** 600 rows of four bell-shaped numbers; the last 24 lie far out in a corner, or between two clusters. */
function planted(): { rows: number[][]; strange: Set<number> } {
  const u = noise(600 * 16, 'planted')
  const rows = Array.from({ length: 600 }, (_, i) => {
    const bell = Array.from({ length: 4 }, (_, f) =>
      u.slice(16 * i + 4 * f, 16 * i + 4 * f + 4).reduce((sum, x) => sum + x - 0.5, 0),
    )
    return bell.map((x) => Math.fround(i < 576 ? x : (x > 0 ? 1 : -1) * (0.6 + Math.abs(x))))
  })
  return { rows, strange: new Set(Array.from({ length: 24 }, (_, i) => 576 + i)) }
}

function auc(scores: readonly number[], positive: ReadonlySet<number>): number {
  let won = 0
  for (const i of positive) {
    scores.forEach((score, j) => {
      if (!positive.has(j)) won += (scores[i] as number) > score ? 1 : scores[i] === score ? 0.5 : 0
    })
  }
  return won / (positive.size * (scores.length - positive.size))
}

t.test('its example is true: paths of 1 and of 1 + 5/3 cuts, where 13/6 are expected', async (t) => {
  const { params, X, given, gives, tolerance = 0 } = plugin.example!
  const { state } = await train(dense(X), params as Given)
  for (const [i, score] of predict(state, given).entries()) t.ok(Math.abs(score - (gives[i] as number)) < tolerance)
})

t.test('mean paths are those of random binary search trees', async (t) => {
  // D. Knuth, The art of computer programming 3, 6.2.2: mean external path length of a tree of n - 1 keys, by hand.
  const expected = [0, 0, 1, 5 / 3, 13 / 6, 77 / 30]
  for (const [n, path] of meanPaths(5).entries()) t.ok(Math.abs(path - (expected[n] as number)) < 1e-14)
  const paths = meanPaths(256)
  t.ok(Math.abs((paths[256] as number) - 10.244771) < 1e-2, 'near the estimate by logarithm of the paper')
})

t.test('planted anomalies are found as well as by scikit-learn', async (t) => {
  const { rows, strange } = planted()
  const scores = predict((await train(dense(rows))).state, rows)
  const reached = auc(scores, strange)
  // scikit-learn 1.9.1, IsolationForest(random_state=s).fit(rows).score_samples: mean AUC of s = 0 … 9, standard deviation 0.003.
  t.ok(Math.abs(reached - 0.979) < 0.01, `AUC ${reached}`)
  t.ok(scores.every((score) => score > 0 && score < 1))
})

t.test(
  'fitted twice: the same state; another seed gives other trees; a tree depends on its own number alone',
  async (t) => {
    const { rows } = planted()
    const { state } = await train(dense(rows), { trees: 6 })
    t.strictSame((await train(dense(rows), { trees: 6 }, { threads: 3 })).state, state)
    t.notSame((await train(dense(rows), { trees: 6 }, { seed: 8 })).state.nodes, state.nodes)
    const few = (await train(dense(rows), { trees: 2 })).state
    t.strictSame(state.nodes.slice(0, few.nodes.length), few.nodes)
  },
)

t.test('a row scores the same alone and among many', async (t) => {
  const { rows } = planted()
  const { state } = await train(dense(rows), { trees: 20 })
  const all = predict(state, rows)
  for (let i = 0; i < 600; i += 37) t.equal(predict(state, [rows[i] as number[]])[0], all[i])
})

t.test('trees part all rows that differ, no deeper than log2 of them', async (t) => {
  const value = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -3, max: 3 }) }, fc.constant(Number.NaN))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 0, max: 1e6 }),
      async (rows, seed) => {
        const sample = { rows: rows.length, features: 2, values: Float32Array.from(rows.flat()) }
        const paths = meanPaths(rows.length)
        const nodes = isolationTree(sample, paths, draws(`tree ${seed}`))
        const floats = new Float32Array(nodes.buffer, nodes.byteOffset)
        const deepest = Math.ceil(Math.log2(rows.length))
        const visit = (node: number, own: readonly (readonly number[])[], depth: number): void => {
          const [packed = 0, left = 0] = nodes.subarray(3 * node + 1, 3 * node + 3)
          t.ok(own.length > 0 && depth <= deepest)
          if (left === 0) {
            t.equal(floats[3 * node], Math.fround(depth + (paths[own.length] as number)))
            const differ = [0, 1].some(
              (f) => new Set(own.map((row) => row[f]).filter((x) => !Number.isNaN(x))).size > 1,
            )
            t.ok(!differ || depth === deepest)
            return
          }
          const at = (row: readonly number[]): number => row[packed >>> 2] as number
          const known = own.filter((row) => !Number.isNaN(at(row)))
          const below = known.filter((row) => at(row) <= (floats[3 * node] as number))
          t.ok(below.length > 0 && below.length < known.length)
          t.equal(packed & 1, below.length >= known.length - below.length ? 1 : 0, 'missing values go with most rows')
          const goesLeft = (row: readonly number[]): boolean =>
            Number.isNaN(at(row)) ? (packed & 1) === 1 : at(row) <= (floats[3 * node] as number)
          visit(left, own.filter(goesLeft), depth + 1)
          visit(
            left + 1,
            own.filter((row) => !goesLeft(row)),
            depth + 1,
          )
        }
        visit(0, rows, 0)
      },
    ),
    { numRuns: 200 },
  )
})

t.test('the threshold: above 0.5, or such that no more than the share asked for lies above', async (t) => {
  const { rows } = planted()
  const free = await train(dense(rows))
  t.equal(plugin.threshold?.(free.state), 0.5)
  const { state, shown } = await train(dense(rows), { contamination: 0.04 })
  const threshold = plugin.threshold?.(state) as number
  const above = predict(state, rows).filter((score) => score > threshold).length
  t.equal(above, 24)
  const table = new Map(shown.tables[0]?.rows.map(([name, value]) => [name, value]))
  t.equal(table.get('threshold'), threshold)
  t.ok(Math.abs((table.get('share above it') as number) - 0.04) < 1e-12)
  const heavy = rows.map((_, i) => (i < 300 ? 3 : 1))
  const weighted = await train(dense(rows), { contamination: 0.04 }, {}, heavy)
  const scores = predict(weighted.state, rows)
  const share = (limit: (score: number) => boolean): number =>
    scores.reduce((sum, score, i) => sum + (limit(score) ? (heavy[i] as number) : 0), 0) / 1200
  t.ok(share((score) => score > weighted.state.threshold) <= 0.04)
  t.ok(share((score) => score >= weighted.state.threshold) > 0.04)
})

t.test('rows are drawn without replacement, with chances by their weight', async (t) => {
  const plain = new RowSampler(1000, undefined)
  const counts = new Uint32Array(1000)
  const draw = draws('sampler')
  for (let i = 0; i < 400; i++) {
    const rows = plain.sample(50, draw)
    t.equal(new Set(rows).size, 50)
    for (const row of rows) counts[row] = (counts[row] as number) + 1
  }
  t.ok(Math.min(...counts) > 3 && Math.max(...counts) < 45, 'about 20 times each')
  t.same([...plain.sample(1000, draw)], [...plain.rows], 'all of them')

  const weighted = new RowSampler(4, Float32Array.of(1, 0, 6, 1))
  const seen = new Uint32Array(4)
  for (let i = 0; i < 4000; i++) {
    const [row = 0] = weighted.sample(1, draw)
    seen[row] = (seen[row] as number) + 1
  }
  t.equal(seen[1], 0)
  t.ok(Math.abs((seen[2] as number) / 4000 - 0.75) < 0.03)
  t.same([...weighted.sample(5, draw)], [0, 2, 3])
  const lone = new RowSampler(1000, new Float32Array(1000).fill(1e-12).fill(1, 5, 6))
  t.ok([...lone.sample(500, draw)].includes(5), 'a sample stays small where one row weighs everything')
})

t.test('missing values make no row strange', async (t) => {
  const { rows } = planted()
  const normal = rows.slice(0, 576)
  const holes = normal.map((row, i) => row.map((x, f) => ((i + f) % 11 === 0 ? Number.NaN : x)))
  const { state } = await train(dense(holes))
  const score = (row: readonly number[]): number => predict(state, [row])[0] as number
  t.ok(score([0, 0, 0, 0]) < 0.5)
  t.ok(score([Number.NaN, 0, 0, 0]) < 0.5)
  t.ok(score([Number.NaN, Number.NaN, Number.NaN, Number.NaN]) < 0.5)
  t.ok(score([3, 3, -3, 3]) > 0.65)
})

t.test('degenerate data: one row, equal rows, no feature, all missing, infinities; no rows are refused', async (t) => {
  const nan = Number.NaN
  for (const rows of [[[5]], [[1], [1], [1]], [[], []], [[nan], [nan], [nan]], [[nan], [1]]]) {
    const { state, shown } = await train(dense(rows), { trees: 7, contamination: 0.1 })
    t.same(
      predict(state, rows),
      rows.map(() => 0.5),
    )
    t.equal(state.threshold, 0.5)
    t.equal(shown.warnings[0]?.code, 'ROWS_ARE_ALIKE')
    t.equal(shown.tables.length, 0)
  }
  const wide = [[Number.POSITIVE_INFINITY], [3e38], [-3e38], [Number.NEGATIVE_INFINITY], [0], [1e-40]]
  const { state } = await train(dense(wide))
  t.ok([...predict(state, wide), ...predict(state, [[nan]])].every((score) => score > 0 && score < 1))
  await t.rejects(train(dense([])), { code: 'FIT_NO_ROWS' })
  await t.rejects(train(dense([[1], [2]]), {}, {}, [0, 0]), { code: 'FIT_NO_ROWS' })
  const one = await train(dense([[1], [2], [900]]), {}, {}, [1, 1, 0])
  t.equal(predict(one.state, [[900]])[0], predict(one.state, [[2]])[0], 'a row without weight is not learned from')
})

t.test('a cancel arrives between trees', async (t) => {
  const { rows } = planted()
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  await t.rejects(train(dense(rows), { trees: 100000 }, { signal: controller.signal }), { name: 'AbortError' })
})
