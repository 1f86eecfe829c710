import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { type Column, MISSING } from './column.ts'
import { parseDate } from './date.ts'
import { Faults } from './faults.ts'
import type { Table } from './table.ts'
import { decodeText } from './text-encoding.ts'

type Value = string | number | boolean
type Row = Readonly<Record<string, unknown>>

/**
 * Reads JSON: an array of objects, or one object a line (JSONL), whatever the file is called. Keys are columns, in the order
 * in which they turn up; a key that is absent or null is missing. Numbers, booleans and text keep their type; a column of
 * texts that are all ISO 8601 is one of dates.
 *
 * @throws DaybookError DATA_EMPTY, DATA_NO_ROWS, DATA_BAD_SOURCE (with the line), DATA_BAD_VALUE (mixed types, lists, whole
 *   numbers beyond 2^53), DATA_BAD_ENCODING
 */
export function readJson(bytes: Uint8Array, file: string): Table {
  const text = decodeText(bytes, 'utf-8', file)
  if (text.trim() === '') throw fail('DATA_EMPTY', { file })
  const { rows, lines } = text.trimStart().startsWith('[') ? readArray(text, file) : readLines(text, file)
  if (rows.length === 0) throw fail('DATA_NO_ROWS', { file }, { hint: 'There must be rows to learn from.' })
  const place = (row: number): string => (lines === undefined ? `row ${row + 1} of ${file}` : `${file}:${lines[row]}`)
  const names = new Set<string>()
  for (const row of rows) for (const name of Object.keys(row)) names.add(name)
  const errors: DaybookError[] = []
  const columns = [...names].map((name) => columnOf(name, rows, place, errors))
  if (names.size === 0) throw fail('DATA_BAD_SOURCE', { file, format: 'JSON', reason: 'its rows have no keys' })
  if (errors.length > 0) throw failAll(errors)
  return { rows: rows.length, columns, place }
}

function readArray(text: string, file: string): { rows: Row[]; lines?: undefined } {
  const value = parse(text, file, undefined)
  const rows = value as unknown[]
  const wrong = rows.findIndex((row) => !isRow(row))
  if (wrong >= 0) throw fail('DATA_BAD_SOURCE', { file, format: 'JSON', reason: `row ${wrong + 1} is no object` })
  return { rows: rows as Row[] }
}

function readLines(text: string, file: string): { rows: Row[]; lines: number[] } {
  const rows: Row[] = []
  const lines: number[] = []
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return
    const row = parse(line, file, i + 1)
    if (!isRow(row)) throw fail('DATA_BAD_SOURCE', { file, format: 'JSON lines', reason: `line ${i + 1} is no object` })
    rows.push(row)
    lines.push(i + 1)
  })
  return { rows, lines }
}

function parse(text: string, file: string, line: number | undefined): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = `${line === undefined ? '' : `line ${line}: `}${(cause as Error).message.replace(/^[^:]*: /, '').slice(0, 120)}`
    const hint = line === 1 ? 'It holds an array of objects, or one object a line.' : undefined
    throw fail('DATA_BAD_SOURCE', { file, format: line === undefined ? 'JSON' : 'JSON lines', reason }, { cause, hint })
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function columnOf(name: string, rows: readonly Row[], place: (row: number) => string, errors: DaybookError[]): Column {
  const faults = new Faults(`faults of column \`${name}\``)
  let type: 'string' | 'number' | 'boolean' | undefined
  const values = rows.map((row, i): Value | null => {
    const value = Object.hasOwn(row, name) ? row[name] : null
    if (value === null) return null
    const expected = expectedOf(value, type)
    if (expected === undefined) {
      type ??= typeof value as 'string' | 'number' | 'boolean'
      return value as Value
    }
    faults.add(() => fail('DATA_BAD_VALUE', { place: place(i), column: name, value: shown(value), expected }))
    return null
  })
  errors.push(...faults.all)
  if (type === 'boolean')
    return { type, name, values: Int8Array.from(values, (value) => (value === null ? MISSING : Number(value))) }
  if (type !== 'string')
    return {
      type: 'number',
      name,
      values: Float64Array.from(values, (value) => (value === null ? Number.NaN : (value as number) + 0)),
    }
  const texts = values as (string | null)[]
  const moments = texts.map((text) => (text === null ? Number.NaN : parseDate(text)))
  if (moments.every((moment) => moment !== undefined)) return { type: 'date', name, values: Float64Array.from(moments) }
  return { type: 'text', name, values: texts }
}

/** Lists and objects by their kind alone: they may nest deeper than anything that prints them. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'an object'
  return String(JSON.stringify(value)).slice(0, 60)
}

/** What would have been right in place of a value, or undefined where it is. */
function expectedOf(value: unknown, type: string | undefined): string | undefined {
  if (typeof value === 'object') return 'a text, a number, true, false or null'
  if (type !== undefined && typeof value !== type) return `a ${type}, as in the rows before`
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21) {
    return 'a whole number within ±2^53; an identifier stands in quotes'
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number that 64 bits hold'
  return typeof value === 'string' && !value.isWellFormed() ? 'text without lone surrogates' : undefined
}
