import t from 'tap'
import { featuresOf } from '../../src/frame/assemble.ts'
import { type Column, Frame, MISSING, UNSEEN } from '../../src/frame/index.ts'
import { followCell, rawLineage } from '../../src/frame/lineage.ts'

const number = (name: string, ...values: number[]): Column => ({
  type: 'number',
  name,
  values: Float64Array.from(values),
})
const category = (name: string, ...values: number[]): Column => ({
  type: 'category',
  name,
  levels: ['a', 'b'],
  values: Int32Array.from(values),
})
const block: Column = {
  type: 'sparse',
  name: 'purpose',
  features: ['purpose=car', 'purpose=tv'],
  starts: Uint32Array.of(0, 1, 1),
  indices: Uint32Array.of(1),
  values: Float32Array.of(1),
}
const lineage = rawLineage([{ name: 'x', monotone: 'increasing' }, { name: 'purpose' }, { name: 'flag' }])
const taker = 'ridge'

t.test('numbers, booleans and codes stand in a dense matrix', async (t) => {
  const frame = new Frame(2, [
    number('x', 0.1, -0),
    { type: 'boolean', name: 'flag', values: Int8Array.of(1, 0) },
    category('c', 1, 0),
  ])
  const X = featuresOf(frame, { accepts: ['codes'], lineage, taker })
  t.same(X, {
    form: 'dense',
    rows: 2,
    features: [
      { name: 'x', kind: 'number', sources: ['x'], monotone: 1 },
      { name: 'flag', kind: 'number', sources: ['flag'] },
      { name: 'c', kind: 'category', levels: ['a', 'b'], sources: ['c'] },
    ],
    values: Float32Array.of(0.1, 1, 1, 0, 0, 0),
  })
  t.ok(Object.is(X.values[3], 0), '-0 is 0')
})

t.test('sparse rows where there is a sparse column and they are taken', async (t) => {
  const frame = new Frame(2, [number('x', 5, 0), block])
  const sparse = featuresOf(frame, { accepts: ['dense', 'sparse'], lineage, taker })
  t.match(sparse, {
    form: 'sparse',
    features: [{ name: 'x' }, { name: 'purpose=car', sources: ['purpose'] }, { name: 'purpose=tv' }],
    starts: Uint32Array.of(0, 2, 2),
    indices: Uint32Array.of(0, 2),
    values: Float32Array.of(5, 1),
  })
  t.same(featuresOf(frame, { accepts: ['dense'], lineage, taker }).values, Float32Array.of(5, 0, 1, 0, 0, 0))
  t.equal(featuresOf(new Frame(2, [number('x', 1, 2)]), { accepts: ['dense', 'sparse'], lineage, taker }).form, 'dense')
  t.equal(featuresOf(new Frame(2, [number('x', 1, 2)]), { accepts: ['sparse'], lineage, taker }).form, 'sparse')
})

