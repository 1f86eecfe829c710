import t from 'tap'
import type { Column } from '../../src/frame/index.ts'
import { encodeTarget, labelsOf, predictionsOf } from '../../src/model/index.ts'

t.test('the largest probability wins, the first of equal ones', async (t) => {
  const three = { rows: 2, output: 'probabilities', values: Float64Array.of(0.2, 0.4, 0.4, 0.5, 0.3, 0.2) } as const
  t.same(labelsOf(three, 3), Int32Array.of(1, 0))
  const half = { rows: 2, output: 'probabilities', values: Float64Array.of(0.5, 0.5, 0.4, 0.6) } as const
  t.same(labelsOf(half, 2), Int32Array.of(0, 1))
  t.same(labelsOf({ rows: 3, output: 'scores', values: Float64Array.of(-1, 0, 0.1) }, 2), Int32Array.of(0, 0, 1))
})

t.test('every output has its form', async (t) => {
  const classes = ['a', 'b', '__proto__']
  const [first] = predictionsOf({ rows: 1, output: 'scores', values: Float64Array.of(1, 2, 3) }, { classes })
  t.equal(first?.prediction, '__proto__')
  t.same(Object.entries(first?.score ?? {}), [
    ['a', 1],
    ['b', 2],
    ['__proto__', 3],
  ])
  t.same(predictionsOf({ rows: 1, output: 'values', values: Float64Array.of(4) }, { classes: [] }), [
    { prediction: 4, value: 4 },
  ])
})

t.test('clusters and anomalies', async (t) => {
  const clusters = { rows: 2, output: 'clusters', values: Float64Array.of(3, 0.5, 0, 2) } as const
  t.same(labelsOf(clusters, 0), Int32Array.of(3, 0))
  t.same(predictionsOf(clusters, { classes: [] }), [
    { prediction: 3, distance: 0.5 },
    { prediction: 0, distance: 2 },
  ])
  const strange = { rows: 2, output: 'scores', values: Float64Array.of(0.6, 0.61), threshold: 0.6 } as const
  t.same(labelsOf(strange, 0), Int32Array.of(0, 1), 'above the threshold, not on it')
  t.same(labelsOf(strange, 2), Int32Array.of(0, 1), 'also where the truth is known')
  t.same(predictionsOf(strange, { classes: [] }), [
    { prediction: false, score: 0.6 },
    { prediction: true, score: 0.61 },
  ])
})

t.test('targets are class codes or f32', async (t) => {
  const number = (...values: number[]): Column => ({ type: 'number', name: 'y', values: Float64Array.from(values) })
  t.same(encodeTarget(number(1, 0, 1), 'binary', ['0', '1']), Int32Array.of(1, 0, 1))
  t.same(
    encodeTarget({ type: 'boolean', name: 'y', values: Int8Array.of(1, 0) }, 'binary', ['false', 'true']),
    Int32Array.of(1, 0),
  )
  const texts: Column = { type: 'category', name: 'y', levels: ['a', 'b', 'c'], values: Int32Array.of(2, 0) }
  t.same(encodeTarget(texts, 'multiclass', ['c', 'a']), Int32Array.of(0, 1))
  t.same(encodeTarget(number(0.1, -0), 'regression', []), Float32Array.of(0.1, 0))
  t.throws(() => encodeTarget(texts, 'binary', ['a', 'b']), {
    code: 'MODEL_BAD_TARGET',
    values: { row: 0, value: '"c"' },
  })
  t.throws(() => encodeTarget(number(1, Number.NaN), 'binary', ['0', '1']), {
    code: 'MODEL_BAD_TARGET',
    values: { row: 1, value: 'nothing' },
  })
  t.throws(() => encodeTarget(number(1, 1e39), 'regression', []), { code: 'MODEL_BAD_TARGET', values: { row: 1 } })
  t.throws(() => encodeTarget(number(Number.NaN), 'regression', []), { code: 'MODEL_BAD_TARGET' })
  t.throws(() => encodeTarget(texts, 'regression', []), { code: 'MODEL_BAD_TARGET' })
  t.throws(() => encodeTarget({ type: 'date', name: 'y', values: Float64Array.of(1) }, 'binary', []), {
    code: 'MODEL_BAD_TARGET',
  })
})
