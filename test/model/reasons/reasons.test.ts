import fc from 'fast-check'
import t from 'tap'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Frame, NumberColumn } from '../../../src/frame/index.ts'
import { type Model, openRunModel, openStore, type Prediction, type RunRecord } from '../../../src/index.ts'
import { conformRows } from '../../../src/model/conform-rows.ts'
import type { Signature } from '../../../src/model/manifest.ts'
import { partsByColumn } from '../../../src/model/reasons/parts.ts'
import { sampleParts } from '../../../src/model/reasons/sample.ts'
import { typicalValue } from '../../../src/model/typical.ts'
import { makeWorkshop, seeRun } from '../../run/workshop.ts'

const evaluate = 'evaluate: { folds: 0, resamples: 0 }'
const rows = [
  { income: 1200, debt: 900, purpose: 'car' },
  { income: 3900, debt: 20, purpose: 'other' },
]

async function modelOf(
  t: Parameters<typeof makeWorkshop>[0],
  sections: Readonly<Record<string, string>>,
): Promise<Model> {
  const { finished, thrown } = await seeRun(makeWorkshop(t).page({ evaluate, ...sections }))
  if (thrown) throw thrown
  return openRunModel(await openStore(finished?.store as string), finished?.record as RunRecord)
}

const logit = (p: number): number => Math.log(p / (1 - p))

t.test('parts of features are joined by the columns that they come from', async (t) => {
  const feature = (name: string, ...sources: string[]) => ({ name, kind: 'number' as const, sources })
  const features = [feature('a=1', 'a'), feature('a·b', 'a', 'b'), feature('a=2', 'a')]
  const parts = partsByColumn(features, Float64Array.of(1, 2, 4, 10, -1, 0, 0.5, 10), 2)
  t.same(parts.columns, [['a'], ['a', 'b']])
  t.same([...parts.values], [5, 2, -0.5, 0])
  t.same([...parts.base], [10, 10])
})

t.test('reasons of a linear model and of trees add up to the log odds', async (t) => {
  for (const algorithm of [
    'logistic',
    '{ use: gradient-boosting, with: { trees: 15, minChildWeight: 1 } }',
    'scorecard',
  ]) {
    const preprocess = algorithm === 'scorecard' ? 'preprocess: [woe]' : 'preprocess: [impute, one-hot]'
    const model = await modelOf(t, { algorithm: `algorithm: ${algorithm}`, preprocess })
    const none = model.predictRows(rows)
    const all = model.predictRows(rows, { count: 10, of: 'yes' })
    const against = model.predictRows(rows, { count: 10, of: 'no' })
    const sums = all.map((_, row) => {
      const up = (all[row] as Prediction).reasons?.reduce((sum, { contribution }) => sum + contribution, 0) ?? 0
      const down = (against[row] as Prediction).reasons?.reduce((sum, { contribution }) => sum + contribution, 0) ?? 0
      return up - down
    })
    const odds = none.map(({ probabilities }) => logit(probabilities?.yes as number))
    // Both rows have one base: what their contributions differ by is what their log odds differ by.
    const [a, b] = [(sums[0] as number) - (sums[1] as number), (odds[0] as number) - (odds[1] as number)]
    t.ok(Math.abs(a - b) < 1e-5 * Math.max(1, Math.abs(b)), `${algorithm}: ${a} and ${b}`)
    t.same(
      all.map(({ reasons: _, ...prediction }) => prediction),
      none,
      'the prediction stays',
    )
    for (const { reasons } of [...all, ...against]) {
      const sizes = reasons?.map(({ contribution }) => contribution) ?? []
      t.same(
        sizes,
        [...sizes].sort((x, y) => y - x),
        'by falling contribution',
      )
      t.ok(sizes.every((size) => size > 0))
    }
  }
})

t.test('reasons carry the text of the page, as many as were asked for, for the class that was asked for', async (t) => {
  const data = `data:
  use: csv
  with: { path: loans.csv }
  target: { column: repaid, positive: "no" }
  key: id
  columns: { when: { role: ignore }, branch: { role: group }, debt: { reason: Debt is high }, income: { type: number, reason: Income is low } }
  split: { by: random, test: 0.25 }`
  const model = await modelOf(t, { data })
  const [poor, rich] = model.predictRows(rows, { count: 1 })
  t.match(poor?.reasons, [{ column: 'income', reason: 'Income is low' }])
  t.same(
    rich?.reasons?.map(({ column }) => column),
    model.predictRows([rows[1] as JsonObject], { count: 1, of: 'no' })[0]?.reasons?.map(({ column }) => column),
    'without a word: the positive class',
  )
  t.match(model.predictRows([rows[1] as JsonObject], { count: 1, of: 'yes' })[0]?.reasons, [{ column: 'income' }])
  t.same(model.predictRows([rows[0] as JsonObject], { count: 0 })[0]?.reasons, [])
  t.throws(() => model.predictRows(rows, { count: 1, of: 'maybe' }), { code: 'MODEL_REASON_CLASS' })
})

