import t from 'tap'
import type { Column } from '../../../src/frame/index.ts'
import type { Scored, Signature } from '../../../src/model/index.ts'
import { flipsOf } from '../../../src/run/diff/flips.ts'
import { movesOf } from '../../../src/run/diff/moves.ts'
import { slicesOf } from '../../../src/run/diff/slices.ts'

const signature = (task: Signature['task'], classes: readonly string[], output: Signature['output']): Signature => ({
  columns: [],
  ignored: [],
  task,
  classes,
  target: 'y',
  output,
})
const binary = signature('binary', ['no', 'yes'], 'probabilities')
const probabilities = (...positive: number[]): Scored => ({
  rows: positive.length,
  output: 'probabilities',
  values: Float64Array.from(positive.flatMap((p) => [1 - p, p])),
})

t.test('labels that flip, where to, and who is right', async (t) => {
  const truth: Column = { type: 'category', name: 'y', values: Int32Array.of(1, 0, 1, 0, -1), levels: ['no', 'yes'] }
  const flips = flipsOf(
    probabilities(0.2, 0.3, 0.9, 0.8, 0.9),
    probabilities(0.6, 0.7, 0.95, 0.75, 0.1),
    binary,
    binary,
    truth,
  )
  t.strictSame(flips?.summary, {
    rows: 3,
    between: [
      { from: 'no', to: 'yes', rows: 2 },
      { from: 'yes', to: 'no', rows: 1 },
    ],
    truth: { becameRight: 1, becameWrong: 1 },
  })
  t.strictSame(flips?.flipped, Uint8Array.of(1, 1, 0, 0, 1))
})

t.test('labels are compared by their texts, whatever their codes', async (t) => {
  const other = signature('binary', ['yes', 'no'], 'probabilities')
  const scored = probabilities(0.2, 0.9)
  t.equal(flipsOf(scored, scored, binary, other, undefined)?.summary.rows, 2)
  t.equal(movesOf(scored, scored, binary, other), undefined, 'probabilities of different classes are not compared')
})

t.test('clusters are matched by the rows that they share: each fit numbers them by itself', async (t) => {
  const clusters = (...numbers: number[]): Scored => ({
    rows: numbers.length,
    output: 'clusters',
    values: Float64Array.from(numbers.flatMap((number) => [number, 0.5])),
  })
  const task = signature('clustering', [], 'clusters')
  const flips = (a: Scored, b: Scored) => flipsOf(a, b, task, task, undefined)?.summary
  t.equal(flips(clusters(0, 0, 1, 1, 2), clusters(2, 2, 0, 0, 1))?.rows, 0)
  t.strictSame(flips(clusters(0, 0, 0, 1, 1), clusters(1, 1, 0, 0, 3)), {
    rows: 2,
    between: [
      { from: 'cluster 0', to: 'cluster 1', rows: 1 },
      { from: 'cluster 1', to: 'new cluster 3', rows: 1 },
    ],
    truth: null,
  })
})

t.test('anomalies flip at the threshold of their own model; their scores move', async (t) => {
  const task = signature('anomaly', [], 'scores')
  const scored = (threshold: number, ...values: number[]): Scored => ({
    rows: values.length,
    output: 'scores',
    values: Float64Array.from(values),
    threshold,
  })
  const [a, b] = [scored(0.5, 0.4, 0.6, 0.9), scored(0.8, 0.4, 0.6, 1)]
  t.strictSame(flipsOf(a, b, task, task, undefined)?.summary.between, [{ from: 'anomaly', to: 'no anomaly', rows: 1 }])
  const moved = movesOf(a, b, task, task)?.summary
  t.equal(moved?.of, 'score')
  t.ok(Math.abs((moved?.max ?? 0) - 0.1) < 1e-12)
})

t.test('numbers: how far they lie apart', async (t) => {
  const task = signature('regression', [], 'values')
  const scored = (...values: number[]): Scored => ({
    rows: values.length,
    output: 'values',
    values: Float64Array.from(values),
  })
  const [a, b] = [scored(1, 2, 3, 4), scored(1, 4, 2, 4)]
  t.equal(flipsOf(a, b, task, task, undefined), undefined)
  t.strictSame(movesOf(a, b, task, task)?.summary, { of: 'prediction', mean: 0.75, max: 2 })
})

t.test('slices: of enough rows, with a difference, the largest share first', async (t) => {
  const rows = 40
  const flipped = Uint8Array.from({ length: rows }, (_, row) => (row < 10 ? 1 : 0))
  const level: Column = {
    type: 'category',
    name: 'purpose',
    values: Int32Array.from({ length: rows }, (_, row) => (row < 20 ? 0 : row < 36 ? 1 : -1)),
    levels: ['car', 'home'],
  }
  const age: Column = { type: 'number', name: 'age', values: Float64Array.from({ length: rows }, (_, row) => 20 + row) }
  const flag: Column = { type: 'boolean', name: 'new', values: new Int8Array(rows).fill(1) }
  const columns = [
    { column: level, quartiles: false },
    { column: age, quartiles: true },
    { column: flag, quartiles: false },
    { column: { ...age, name: 'income' }, quartiles: false },
  ]
  t.strictSame(slicesOf(columns, { flipped }, 5), [
    { column: 'age', value: 'up to 29', rows: 10, flips: 10 },
    { column: 'purpose', value: 'car', rows: 20, flips: 10 },
    { column: 'new', value: 'true', rows: 40, flips: 10 },
  ])
  t.strictSame(
    slicesOf(columns, { flipped }, 20).map(({ column }) => column),
    ['purpose', 'new'],
    'ten rows are too few',
  )
  const distance = Float64Array.from({ length: rows }, (_, row) => (row < 20 ? 0 : row >= 36 ? 4 : 1))
  t.strictSame(slicesOf(columns.slice(0, 1), { distance }, 4), [
    { column: 'purpose', value: '(missing)', rows: 4, mean: 4, max: 4 },
    { column: 'purpose', value: 'home', rows: 16, mean: 1, max: 1 },
  ])
})
