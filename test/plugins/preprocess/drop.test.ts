import t from 'tap'
import drop from '../../../plugins/preprocess/drop.ts'
import { transform } from './transform.ts'

t.test('nothing is left of the selected columns', async (t) => {
  t.strictSame(await transform(drop, {}, { a: [1], b: ['x'], c: [true] }), {})
  t.strictSame(drop.output([{ name: 'a', type: 'number', missing: true }], {}), [])
  t.strictSame(drop.selects, { types: ['text', 'date'] })
})
