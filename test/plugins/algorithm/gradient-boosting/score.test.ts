import { scoringKernels } from 'daybook/kernels'
import fc from 'fast-check'
import t from 'tap'
import { gaussLegendreRules } from '../../../../plugins/algorithm/gradient-boosting/quadrature.ts'
import { probabilities, rawScores } from '../../../../plugins/algorithm/gradient-boosting/score.ts'
import { dense } from '../fitting.ts'
import { modelOf, type SketchedTree } from './sketch.ts'

const kernels = scoringKernels()

const value = fc.oneof(
  fc.integer({ min: -2, max: 40 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5),
)
const leafValue = fc.integer({ min: -9, max: 9 }).map((x) => x / 8)
const { tree } = fc.letrec<{ tree: SketchedTree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    leafValue,
    fc.record({
      feature: fc.constantFrom(0, 1, 2),
      test: fc.oneof(
        value.filter((x) => !Number.isNaN(x)),
        fc.array(fc.nat(2 ** 31), { minLength: 1, maxLength: 2 }),
      ),
      missingLeft: fc.boolean(),
      children: fc.tuple(tie('tree'), tie('tree')),
    }),
  ),
}))

t.test('any trees give any rows the same bits, one by one in JavaScript and in batches in WebAssembly', async (t) => {
  const rows = fc.array(fc.tuple(value, value, value), { minLength: 5, maxLength: 90 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(tree, { minLength: 1, maxLength: 6 }),
      rows,
      fc.constantFrom(1, 3),
      async (trees, X, outputs) => {
        const model = modelOf(trees, 3, outputs)
        const one = X.flatMap((row) => [...rawScores(model, dense([row]), kernels)])
        t.strictSame([...rawScores(model, dense(X), kernels)], one)
        const shares = X.flatMap((row) => [...probabilities(model, dense([row]), kernels)])
        t.strictSame([...probabilities(model, dense(X), kernels)], shares)
      },
    ),
    { numRuns: 200 },
  )
})

t.test('a batch of several chunks is scored as its parts are', async (t) => {
  const deeper: SketchedTree = { feature: 1, test: 3, missingLeft: false, children: [2, 4] }
  const model = modelOf([{ feature: 0, test: 0.5, missingLeft: true, children: [1, deeper] }], 300, 1)
  const rows = Array.from({ length: 2000 }, (_, i) =>
    Array.from({ length: 300 }, (_, f) => (f === 0 ? (i % 3) / 2 : f === 1 ? i % 7 : 0)),
  )
  const whole = [...rawScores(model, dense(rows), kernels)]
  t.same(
    whole,
    rows.map(([a = 0, b = 0]) => (a <= 0.5 ? 1 : b <= 3 ? 2 : 4)),
  )
})

t.test('a copy of a model is packed anew', async (t) => {
  const model = modelOf([2], 1, 1)
  const X = dense(Array.from({ length: 9 }, () => [0]))
  t.equal(rawScores(model, X, kernels)[8], 2)
  t.equal(rawScores({ ...model, threshold: Float32Array.of(5) }, X, kernels)[8], 5)
})

t.test('quadratures integrate polynomials exactly', async (t) => {
  const rules = gaussLegendreRules(6)
  let at = 0
  for (let points = 2; points <= 12; points += 2) {
    const x = rules.subarray(at, at + points)
    const w = rules.subarray(at + points, at + 2 * points)
    at += 2 * points
    for (let degree = 0; degree < 2 * points; degree++) {
      const integral = x.reduce((sum, t, i) => sum + (w[i] as number) * t ** degree, 0)
      t.ok(Math.abs(integral * (degree + 1) - 1) < 1e-13, `${points} points, degree ${degree}: ${integral}`)
    }
  }
  t.equal(at, rules.length)
})
