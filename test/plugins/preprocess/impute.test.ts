import { type CategoryColumn, Frame, UNSEEN } from 'daybook/frame'
import t from 'tap'
import impute from '../../../plugins/preprocess/impute.ts'
import { transform, transformFrame } from './transform.ts'

t.test('numbers', async (t) => {
  const x = { x: [1, 2, null, 10, 3] }
  t.strictSame(await transform(impute, {}, x), { x: [1, 2, 2.5, 10, 3] }, 'median of an even number of values')
  t.strictSame(await transform(impute, { number: 'mean' }, x), { x: [1, 2, 4, 10, 3] })
  t.strictSame(await transform(impute, { number: 'constant', numberValue: -1 }, x), { x: [1, 2, -1, 10, 3] })
})

t.test('categories, booleans, dates, texts', async (t) => {
  t.strictSame(
    await transform(impute, {}, { c: ['b', 'a', null, 'a', 'b'] }),
    { c: ['b', 'a', 'a', 'a', 'b'] },
    'a tie goes to the first level',
  )
  t.strictSame(
    await transform(impute, { category: 'constant' }, { c: ['b', null] }),
    { c: ['b', 'missing'] },
    'a new level',
  )
  t.strictSame(await transform(impute, { category: 'constant', categoryValue: 'b' }, { c: ['b', null] }), {
    c: ['b', 'b'],
  })
  t.strictSame(await transform(impute, {}, { f: [true, null, true, false] }), { f: [true, true, true, false] })
  t.strictSame(await transform(impute, { boolean: false }, { f: [true, null] }), { f: [true, false] })
  const d = { d: ['2024-01-01', null, '2024-03-01', '2024-02-01', '2023-01-01'] }
  t.equal((await transform(impute, {}, d)).d?.[1], '2024-01-01', 'of two in the middle the earlier')
  t.equal((await transform(impute, { date: 'latest' }, d)).d?.[1], '2024-03-01')
})

t.test('an unseen level is not missing', async (t) => {
  const column: CategoryColumn = { type: 'category', name: 'c', levels: ['a'], values: Int32Array.of(0, UNSEEN, -1) }
  const frame = new Frame(3, [column])
  const out = (await transformFrame(impute, {}, frame, frame)).columns[0] as CategoryColumn
  t.strictSame([...out.values], [0, UNSEEN, 0])
})

t.test('a column without any value is an error, unless a constant fills it', async (t) => {
  const empty = { x: [null, null], y: [1, 2] }
  await t.rejects(transform(impute, {}, empty), { code: 'DATA_ALL_MISSING', message: /`x` holds no value/ })
  t.strictSame((await transform(impute, { number: 'constant' }, empty)).x, [0, 0])
})

t.test('indicators stand for every column', async (t) => {
  const out = await transform(impute, { addIndicator: true }, { x: [1, null], y: [1, 2] })
  t.strictSame(out['x:missing'], [false, true])
  t.strictSame(out['y:missing'], [false, false])
})
