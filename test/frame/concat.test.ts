import t from 'tap'
import { concatColumns } from '../../src/frame/concat.ts'
import { type Column, takeRows } from '../../src/frame/index.ts'

const columns: Column[] = [
  { type: 'number', name: 'n', values: Float64Array.of(1, Number.NaN, 3) },
  { type: 'date', name: 'd', values: Float64Array.of(1, 2, 3) },
  { type: 'boolean', name: 'b', values: Int8Array.of(0, 1, -1) },
  { type: 'category', name: 'c', levels: ['x', 'y'], values: Int32Array.of(1, -1, 0) },
  { type: 'text', name: 't', values: ['p', null, 'q'] },
  {
    type: 'sparse',
    name: 's',
    features: ['f', 'g'],
    starts: Uint32Array.of(0, 2, 2, 3),
    indices: Uint32Array.of(0, 1, 1),
    values: Float32Array.of(1, 2, 3),
  },
]

t.test('what takeRows parts, concatColumns joins', async (t) => {
  for (const column of columns) {
    const parts = [[0], [1, 2], []].map((rows) => takeRows(column, Uint32Array.from(rows)))
    t.same(concatColumns(parts), column, column.type)
  }
})

t.test('parts of different columns are refused', async (t) => {
  const [number, date, , category, , sparse] = columns as [Column, Column, Column, Column, Column, Column]
  t.throws(() => concatColumns([]))
  t.throws(() => concatColumns([number, date]))
  t.throws(() => concatColumns([category, { ...category, levels: ['y', 'x'] } as Column]))
  t.throws(() => concatColumns([sparse, { ...sparse, features: ['f'] } as Column]))
})