t.test('what an algorithm cannot take is an error that names it', async (t) => {
  const make =
    (column: Column, accepts: ('dense' | 'codes')[] = ['dense'], missing?: 'allow') =>
    () =>
      featuresOf(new Frame(column.type === 'sparse' ? 2 : column.values.length, [column]), {
        accepts,
        lineage,
        taker,
        missing,
      })
  t.throws(make({ type: 'text', name: 'note', values: ['a'] }, ['codes']), {
    code: 'MODEL_FEATURE_TYPE',
    message: /note.*text/,
  })
  t.throws(make({ type: 'date', name: 'since', values: Float64Array.of(0) }, ['codes']), { code: 'MODEL_FEATURE_TYPE' })
  t.throws(make(category('c', 0)), { code: 'MODEL_FEATURE_TYPE', hint: /turns categories into numbers/ })
  t.throws(make(number('x', 1, Number.NaN)), { code: 'ROW_MISSING_VALUE', values: { row: 1, column: 'x' } })
  t.throws(make(category('c', 0, MISSING), ['codes']), { code: 'ROW_MISSING_VALUE' })
  t.throws(make(category('c', 0, UNSEEN), ['codes']), { code: 'ROW_BAD_VALUE' })
  t.throws(make({ type: 'boolean', name: 'flag', values: Int8Array.of(MISSING) }), { code: 'ROW_MISSING_VALUE' })
  for (const value of [1e39, -1e39, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    t.throws(make(number('x', value), ['dense'], 'allow'), { code: 'ROW_BAD_VALUE', message: /32-bit/ })
  }
  t.throws(make({ ...block, values: Float32Array.of(Number.NaN) } as Column), { code: 'ROW_MISSING_VALUE' })
  t.same(
    make(category('c', 1, MISSING, UNSEEN), ['codes'], 'allow')().values,
    Float32Array.of(1, Number.NaN, Number.NaN),
  )
  t.throws(() => featuresOf(new Frame(2, []), { accepts: ['dense'], lineage, taker }), { code: 'MODEL_NO_FEATURES' })
  const wide = {
    ...block,
    features: new Array(2 ** 15).fill('f'),
    starts: new Uint32Array(2 ** 16 + 1),
    indices: new Uint32Array(0),
    values: new Float32Array(0),
  }
  t.throws(() => featuresOf(new Frame(2 ** 16, [wide as Column]), { accepts: ['dense'], lineage, taker }), {
    code: 'MODEL_TOO_WIDE',
  })
})

t.test('lineage follows names', async (t) => {
  const raw = rawLineage([{ name: 'income', monotone: 'decreasing' }, { name: 'age' }, { name: 'a' }])
  const kept = followCell(raw, { taken: ['income'], given: ['income'], promise: 'kept' })
  t.same(kept.get('income'), { sources: ['income'], monotone: -1 })
  t.same(followCell(raw, { taken: ['income'], given: ['income'], promise: undefined }).get('income'), {
    sources: ['income'],
  })
  const obeyed = followCell(raw, { taken: ['income', 'age'], given: ['income', 'age'], promise: 1 })
  t.equal(obeyed.get('income')?.monotone, 1, 'a promise that is obeyed in another direction')
  t.equal(obeyed.get('age')?.monotone, undefined, 'where there was a promise')
  const made = followCell(raw, {
    taken: ['income', 'age', 'a'],
    given: ['income', 'age', 'a', 'income*age', 'pc1', 'a.year'],
    promise: 'kept',
  })
  t.same(made.get('income*age')?.sources, ['income', 'age'])
  t.same(made.get('a.year')?.sources, ['a'], 'a stands in no other word')
  t.same(made.get('pc1')?.sources, ['income', 'age', 'a'], 'made of all')
  t.equal(followCell(raw, { taken: ['age'], given: [], promise: 'kept' }).get('age'), undefined)
  t.same(
    followCell(made, { taken: ['income*age'], given: ['ratio'], promise: 'kept' }).get('ratio')?.sources,
    ['income', 'age'],
    'through two cells',
  )
})

t.test('attributes stand at the feature whose values they name, as f32, until another cell takes it', async (t) => {
  const raw = rawLineage([{ name: 'x' }, { name: 'y' }])
  const attributes = (name: string) => (name === 'x' ? [{ value: 0.1, text: 'low' }] : undefined)
  const named = followCell(raw, { taken: ['x', 'y'], given: ['x', 'y'], promise: undefined, attributes })
  const frame = new Frame(1, [number('x', 0.1), number('y', 2)])
  const of = (lineage: typeof raw) => featuresOf(frame, { accepts: ['dense'], lineage, taker: 'it' }).features
  t.same(of(named), [
    { name: 'x', kind: 'number', sources: ['x'], attributes: [{ value: Math.fround(0.1), text: 'low' }] },
    { name: 'y', kind: 'number', sources: ['y'] },
  ])
  t.equal(of(followCell(named, { taken: ['x'], given: ['x'], promise: 'kept' }))[0]?.attributes, undefined)
})
