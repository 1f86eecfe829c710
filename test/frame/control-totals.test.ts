import t from 'tap'
import { type Column, controlTotals, Frame } from '../../src/frame/index.ts'

const columns: readonly Column[] = [
  { type: 'number', name: 'amount', values: Float64Array.of(0.1, Number.NaN, 0.2, 0.3) },
  { type: 'number', name: 'huge', values: Float64Array.of(1e308, 1e308, 0, 0) },
  { type: 'category', name: 'purpose', values: Int32Array.of(0, 2, -1, 0), levels: ['car', 'home', 'other'] },
  { type: 'boolean', name: 'customer', values: Int8Array.of(1, -1, 1, 1) },
  { type: 'text', name: 'note', values: ['a', 'b', null, 'a'] },
  { type: 'date', name: 'when', values: Float64Array.of(86_400_000, Number.NaN, 0, 90_000_000) },
  { type: 'date', name: 'never', values: new Float64Array(4).fill(Number.NaN) },
]

t.test('each column with its totals', async (t) => {
  const frame = new Frame(4, columns)
  const expected = [
    { name: 'amount', type: 'number', count: 3, missing: 1, total: 0.6 },
    { name: 'huge', type: 'number', count: 4, missing: 0, total: null },
    { name: 'purpose', type: 'category', count: 3, missing: 1, distinct: 2 },
    { name: 'customer', type: 'boolean', count: 3, missing: 1, distinct: 1 },
    { name: 'note', type: 'text', count: 3, missing: 1, distinct: 2 },
    { name: 'when', type: 'date', count: 3, missing: 1, first: '1970-01-01', last: '1970-01-02T01:00:00.000Z' },
    { name: 'never', type: 'date', count: 0, missing: 4 },
  ]
  t.strictSame(controlTotals(frame), expected)
  t.strictSame(controlTotals(frame.take(Uint32Array.of(3, 1, 0, 2))), expected, 'in any order of the rows')
})
