import t from 'tap'
import { type ColumnInfo, matchesGlob, selectColumns } from '../../src/frame/index.ts'

const columns: ColumnInfo[] = [
  { name: 'income', type: 'number', missing: true },
  { name: 'age', type: 'number', missing: false },
  { name: 'purpose', type: 'category', missing: false },
  { name: 'purpose.code', type: 'number', missing: false },
]
const numbers = { takes: ['number'] } as const

t.test('by default a cell takes all that it can, or what it selects', async (t) => {
  t.same(selectColumns(columns, undefined, numbers).names, ['income', 'age', 'purpose.code'])
  const missing = { takes: ['number', 'category'], selects: { types: ['number'], missing: true } } as const
  t.same(selectColumns(columns, undefined, missing).names, ['income'])
})

t.test('by name: the order of the frame, unknown and refused are told', async (t) => {
  t.same(selectColumns(columns, { names: ['purpose.code', 'income', 'incme', 'purpose'] }, numbers), {
    names: ['income', 'purpose.code'],
    unknown: ['incme'],
    refused: [columns[2]],
  })
})

t.test('a glob passes over what the plugin does not take', async (t) => {
  t.same(selectColumns(columns, { names: ['purpose*'] }, numbers), {
    names: ['purpose.code'],
    unknown: [],
    refused: [],
  })
  t.same(selectColumns(columns, { names: ['x*'] }, numbers).unknown, ['x*'])
  t.same(selectColumns([{ name: 'a*', type: 'number', missing: false }], { names: ['a*'] }, numbers).names, ['a*'])
})

t.test('by type and role', async (t) => {
  const roleOf = (name: string) => (name === 'age' ? 'protected' : undefined)
  t.same(selectColumns(columns, { role: ['feature'] }, numbers, roleOf).names, ['income', 'purpose.code'])
  t.same(selectColumns(columns, { type: ['category'] }, numbers), { names: [], unknown: [], refused: [columns[2]] })
  t.same(selectColumns(columns, { type: ['number'], role: ['protected'] }, numbers, roleOf).names, ['age'])
})

t.test('globs', async (t) => {
  const cases: [string, string, boolean][] = [
    ['abc', '*', true],
    ['', '*', true],
    ['abc', 'a*', true],
    ['abc', '*c', true],
    ['abc', 'a*c', true],
    ['abc', 'ab*bc', false],
    ['abbc', 'ab*bc', true],
    ['a.c', 'a?c', false],
    ['xaybz', '*a*b*', true],
    ['xbya', '*a*b*', false],
    ['aXbXc', 'a*X*X*c', true],
    ['aXbc', 'a*X*X*c', false],
    ['a', 'a**', true],
  ]
  for (const [name, glob, fits] of cases) t.equal(matchesGlob(name, glob), fits, `${name} ${glob}`)
  t.equal(matchesGlob('a'.repeat(1e5), `${'*a'.repeat(50)}*b`), false, 'no backtracking')
})
