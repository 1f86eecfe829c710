import type { JsonObject } from '../base/json.ts'
import { parseDate } from '../frame/date.ts'
import { type Column, MISSING } from '../frame/index.ts'
import type { SignatureColumn } from './manifest.ts'
import { type LevelCoder, levelCoder } from './relevel.ts'
import { badValue, outOfBounds, unseenLevel } from './row-errors.ts'

/**
 * One column that rows are written into, over an array that grows as it must. Most values are plain and pass at once
 * (`passRows`, `passValues`: a tight loop, false at the first value that is not); `put` judges one value in full.
 */
export interface Fill {
  /** Makes room for so many rows. */
  reserve(rows: number): void
  passRows(rows: readonly JsonObject[], from: number): boolean
  passValues(values: readonly unknown[], count: number, from: number): boolean
  /** Writes the value of row `row` of the request to place `at`; null is missing and may be. @throws DaybookError ROW_BAD_VALUE */
  put(at: number, row: number, value: unknown): void
  /** The first `rows` values. */
  column(rows: number): Column
}

/** What tells the columns of one type apart: their array, what passes at once, and how one value is judged. */
interface Kind<T extends Float64Array | Int32Array | Int8Array | (string | null)[]> {
  make(length: number): T
  /** Writes a plain value; false where it has to be looked at closely. */
  pass(values: T, at: number, value: unknown): boolean
  put(values: T, at: number, row: number, value: unknown): void
  column(values: T, rows: number): Column
}

/** A column to fill, as the signature wants it. */
export function columnFill(wanted: SignatureColumn): Fill {
  switch (wanted.type) {
    case 'number':
      return fillOf(wanted.name, numberKind(wanted))
    case 'date':
      return fillOf(wanted.name, dateKind(wanted))
    case 'boolean':
      return fillOf(wanted.name, booleanKind(wanted))
    case 'category':
      return fillOf(wanted.name, categoryKind(wanted, levelCoder(wanted, false)))
    case 'text':
      return fillOf(wanted.name, textKind(wanted))
  }
}

function fillOf<T extends Float64Array | Int32Array | Int8Array | (string | null)[]>(
  name: string,
  kind: Kind<T>,
): Fill {
  let values = kind.make(1)
  return {
    reserve(rows) {
      if (rows <= values.length) return
      const grown = kind.make(Math.max(rows, 2 * values.length))
      for (let i = 0; i < values.length; i++) grown[i] = values[i] as number & string
      values = grown
    },
    // A name that objects inherit gives no plain value, and is judged in full.
    passRows(rows, from) {
      for (let i = 0; i < rows.length; i++) {
        if (!kind.pass(values, from + i, (rows[i] as JsonObject)[name])) return false
      }
      return true
    },
    passValues(given, count, from) {
      for (let i = 0; i < count; i++) if (!kind.pass(values, from + i, given[i])) return false
      return true
    },
    put: (at, row, value) => kind.put(values, at, row, value),
    column: (rows) => kind.column(values, rows),
  }
}

function numberKind(wanted: SignatureColumn): Kind<Float64Array> {
  const { name, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = wanted
  const isAbsent = absence(wanted)
  return {
    make: (length) => new Float64Array(length),
    pass(values, at, value) {
      if (typeof value === 'number') {
        values[at] = value + 0 // -0 is 0
        return value >= min && value <= max && value - value === 0
      }
      values[at] = Number.NaN
      return isAbsent(value)
    },
    put(values, at, row, value) {
      values[at] = value === null ? Number.NaN : numberOf(row, wanted, value)
    },
    column: (values, rows) => ({ type: 'number', name, values: values.subarray(0, rows) }),
  }
}

function dateKind(wanted: SignatureColumn): Kind<Float64Array> {
  const { name } = wanted
  const isAbsent = absence(wanted)
  return {
    make: (length) => new Float64Array(length),
    pass(values, at, value) {
      const moment = typeof value === 'string' ? parseDate(value) : undefined
      values[at] = moment ?? Number.NaN
      return moment !== undefined || isAbsent(value)
    },
    put(values, at, row, value) {
      values[at] = value === null ? Number.NaN : dateOf(row, wanted, value)
    },
    column: (values, rows) => ({ type: 'date', name, values: values.subarray(0, rows) }),
  }
}

function booleanKind(wanted: SignatureColumn): Kind<Int8Array> {
  const { name } = wanted
  const isAbsent = absence(wanted)
  return {
    make: (length) => new Int8Array(length),
    pass(values, at, value) {
      values[at] = value === true ? 1 : value === false ? 0 : MISSING
      return typeof value === 'boolean' || isAbsent(value)
    },
    put(values, at, row, value) {
      if (value !== null && typeof value !== 'boolean') throw badValue(row, wanted, value, 'true or false')
      values[at] = value === null ? MISSING : value ? 1 : 0
    },
    column: (values, rows) => ({ type: 'boolean', name, values: values.subarray(0, rows) }),
  }
}

function categoryKind(wanted: SignatureColumn, code: LevelCoder): Kind<Int32Array> {
  const { name, levels = [] } = wanted
  const isAbsent = absence(wanted)
  const codes = new Map(levels.map((level, place) => [level, place]))
  return {
    make: (length) => new Int32Array(length),
    pass(values, at, value) {
      const found = typeof value === 'string' ? codes.get(value) : undefined
      values[at] = found ?? MISSING
      return found !== undefined || isAbsent(value)
    },
    put(values, at, row, value) {
      values[at] = code(levelText(row, wanted, value), (text) => unseenLevel(row, wanted, text))
    },
    column: (values, rows) => ({ type: 'category', name, levels, values: values.subarray(0, rows) }),
  }
}

function textKind(wanted: SignatureColumn): Kind<(string | null)[]> {
  const { name } = wanted
  const isAbsent = absence(wanted)
  return {
    make: (length) => new Array<string | null>(length).fill(null),
    pass(values, at, value) {
      if (typeof value !== 'string' && !isAbsent(value)) return false
      values[at] = typeof value === 'string' ? value : null
      return true
    },
    put(values, at, row, value) {
      if (value !== null && typeof value !== 'string') throw badValue(row, wanted, value, 'text')
      values[at] = value
    },
    column: (values, rows) => ({ type: 'text', name, values: values.slice(0, rows) }),
  }
}

/** Is the value one that is missing, or a column that is left out, and may be? */
function absence({ missing, optional }: SignatureColumn): (value: unknown) => boolean {
  return (value) => (value === null ? missing : value === undefined && optional)
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
