import t from 'tap'
import type { Column } from '../../src/frame/column.ts'
import { textsOfColumn } from '../../src/frame/column-texts.ts'
import { readCsv } from '../../src/frame/csv.ts'
import type { TypeFacts } from '../../src/frame/type-facts.ts'
import { typeTable } from '../../src/frame/type-table.ts'

const typed = (text: string, facts: Record<string, TypeFacts> = {}) =>
  typeTable(readCsv(Buffer.from(text), {}, 'x.csv'), facts, 'x.csv')
const errors = (text: string, facts: Record<string, TypeFacts> = {}) =>
  typed(text, facts).errors.map(({ code, message }) => `${code} ${message}`)
const typeOf = (texts: string[], facts: TypeFacts = {}) =>
  typed(`x,y\n${texts.map((text) => `${text},1`).join('\n')}\n`, { x: facts }).inferred[0]

t.test('types are inferred over all rows', async (t) => {
  t.match(typeOf(['1', '2.5', '-3e2', '']), { type: 'number', how: 'inferred', missing: 1, distinct: 3 })
  t.match(typeOf(['2024-01-31', '2024-01-31T10:00:00Z', '2024-02-01']), { type: 'date', distinct: 3 })
  t.match(typeOf(['1', 'x']), { type: 'category', distinct: 2 })
  t.match(typeOf(['true', 'false']), { type: 'category' })
  t.match(typeOf(Array.from({ length: 51 }, (_, i) => `t${i}`)), { type: 'text', distinct: 51 })
  t.match(typeOf(Array.from({ length: 50 }, (_, i) => `t${i}`)), { type: 'category' })
  t.match(typeOf(Array.from({ length: 2000 }, (_, i) => `t${i % 100}`)), { type: 'category' }, '5 % of the rows')
  t.match(typeOf(Array.from({ length: 2000 }, (_, i) => `t${i % 101}`)), { type: 'text' })
  t.match(typeOf(['', '']), { type: 'number', missing: 2, distinct: 0 })
})

t.test('declared types are kept', async (t) => {
  const { frame, inferred } = typed('a,b,c,d\n1,1,2,x\n0,2,10,y\n', {
    a: { type: 'boolean' },
    b: { type: 'category' },
    c: { type: 'text' },
    d: { type: 'category', levels: ['y', 'x', 'z'] },
  })
  t.strictSame(
    inferred.map(({ type, how }) => [type, how]),
    [
      ['boolean', 'declared'],
      ['category', 'declared'],
      ['text', 'declared'],
      ['category', 'declared'],
    ],
  )
  t.strictSame(
    frame.columns.map((column) => [...(column.values as string[])]),
    [
      [1, 0],
      [0, 1],
      ['2', '10'],
      [1, 0],
    ],
  )
  t.strictSame((frame.get('d') as { levels?: unknown }).levels, ['y', 'x', 'z'], 'in their declared order')
})

t.test('bad values are named all at once, by row', async (t) => {
  t.strictSame(
    errors('income,since\nx,2024-01-01\n5,soon\n', { income: { type: 'number' }, since: { type: 'date' } }),
    [
      'DATA_BAD_VALUE x.csv:2: column `income` holds `x`, expected a number',
      'DATA_BAD_VALUE x.csv:3: column `since` holds `soon`, expected a date such as 2026-01-31 or 2026-01-31T09:30:00Z',
    ],
  )
  t.strictSame(errors('a\n1\nInfinity\n'), [
    'DATA_BAD_VALUE x.csv:3: column `a` holds `Infinity`, expected a finite number',
  ])
  t.strictSame(errors('a\n1\n1e999\n'), ['DATA_BAD_VALUE x.csv:3: column `a` holds `1e999`, expected a finite number'])
  t.strictSame(errors('a\n9007199254740993\n'), [
    'DATA_BAD_VALUE x.csv:2: column `a` holds `9007199254740993`, expected a whole number within ±2^53',
  ])
  t.strictSame(errors('a\n9007199254740993\n', { a: { type: 'text' } }), [])
  t.strictSame(errors('a\n-1\n5\n11\n', { a: { min: 0, max: 10 } }), [
    'DATA_BAD_VALUE x.csv:2: column `a` holds `-1`, expected at least 0',
    'DATA_BAD_VALUE x.csv:4: column `a` holds `11`, expected at most 10',
  ])
  const [level] = typed('a\nhuose\n', { a: { type: 'category', levels: ['house', 'car'] } }).errors
  t.match(level, { code: 'DATA_BAD_VALUE', hint: 'Did you mean `house`?' })
  t.strictSame(errors('a,b\n1,1\n,2\n', { a: { missing: { atMost: 0.1 } } }), [
    'DATA_TOO_MANY_MISSING column `a` has 50 % missing values, expected at most 10 %',
  ])
  const many = errors(`a,b\n${'x,1\n'.repeat(100)}`, { a: { type: 'number' } })
  t.strictSame([many.length, many.at(-1)], [21, 'DATA_MORE_FAULTS and 80 more faults of column `a`'])
  t.strictSame(errors('a\nInf\n1\n', { a: { role: 'ignore' } }), [])
})

t.test('codes for missing of one column', async (t) => {
  const { frame, inferred } = typed('a,b\n-9,-9\n3,x\n-9.0,y\n', {
    a: { missing: { values: ['-9'] } },
    b: { missing: { values: ['-9'] } },
  })
  t.strictSame([...((frame.get('a') as Column).values as Float64Array)], [Number.NaN, 3, Number.NaN])
  t.match(inferred, [
    { type: 'number', missing: 2 },
    { type: 'category', missing: 1 },
  ])
})

t.test('columns that their source typed', async (t) => {
  const columns: Column[] = [
    { type: 'number', name: 'n', values: Float64Array.of(1, -9, Number.NaN) },
    { type: 'text', name: 't', values: ['b', 'a', null] },
    { type: 'boolean', name: 'f', values: Int8Array.of(1, 0, -1) },
    { type: 'date', name: 'd', values: Float64Array.of(0, 86_400_000, Number.NaN) },
  ]
  const table = { rows: 3, columns }
  const plain = typeTable(table, {}, 'cell')
  t.strictSame(
    plain.inferred.map(({ type, how }) => [type, how]),
    [
      ['number', 'source'],
      ['category', 'source'],
      ['boolean', 'source'],
      ['date', 'source'],
    ],
  )
  const declared = typeTable(
    table,
    {
      n: { type: 'category', missing: { values: ['-9'] } },
      t: { type: 'text' },
      f: { type: 'category' },
      d: { type: 'text' },
    },
    'cell',
  )
  const texts = declared.frame.columns.map((column) => (column.type === 'sparse' ? [] : textsOfColumn(column)))
  t.strictSame(texts, [
    ['1', null, null],
    ['b', 'a', null],
    ['true', 'false', null],
    ['1970-01-01', '1970-01-02', null],
  ])
  const infinite = typeTable(
    { rows: 1, columns: [{ type: 'number', name: 'n', values: Float64Array.of(Number.POSITIVE_INFINITY) }] },
    {},
    'cell',
  )
  t.match(infinite.errors[0]?.message, 'row 1 of cell: column `n` holds `Infinity`')
})
