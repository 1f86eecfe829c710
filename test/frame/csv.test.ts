import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { DaybookError } from '../../src/base/errors.ts'
import type { TextColumn } from '../../src/frame/column.ts'
import { type CsvOptions, readCsv } from '../../src/frame/csv.ts'
import { readDataFile } from '../../src/frame/data-file.ts'
import { typeTable } from '../../src/frame/type-table.ts'
import { noSharedData, sharedData } from '../root.ts'

const read = (text: string | Uint8Array, options: CsvOptions = {}) =>
  readCsv(typeof text === 'string' ? Buffer.from(text) : text, options, 'x.csv')
const values = (text: string | Uint8Array, options: CsvOptions = {}) =>
  Object.fromEntries(read(text, options).columns.map((column) => [column.name, [...(column.values as string[])]]))
const faults = (text: string | Uint8Array, options: CsvOptions = {}): string[] => {
  try {
    read(text, options)
    return []
  } catch (error) {
    return (error as DaybookError).all.map(({ code, message }) => `${code} ${message}`)
  }
}

t.test('RFC 4180', async (t) => {
  t.strictSame(values('a,b\n1,2\n3,4\n'), { a: ['1', '3'], b: ['2', '4'] })
  t.strictSame(values('a,b\r\n1,2\r\n3,4'), { a: ['1', '3'], b: ['2', '4'] }, 'CRLF, no end of the last line')
  t.strictSame(values('a,b\r1,2\r'), { a: ['1'], b: ['2'] }, 'CR alone')
  t.strictSame(values('a,b\n"x, ""y""","1\n2"\n'), { a: ['x, "y"'], b: ['1\n2'] })
  t.strictSame(values('a,b\n5" pipe,""\n'), { a: ['5" pipe'], b: [null] })
  t.strictSame(values('a,b\n1,\n,NA\n'), { a: ['1', null], b: [null, null] })
  t.strictSame(values('\ufeffa,b\n\n1,2\n\n\n'), { a: ['1'], b: ['2'] }, 'byte order mark, empty lines')
  t.strictSame(values('a\n1\n\n2\n'), { a: ['1', null, '2'] }, 'an empty line is a value of a single column')
  t.strictSame(values('1;2\n3;4\n', { header: false, delimiter: null }), { c1: ['1', '3'], c2: ['2', '4'] })
  t.strictSame(values('__proto__,constructor\n1,2\n').constructor, ['2'], 'any name is a name')
})

t.test('a row knows its line', async (t) => {
  const { place } = read('a,b\n"1\n2\n",x\n\n3,4\n')
  t.strictSame([place?.(0), place?.(1)], ['x.csv:2', 'x.csv:6'])
})

t.test('encodings', async (t) => {
  const text = 'name,x\nMüller,1\n'
  for (const encoding of ['latin1', 'windows-1252'] as const) {
    t.strictSame(values(Buffer.from(text, 'latin1'), { encoding }), { name: ['Müller'], x: ['1'] })
  }
  t.strictSame(values(Buffer.from([97, 10, 0x80]), { encoding: 'windows-1252' }), { a: ['€'] })
  const wide = Buffer.from(`\ufeff${text}`, 'utf16le')
  t.strictSame(values(wide, { encoding: 'utf-16le' }), { name: ['Müller'], x: ['1'] })
  t.strictSame(values(Buffer.from(wide).swap16(), { encoding: 'utf-16be' }), { name: ['Müller'], x: ['1'] })
  t.strictSame(faults(wide), ['DATA_BAD_ENCODING x.csv:1 is not utf-8 text'])
  t.strictSame(faults(Buffer.from('a\nok\nM\xfcller\n', 'latin1')), ['DATA_BAD_ENCODING x.csv:3 is not utf-8 text'])
  t.strictSame(faults(Buffer.from([97, 10, 0x81]), { encoding: 'windows-1252' }), [
    'DATA_BAD_ENCODING x.csv:2 is not windows-1252 text',
  ])
})

