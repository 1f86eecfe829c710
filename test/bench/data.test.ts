import { createHash } from 'node:crypto'
import { join } from 'node:path'
import t from 'tap'
import { readData, writeData } from '../../bench/array-file.ts'
import { type BenchData, makeData } from '../../bench/data.ts'

function digestOf({ train, test }: BenchData): string {
  const hash = createHash('sha256')
  for (const rows of [train, test])
    for (const array of rows.form === 'dense'
      ? [rows.values, rows.y]
      : [rows.starts, rows.indices, rows.values, rows.y])
      hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  return hash.digest('hex').slice(0, 16)
}

const dense = { form: 'dense', rows: 500, test: 100, features: 12 } as const
const sparse = { form: 'sparse', rows: 200, test: 50, features: 1000 } as const

t.test('a seed gives the same rows on any machine', async (t) => {
  t.equal(digestOf(makeData(dense)), 'b5e43f53303c297c')
  t.equal(digestOf(makeData(sparse)), '1bb2fb842f5ad605')
  t.not(digestOf(makeData({ ...dense, seed: 2 })), digestOf(makeData(dense)))
})

t.test('both classes are there in number, and sparse rows are sorted and of length 1', async (t) => {
  for (const shape of [dense, sparse]) {
    const { train } = makeData(shape)
    const share = train.y.reduce((sum, y) => sum + y, 0) / train.rows
    t.ok(share > 0.3 && share < 0.7, `${shape.form}: ${share}`)
  }
  const { train } = makeData(sparse)
  if (train.form !== 'sparse') throw new TypeError('asked for sparse rows')
  for (let row = 0; row < train.rows; row++) {
    const [from, to] = [train.starts[row] as number, train.starts[row + 1] as number]
    const columns = [...train.indices.subarray(from, to)]
    t.same(
      columns,
      [...new Set(columns)].sort((a, b) => a - b),
    )
    const squares = train.values.subarray(from, to).reduce((sum, value) => sum + value * value, 0)
    t.ok(Math.abs(squares - 1) < 1e-5)
  }
})

t.test('what is written is what is read', async (t) => {
  const path = join(t.testdir(), 'data')
  for (const shape of [dense, sparse]) {
    const data = makeData(shape)
    writeData(path, data)
    t.same(readData(path), data)
  }
})