t.test('without additive parts they are sampled: the same each time, whatever the batch', async (t) => {
  for (const [algorithm, target] of [
    ['{ use: svm, with: { kernel: rbf } }', '{ column: repaid, positive: "yes" }'],
    ['{ use: neural-network, with: { epochs: 2 } }', '{ column: purpose, type: category }'],
    ['knn', '{ column: debt, type: number }'],
    ['isolation-forest', undefined],
  ] as const) {
    const columns =
      '{ when: { role: ignore }, branch: { role: ignore }, repaid: { role: feature }, income: { type: number } }'
    const data = `data:
  use: csv
  with: { path: loans.csv }
${target === undefined ? '' : `  target: ${target}\n`}  key: id
  columns: ${target?.includes('repaid') ? columns.replace('repaid: { role: feature }, ', '') : columns}
  split: { by: random, test: 0.25 }`
    const model = await modelOf(t, { data, algorithm: `algorithm: ${algorithm}` })
    const given = rows.map((row) => Object.fromEntries([...Object.entries(row), ['repaid', 'yes']]))
    const both = model.predictRows(given, { count: 9 })
    t.same(model.predictRows([given[1] as JsonObject], { count: 9 }), [both[1]], `${algorithm}: equal bits alone`)
    t.ok(both.some(({ reasons }) => (reasons?.length ?? 0) > 0))
  }
  const clusters = await modelOf(t, {
    data: 'data: { use: csv, with: { path: loans.csv }, key: id, columns: { when: { role: ignore } } }',
    algorithm: 'algorithm: { use: k-means, with: { k: 2 } }',
  })
  const [row] = [{ income: 1, debt: 1, purpose: 'car', branch: 'b1', repaid: 'yes' }]
  t.throws(() => clusters.predictRows([row], { count: 3 }), { code: 'MODEL_NO_REASONS' })
})

t.test('sampled parts are exact where effects add, and always add up', async (t) => {
  const number = (name: string, typical: number) => ({
    name,
    type: 'number' as const,
    unseen: 'error' as const,
    missing: false,
    optional: false,
    typical,
  })
  const columns = [number('a', 1), number('b', 2), number('c', 3)]
  const signature = {
    columns,
    ignored: [],
    task: 'regression',
    classes: [],
    target: 'y',
    output: 'values',
  } as Signature
  const value =
    (of: (a: number, b: number, c: number) => number) =>
    (frame: Frame): Float64Array =>
      Float64Array.from({ length: frame.rows }, (_, row) => {
        const at = (name: string) => (frame.get(name) as NumberColumn).values[row] as number
        return of(at('a'), at('b'), at('c'))
      })
  const sample = (row: JsonObject, of: (a: number, b: number, c: number) => number) => {
    const { base, values } = sampleParts(conformRows([row], signature), signature, () => value(of))
    return { base: base[0] as number, parts: [...values] }
  }
  t.same(
    sample({ a: 5, b: 7, c: 3 }, (a, b, c) => 2 * a - b + c),
    { base: 3, parts: [8, -5, 0] },
  )
  // Two columns that act only together share what they add (the axioms of Shapley, 1953); 32 walks, each beside its reverse.
  t.same(
    sample({ a: 2, b: 3, c: 9 }, (a, b) => (a === 2 && b === 3 ? 4 : 0)),
    { base: 0, parts: [2, 2, 0] },
  )
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
      ([a, b, c]) => {
        const of = (x: number, y: number, z: number) => x * y + Math.max(y, z) * x
        const { base, parts } = sample({ a, b, c }, of)
        const sum = parts.reduce((total, part) => total + part, base)
        return Math.abs(sum - of(a, b, c)) < 1e-9
      },
    ),
  )
})

t.test('what is typical of a column', async (t) => {
  const number = (...values: number[]) => typicalValue({ type: 'number', name: 'x', values: Float64Array.from(values) })
  t.equal(number(5, 1, 9), 5)
  t.equal(number(4, Number.NaN, 2, 8, 6), 4, 'the lower of two, without what is missing')
  t.equal(number(Number.NaN), null)
  t.equal(Object.is(number(-0), 0), true)
  t.equal(typicalValue({ type: 'boolean', name: 'x', values: Int8Array.of(1, 0, 1, -1) }), true)
  t.equal(typicalValue({ type: 'boolean', name: 'x', values: Int8Array.of(-1) }), null)
  const levels = ['a', 'b', 'c']
  t.equal(typicalValue({ type: 'category', name: 'x', levels, values: Int32Array.of(2, 1, 1, 2, 0, -1, -1, -1) }), 'b')
  t.equal(typicalValue({ type: 'category', name: 'x', levels, values: Int32Array.of(-1) }), null)
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 }), (values) => {
      const sorted = Float64Array.from(values).sort()
      return number(...values) === (sorted[(sorted.length - 1) >> 1] as number) + 0
    }),
  )
})
