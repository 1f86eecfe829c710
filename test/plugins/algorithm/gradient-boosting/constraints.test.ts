import fc from 'fast-check'
import t from 'tap'
import { proveMonotone } from '../../../../plugins/algorithm/gradient-boosting/prove.ts'
import plugin from '../../../../plugins/algorithm/gradient-boosting.ts'
import { dense, noise } from '../fitting.ts'
import { predict, regression, type State, someRows, train } from './boosted.ts'
import { modelOf, type SketchedTree } from './sketch.ts'

/** Sets of features that stand together on the paths of a model. */
function pathsOf({ starts, left, feature }: State): Set<number>[] {
  const paths: Set<number>[] = []
  const visit = (root: number, node: number, path: ReadonlySet<number>): void => {
    const child = left[root + node] as number
    if (child === 0) paths.push(new Set(path))
    else for (const side of [child, child + 1]) visit(root, side, new Set([...path, feature[root + node] as number]))
  }
  for (const root of starts.slice(0, -1)) visit(root, 0, new Set())
  return paths
}

t.test('only features of one list stand together on a path, and those of none alone', async (t) => {
  const u = noise(5 * 600, 'five')
  const rows = Array.from({ length: 600 }, (_, i) => u.slice(5 * i, 5 * i + 5).map(Math.fround))
  const y = rows.map(([a = 0, b = 0, c = 0, d = 0, e = 0]) => 4 * a * b + 3 * b * c + d * e + e)
  const lists = [
    ['x0', 'x1'],
    ['x1', 'x2', 'x3'],
  ]
  const groups = [new Set([0, 1]), new Set([1, 2, 3]), new Set([4])]
  for (const given of [{}, { maxLeaves: null, maxDepth: 4 }, { columnSample: 0.6 }]) {
    const { state } = await train(regression(dense(rows), y), { trees: 30, interactions: lists, ...given })
    const paths = pathsOf(state)
    t.ok(paths.every((path) => groups.some((group) => [...path].every((f) => group.has(f)))))
    t.ok(
      paths.some((path) => path.has(0) && path.has(1)),
      'those of a list do',
    )
    t.ok(
      paths.some((path) => path.has(4)),
      'one in no list is used alone',
    )
  }
  const free = await train(regression(dense(rows), y), { trees: 5 })
  const all = await train(regression(dense(rows), y), { trees: 5, interactions: [['x0', 'x1', 'x2', 'x3', 'x4']] })
  t.strictSame(all.state, free.state, 'one list of all is no limit')
})

t.test('without interactions a model is a sum over features', async (t) => {
  const rows = someRows(300)
  const y = rows.map(([a = 0, b = 0]) => 4 * a * b)
  const { state } = await train(regression(dense(rows), y), { trees: 20, interactions: [['x0']] })
  const at = (a: number, b: number): number => predict(state, dense([[a, b, 0]]))[0] as number
  t.ok(Math.abs(at(0.2, 0.3) + at(0.8, 0.9) - at(0.2, 0.9) - at(0.8, 0.3)) < 1e-12)
})

t.test('a list that names no feature is an error that says which there are', async (t) => {
  const rows = dense(someRows(10))
  const fit = train(regression(rows, Array(10).fill(1)), { interactions: [['x0', 'incme']] })
  await t.rejects(fit, {
    code: 'FIT_PARAM',
    message: '`interactions` cannot be a list with "incme" here: no feature has that name',
    hint: 'The features are `x0`, `x1`, `x2`.',
  })
})

t.test('importance counts gain or splits, and a table shows both', async (t) => {
  const rows = someRows(300)
  const y = rows.map(([a = 0, , c = 0]) => (a > 0.5 ? 10 : 0) + 0.1 * c)
  const byGain = await train(regression(dense(rows), y), { trees: 10 })
  const bySplit = await train(regression(dense(rows), y), { trees: 10, importance: 'split' })
  const gain = plugin.importance!(byGain.state)
  const split = plugin.importance!(bySplit.state)
  t.same([gain.measure, split.measure], ['gain', 'split'])
  t.same([...gain.values], [...byGain.state.gain])
  const counts = [0, 1, 2].map((f) => byGain.state.feature.filter((own) => own === f).length)
  t.same([...split.values], counts)
  const [table] = byGain.shown.tables
  t.equal(table?.rows[0]?.[0], 'x0')
  const total = gain.values.reduce((a, b) => a + b)
  for (const [name, share, splits] of table?.rows ?? []) {
    const f = Number(String(name).slice(1))
    t.equal(splits, counts[f])
    t.ok(Math.abs((share as number) - (gain.values[f] as number) / total) < 1e-12)
  }
})

t.test('monotone promises are kept whatever the loss, limits and samples', async (t) => {
  const row = fc.tuple(
    fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.NaN)),
    fc.integer({ min: 0, max: 4 }),
    fc.float({ min: 0, max: 5, noNaN: true }),
    fc.constantFrom(0, 0.5, 1, 3),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 20, maxLength: 60 }).filter((rows) => rows.some(([, , , w]) => w > 0)),
      fc.constantFrom<1 | -1>(1, -1),
      fc.constantFrom('squared', 'absolute', 'quantile', 'poisson'),
      fc.record({
        maxLeaves: fc.constantFrom(null, 6),
        maxDepth: fc.constantFrom(3, 5),
        subsample: fc.constantFrom(1, 0.7),
        interactions: fc.constantFrom(null, [['x0']]),
        l1: fc.constantFrom(0, 0.5),
      }),
      async (rows, monotone, loss, given) => {
        const promises = { 0: { monotone }, 1: { monotone: -monotone as 1 | -1 } }
        const values = rows.map(([a, b]) => [a, b])
        const [y, w] = [rows.map(([, , y]) => y), rows.map(([, , , w]) => w)]
        const X = dense(values, promises)
        const usual = { trees: 15, loss, quantile: 0.3, learningRate: 0.5, minChildWeight: 1 }
        const { state } = await train(regression(X, y, w), { ...usual, ...given })
        proveMonotone(state, X.features)
        for (let b = 0; b < 5; b++) {
          const out = predict(state, dense(Array.from({ length: 12 }, (_, a) => [a - 1, b])))
          for (let a = 1; a < out.length; a++) {
            if (monotone * ((out[a] as number) - (out[a - 1] as number)) < 0) t.fail(`${loss} goes the wrong way`)
          }
        }
      },
    ),
    { numRuns: 80 },
  )
})

t.test('the proof finds a tree that breaks a promise where no row of the data would', async (t) => {
  const { features } = dense([[0, 0]], { 0: { monotone: 1 } })
  const split = (feature: number, test: number, left: SketchedTree, right: SketchedTree): SketchedTree => ({
    feature,
    test,
    missingLeft: false,
    children: [left, right],
  })
  const good = split(1, 0, split(0, 5, 1, 2), split(0, 5, -3, split(0, 7, -3, 9)))
  proveMonotone(modelOf([good, good], 2, 1), features)
  const wrong = split(1, 0, split(0, 5, 1, 2), split(0, 5, split(0, 2, 0, 4), split(1, 9, 5, 3.5)))
  t.throws(() => proveMonotone(modelOf([good, wrong], 2, 1), features), {
    code: 'FIT_MONOTONE_BROKEN',
    message: /tree 1 .* `x0`/,
  })
  proveMonotone(modelOf([good, wrong], 2, 1), dense([[0, 0]]).features)
  t.throws(() => proveMonotone(modelOf([good], 2, 1), dense([[0, 0]], { 0: { monotone: -1 } }).features))
})