t.test('faults name line and column', async (t) => {
  t.strictSame(faults(''), ['DATA_EMPTY x.csv is empty'])
  t.strictSame(faults(' \n\n'), ['DATA_EMPTY x.csv is empty'])
  t.strictSame(faults('a,b\n'), ['DATA_NO_ROWS x.csv has no rows'])
  t.strictSame(faults('a,b,a,\n1,2,3,4\n'), [
    'DATA_BAD_HEADER x.csv: columns 1 and 3 are both named `a`',
    'DATA_BAD_HEADER x.csv: column 4 has no name',
  ])
  t.strictSame(faults('a,b\n1\n1,2\n1,2,3\n'), [
    'DATA_RAGGED x.csv:2 has 1 fields, expected 2',
    'DATA_RAGGED x.csv:4 has 3 fields, expected 2',
  ])
  const many = faults(`a,b\n${'1\n'.repeat(1000)}`)
  t.equal(many.length, 21)
  t.equal(many.at(-1), 'DATA_MORE_FAULTS and 980 more ragged rows')
  t.strictSame(faults('a,b\n1,"2\n3,4\n'), ['DATA_UNCLOSED_QUOTE x.csv:2: a quote opens here and is never closed'])
  t.match(faults('a,b\n1,"2"x\n')[0], /^DATA_BAD_QUOTE x.csv:2: "x/)
  t.match(faults('a,b\n1,\0\n')[0], /^DATA_BINARY .*zero byte in line 2/)
  t.match(faults('PAR1....')[0], /^DATA_BINARY .*Parquet/)
  t.match(faults('a;b\n1;2\n')[0], /^DATA_DELIMITER/)
})

t.test('5,000 columns are quick', async (t) => {
  const names = Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',')
  const table = read(`${names}\n${`${Array.from({ length: 5000 }, (_, i) => i).join(',')}\n`.repeat(20)}`)
  t.equal(typeTable(table, {}, 'x').frame.columns.length, 5000)
})

t.test('what is written is read', async (t) => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', ' ', 'é', '😀', '0') })
  const rows = fc
    .integer({ min: 1, max: 5 })
    .chain((width) => fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }))
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (table, end, last) => {
      const width = (table[0] as string[]).length
      const header = Array.from({ length: width }, (_, i) => `h${i}`)
      const text = [header, ...table].map((row) => row.map(quote).join(',')).join(end) + (last ? end : '')
      const got = read(text, { missing: [] })
      if (width === 1) return // an empty field of a single column is told from nothing by its quotes alone
      t.strictSame(
        table.map((_, i) => got.columns.map((column) => (column.values as string[])[i])),
        table,
      )
    }),
    { numRuns: 300 },
  )
})

t.test('the real data sets', { skip: sharedData === undefined && noSharedData }, async (t) => {
  const open = async (name: string) => {
    const table = readCsv(await readDataFile(join(sharedData as string, name)), {}, name)
    return typeTable(table, {}, name)
  }
  const types = ({ inferred }: Awaited<ReturnType<typeof open>>, type: string) =>
    inferred.filter((column) => column.type === type).length

  const german = await open('german_credit.csv')
  t.strictSame(
    [german.frame.rows, german.frame.columns.length, types(german, 'category'), types(german, 'number')],
    [1000, 21, 13, 8],
  )
  const california = await open('california_housing.csv')
  t.strictSame([california.frame.rows, california.frame.columns.length], [20_640, 10])
  t.strictSame(
    california.inferred.filter((column) => column.missing > 0).map((column) => [column.name, column.missing]),
    [['total_bedrooms', 207]],
  )
  t.strictSame(california.frame.get('ocean_proximity')?.type, 'category')
  const sentiment = await open('sentiment_sentences.csv')
  t.strictSame(
    sentiment.inferred.map((column) => column.type),
    ['category', 'text', 'number'],
  )
  t.equal((sentiment.frame.get('sentence') as TextColumn).values[1], 'Good case, Excellent value.')
  const stocks = await open('stocks_daily.csv')
  t.strictSame(
    stocks.inferred.map((column) => column.type),
    ['date', 'number', 'number', 'number', 'number', 'number'],
  )
  const card = await open('taiwan_card_default.csv')
  t.strictSame([card.frame.rows, types(card, 'number')], [30_000, 25])
  t.equal(card.errors.length, 0)
})
