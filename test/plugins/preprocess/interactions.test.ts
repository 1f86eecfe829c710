import { type CategoryColumn, Frame, MISSING, UNSEEN } from 'daybook/frame'
import t from 'tap'
import interactions from '../../../plugins/preprocess/interactions.ts'
import { transform, transformFrame } from './transform.ts'

t.test('numbers and booleans multiply', async (t) => {
  const out = await transform(
    interactions,
    { squares: true },
    { a: [2, -3, null], b: [5, 0, 1], f: [true, false, null] },
  )
  t.strictSame(Object.keys(out), ['a', 'b', 'f', 'a*b', 'a*f', 'b*f', 'a*a', 'b*b'])
  t.strictSame(out['a*b'], [10, 0, null])
  t.ok(Object.is(out['a*b']?.[1], 0), '-0 is 0')
  t.strictSame(out['a*f'], [2, 0, null])
  t.strictSame(out['a*a'], [4, 9, null])
})

t.test('categories join; pairs that training did not see are unseen', async (t) => {
  const category = (name: string, levels: string[], ...values: number[]): CategoryColumn => ({
    type: 'category',
    name,
    levels,
    values: Int32Array.from(values),
  })
  const fit = new Frame(4, [category('a', ['x', 'y'], 0, 0, 1, 1), category('b', ['u', 'v'], 0, 0, 1, 0)])
  const given = new Frame(5, [
    category('a', ['x', 'y'], 0, 0, MISSING, UNSEEN, 1),
    category('b', ['u', 'v'], 0, 1, 0, 0, 1),
  ])
  const joined = (await transformFrame(interactions, {}, fit, given)).get('a&b') as CategoryColumn
  t.strictSame(joined.levels, ['x & u', 'y & u', 'y & v'])
  t.strictSame([...joined.values], [0, UNSEEN, MISSING, UNSEEN, 2])
  const limited = (await transformFrame(interactions, { maxLevels: 2 }, fit, given)).get('a&b') as CategoryColumn
  t.strictSame(limited.levels, ['x & u', 'y & u'], 'the most frequent, then level order')
})

t.test('pairs by name', async (t) => {
  const columns = { a: [2], b: [5], c: ['x'] }
  t.strictSame(Object.keys(await transform(interactions, { pairs: [['b', 'a']] }, columns)), ['a', 'b', 'c', 'b*a'])
  await t.rejects(transform(interactions, { pairs: [['a', 'z']] }, columns), { code: 'DATA_NO_COLUMN' })
  await t.rejects(transform(interactions, { pairs: [['a', 'c']] }, columns), {
    code: 'DATA_COLUMN_TYPE',
    message: /`c` is a category/,
  })
})

t.test('too many columns are refused, before data flows as well', async (t) => {
  const info = Array.from({ length: 30 }, (_, i) => ({ name: `x${i}`, type: 'number' as const, missing: false }))
  t.throws(() => interactions.output(info, { pairs: [], squares: false, maxColumns: 200, maxLevels: 200 }), {
    code: 'DATA_TOO_MANY_COLUMNS',
    message: 'interactions gives 435 columns, the limit is 200',
  })
})
