import t from 'tap'
import { Frame } from '../../src/frame/index.ts'
import type { Signature } from '../../src/model/index.ts'
import { madeUpRows } from '../../src/package/made-up-rows.ts'

const column = { unseen: 'error', missing: false, optional: false } as const
const signature = {
  columns: [
    { name: 'income', type: 'number', min: 3, max: 9000, ...column },
    { name: 'purpose', type: 'category', levels: ['car', 'home'], ...column },
    { name: 'member', type: 'boolean', ...column },
    { name: 'since', type: 'date', ...column },
    { name: 'note', type: 'text', ...column },
  ],
} as unknown as Signature
const rows = 40
const training = new Frame(rows, [
  { type: 'number', name: 'income', values: Float64Array.from({ length: rows }, (_, i) => 1234.567 + i * 17.1) },
  {
    type: 'category',
    name: 'purpose',
    levels: ['car', 'home'],
    values: Int32Array.from({ length: rows }, (_, i) => i % 2),
  },
  { type: 'boolean', name: 'member', values: Int8Array.from({ length: rows }, (_, i) => i % 2) },
  { type: 'date', name: 'since', values: Float64Array.from({ length: rows }, (_, i) => 1.6e12 + i * 864e5) },
  { type: 'text', name: 'note', values: Array.from({ length: rows }, (_, i) => `a note of a person, ${i}`) },
])

t.test('edges of every column', async (t) => {
  const made = madeUpRows(training, signature)
  const incomes = made.map(({ income }) => income)
  for (const value of [null, 0, -0, 3, 9000, 5e-324, 1e39, 'text'])
    t.ok(
      incomes.some((income) => Object.is(income, value)),
      `${value}`,
    )
  for (const value of ['home', 'a level that nobody saw', '', null]) t.ok(made.some(({ purpose }) => purpose === value))
  t.ok(made.some(({ note }) => typeof note === 'string' && note.length >= 10_000))
  t.same(made.at(-1), { income: null, purpose: null, member: null, since: null, note: null })
  t.same(made, madeUpRows(training, signature), 'the same rows every time')
})

t.test('no row and no exact number or text of the training rows, unless the nearest are asked for', async (t) => {
  const column = training.get('income') as { readonly values: Float64Array }
  const own = new Set<unknown>([
    ...column.values,
    ...Array.from({ length: rows }, (_, i) => `a note of a person, ${i}`),
  ])
  const made = madeUpRows(training, signature, { walking: 24 })
  for (const { income, note } of made) t.notOk(own.has(income) || own.has(note))

  const near = madeUpRows(training, signature, { walking: 24, nearest: true }).slice(made.length)
  const values = near.map(({ income }) => income as number)
  const least = column.values[0] as number
  t.ok(values.includes(least))
  // The doubles beside 1234.567 are 2^-42 away, the floats 2^-13: its exponent is 10, and they have 52 and 23 bits.
  for (const value of [least + 2 ** -42, least - 2 ** -42]) t.ok(values.includes(value), `${value}`)
  for (const side of [1, -1]) t.ok(values.includes(Math.fround(least) + side * 2 ** -13))
})

t.test('columns without rows, and none at all', async (t) => {
  const empty = training.take(new Uint32Array())
  t.ok(madeUpRows(empty, signature, { nearest: true }).length > 500)
  t.same(madeUpRows(empty, signature, { walking: 0 }), [])
})
