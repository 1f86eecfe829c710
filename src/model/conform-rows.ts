import { DaybookError, fail, failAll } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { parseDate } from '../frame/date.ts'
import { type Column, Frame, MISSING } from '../frame/index.ts'
import type { Signature, SignatureColumn } from './manifest.ts'
import { type LevelCoder, levelCoder } from './relevel.ts'
import { badValue, missingValue, outOfBounds, shorten, unseenLevel } from './row-errors.ts'

/** Most faults that one error names. */
const MAX_ERRORS = 20

/**
 * Brings rows of JSON values, as a server gets them, into the columns of a signature. Strict: numbers are JSON numbers
 * within the declared bounds, dates ISO 8601 text, booleans true or false, categories text (or a number or boolean that
 * reads as a level). null is missing. Columns that training had and the model does not take may come along.
 *
 * @throws DaybookError ROW_MISSING_COLUMN, ROW_UNKNOWN_COLUMN, ROW_BAD_VALUE: the first 20 faults, in order of rows
 */
export function conformRows(rows: readonly JsonObject[], signature: Signature): Frame {
  return rowConformer(signature)(rows)
}

/** {@link conformRows} for one signature: what a server that gets one request after the other prepares once. */
export function rowConformer(signature: Signature): (rows: readonly JsonObject[]) => Frame {
  const known = new Set([...signature.columns.map((column) => column.name), ...signature.ignored])
  const columns = signature.columns.map((column) => ({ column, code: levelCoder(column, false) }))
  return (rows) => {
    const errors: DaybookError[] = []
    const fillers = columns.map(({ column, code }) => columnFiller(column, rows.length, code))
    rows.forEach((row, i) => {
      if (errors.length >= MAX_ERRORS) return
      errors.push(...unknownColumns(row, i, known))
      columns.forEach(({ column }, c) => {
        try {
          ;(fillers[c] as Filler).put(i, givenValue(row, i, column))
        } catch (thrown) {
          if (!(thrown instanceof DaybookError)) throw thrown
          errors.push(thrown)
        }
      })
    })
    if (errors.length > 0) throw failAll(errors.slice(0, MAX_ERRORS))
    return new Frame(
      rows.length,
      fillers.map((filler) => filler.column),
    )
  }
}

function unknownColumns(row: JsonObject, i: number, known: ReadonlySet<string>): DaybookError[] {
  const unknown = Object.keys(row).filter((name) => !known.has(name))
  const absent = unknown.length === 0 ? [] : [...known].filter((name) => !Object.hasOwn(row, name))
  return unknown.slice(0, MAX_ERRORS).map((name) => {
    const near = nearest(name, absent)
    const hint = near === undefined ? undefined : `Did you mean \`${near}\`?`
    return fail('ROW_UNKNOWN_COLUMN', { row: i, column: shorten(name) }, { hint })
  })
}

/** The row's value of a column; null where it is missing and may be. */
function givenValue(row: JsonObject, i: number, column: SignatureColumn): unknown {
  const value = Object.hasOwn(row, column.name) ? row[column.name] : undefined
  if (value === undefined) {
    if (!column.optional) throw fail('ROW_MISSING_COLUMN', { row: i, column: column.name })
    return null
  }
  if (value === null && !column.missing) throw missingValue(i, column)
  return value
}

/** A column that is being filled; `put` throws what is wrong with a value. */
interface Filler {
  readonly column: Column
  put(row: number, value: unknown): void
}

function columnFiller(wanted: SignatureColumn, rows: number, code: LevelCoder): Filler {
  const { name } = wanted
  switch (wanted.type) {
    case 'number': {
      const values = new Float64Array(rows)
      const put = (row: number, value: unknown): void => {
        values[row] = value === null ? Number.NaN : numberOf(row, wanted, value)
      }
      return { column: { type: 'number', name, values }, put }
    }
    case 'date': {
      const values = new Float64Array(rows)
      const put = (row: number, value: unknown): void => {
        values[row] = value === null ? Number.NaN : dateOf(row, wanted, value)
      }
      return { column: { type: 'date', name, values }, put }
    }
    case 'boolean': {
      const values = new Int8Array(rows)
      const put = (row: number, value: unknown): void => {
        if (value !== null && typeof value !== 'boolean') throw badValue(row, wanted, value, 'true or false')
        values[row] = value === null ? MISSING : value ? 1 : 0
      }
      return { column: { type: 'boolean', name, values }, put }
    }
    case 'category': {
      const values = new Int32Array(rows)
      const put = (row: number, value: unknown): void => {
        values[row] = code(levelText(row, wanted, value), (text) => unseenLevel(row, wanted, text))
      }
      return { column: { type: 'category', name, levels: wanted.levels ?? [], values }, put }
    }
    case 'text': {
      const values = new Array<string | null>(rows).fill(null)
      const put = (row: number, value: unknown): void => {
        if (value !== null && typeof value !== 'string') throw badValue(row, wanted, value, 'text')
        values[row] = value
      }
      return { column: { type: 'text', name, values }, put }
    }
  }
}

function numberOf(row: number, column: SignatureColumn, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    const looksLikeOne = typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
    throw badValue(row, column, value, 'a number', looksLikeOne ? 'Send it without quotes.' : undefined)
  }
  const expected = outOfBounds(value, column)
  if (expected !== undefined) throw badValue(row, column, value, expected)
  return value + 0 // -0 is 0
}

function dateOf(row: number, column: SignatureColumn, value: unknown): number {
  const moment = typeof value === 'string' ? parseDate(value) : undefined
  if (moment === undefined) throw badValue(row, column, value, 'a date such as "2026-01-31" or "2026-01-31T09:30:00Z"')
  return moment
}

function levelText(row: number, column: SignatureColumn, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return String(value)
  throw badValue(row, column, value, 'text')
}
