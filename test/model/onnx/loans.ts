import { RandomStream } from '../../../src/base/random.ts'
import { type Column, Frame } from '../../../src/frame/index.ts'

const day = 86_400_000
const purposes = ['boat', 'car', 'home', 'tv', 'voyage']
const words = ['good', 'late', 'paid', 'never', "don't", 'Ask', 'bank', 'call', 'café', 'twice']

/** Made-up loans with a column of each type, missing values, and targets of each kind: `paid`, `grade` and `limit`. */
export function loans(rows: number, seed = 1): Frame {
  const stream = new RandomStream({ seed, cell: 'loans', purpose: 'rows' })
  const draw = (row: number, what: number): number => stream.uniform(row * 32 + what)
  const each = <T>(make: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => make(row))
  const amount = each((row) => (draw(row, 0) < 0.08 ? Number.NaN : Math.round(draw(row, 1) * 5e6) / 100))
  const age = each((row) => 18 + Math.floor(draw(row, 2) * 60))
  const debt = each((row) => draw(row, 3) * 2 - 0.5)
  const purpose = each((row) => (draw(row, 4) < 0.05 ? -1 : Math.floor(draw(row, 5) * purposes.length)))
  const region = each((row) => Math.floor(draw(row, 6) * 3))
  const member = each((row) => (draw(row, 7) < 0.1 ? -1 : draw(row, 8) < 0.4 ? 1 : 0))
  const opened = each((row) =>
    draw(row, 9) < 0.1 ? Number.NaN : Math.floor(draw(row, 10) * 20_000 - 2000) * day + (row % 24) * 3_600_000,
  )
  const comment = each((row) => {
    if (draw(row, 11) < 0.1) return null
    const count = Math.floor(draw(row, 12) * 6)
    return Array.from({ length: count }, (_, k) => words[Math.floor(draw(row, 13 + k) * words.length)]).join(
      row % 3 === 0 ? ', ' : ' ',
    )
  })
  const risk = each(
    (row) =>
      (debt[row] as number) * 1.5 +
      ((age[row] as number) < 30 ? 0.7 : 0) +
      (purpose[row] === 0 ? 0.8 : purpose[row] === 3 ? -0.6 : 0) +
      (member[row] === 1 ? -0.7 : 0) +
      ((amount[row] as number) > 30_000 ? 0.6 : 0) +
      (draw(row, 20) - 0.5) * 1.6 -
      0.6,
  )
  const columns: Column[] = [
    { type: 'number', name: 'amount', values: Float64Array.from(amount) },
    { type: 'category', name: 'purpose', levels: purposes, values: Int32Array.from(purpose) },
    { type: 'number', name: 'age', values: Float64Array.from(age) },
    { type: 'boolean', name: 'member', values: Int8Array.from(member) },
    { type: 'number', name: 'debt', values: Float64Array.from(debt) },
    { type: 'category', name: 'region', levels: ['east', 'north', 'south'], values: Int32Array.from(region) },
    { type: 'date', name: 'opened', values: Float64Array.from(opened) },
    { type: 'text', name: 'comment', values: comment },
    { type: 'category', name: 'paid', levels: ['no', 'yes'], values: Int32Array.from(risk, (r) => (r > 0 ? 0 : 1)) },
    {
      type: 'category',
      name: 'grade',
      levels: ['a', 'b', 'c'],
      values: Int32Array.from(risk, (r) => (r < -0.5 ? 0 : r < 0.6 ? 1 : 2)),
    },
    {
      type: 'number',
      name: 'limit',
      values: Float64Array.from(risk, (r, row) => Math.round(3000 - 900 * r + draw(row, 21) * 200)),
    },
  ]
  return new Frame(rows, columns)
}

/** The loans with these columns alone. */
export function someLoans(rows: number, names: readonly string[], seed = 1): Frame {
  return loans(rows, seed).select(names)
}
