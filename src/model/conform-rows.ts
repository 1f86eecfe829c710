import { DaybookError, fail, failAll } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import { Frame } from '../frame/index.ts'
import { columnFill, type Fill } from './fill-column.ts'
import type { Signature, SignatureColumn } from './manifest.ts'
import { missingValue, shorten } from './row-errors.ts'

/** Most faults that one error names. */
const MAX_ERRORS = 20

/** Values of one raw column of several rows; a place that is absent (undefined) is a column that the row does not bring. */
export interface RawColumn {
  readonly name: string
  readonly values: readonly unknown[]
}

/** Rows as they arrive: objects, or columns of equal length. */
export type RawRows =
  | { readonly form: 'rows'; readonly rows: readonly JsonObject[] }
  | { readonly form: 'columns'; readonly count: number; readonly columns: readonly RawColumn[] }

/** Number of rows that arrived. */
export function countOf(given: RawRows): number {
  return given.form === 'rows' ? given.rows.length : given.count
}

/**
 * Brings rows of JSON values, as a server gets them, into the columns of a signature. Strict: numbers are JSON numbers
 * within the declared bounds, dates ISO 8601 text, booleans true or false, categories text (or a number or boolean that
 * reads as a level). null is missing. Columns that training had and the model does not take may come along.
 *
 * @throws DaybookError ROW_MISSING_COLUMN, ROW_UNKNOWN_COLUMN, ROW_BAD_VALUE: the first 20 faults, in order of rows
 */
export function conformRows(rows: readonly JsonObject[], signature: Signature): Frame {
  const conformer = new RowConformer(signature)
  conformer.add({ form: 'rows', rows })
  return conformer.frame()
}

/**
 * {@link conformRows} for one signature, over arrays that are used again and again: what a server that gets one request
 * after the other prepares once. Rows of several requests may be added one after the other and scored together; rows that
 * are refused leave nothing behind.
 */
export class RowConformer {
  readonly #columns: readonly SignatureColumn[]
  readonly #known: ReadonlySet<string>
  readonly #fills: readonly Fill[]
  readonly #optional: boolean
  #rows = 0

  constructor(signature: Signature) {
    this.#columns = signature.columns
    this.#known = new Set([...signature.columns.map((column) => column.name), ...signature.ignored])
    this.#fills = signature.columns.map(columnFill)
    this.#optional = signature.columns.some(({ optional }) => optional)
  }

  /** Rows that were added. */
  get rows(): number {
    return this.#rows
  }

  /** Adds rows behind those that are there; none of them where one is at fault. @throws DaybookError as {@link conformRows} */
  add(given: RawRows): void {
    const count = countOf(given)
    const from = this.#rows
    for (const fill of this.#fills) fill.reserve(from + count)
    const passes =
      given.form === 'rows' ? this.#passRows(given.rows, from) : this.#passColumns(given.columns, count, from)
    if (!passes) this.#addSlowly(given, count, from)
    this.#rows = from + count
  }

  /** The rows that were added. It stands over arrays that the next rows are written to: it lasts until `clear`. */
  frame(): Frame {
    return new Frame(
      this.#rows,
      this.#fills.map((fill) => fill.column(this.#rows)),
    )
  }

  /** Forgets all rows. */
  clear(): void {
    this.#rows = 0
  }

  /** Rows without any fault, column by column; false where something has to be looked at closely. */
  #passRows(rows: readonly JsonObject[], from: number): boolean {
    const exact = this.#optional ? -1 : this.#columns.length // so many keys, with every column among them, hold no other
    for (const row of rows) {
      if (Object.getPrototypeOf(row) !== Object.prototype) return false
      if (Object.keys(row).length !== exact && !this.#knowsAll(row)) return false
    }
    return this.#fills.every((fill) => fill.passRows(rows, from))
  }

  #knowsAll(row: JsonObject): boolean {
    for (const name of Object.keys(row)) if (!this.#known.has(name)) return false
    return true
  }

  #passColumns(columns: readonly RawColumn[], count: number, from: number): boolean {
    if (columns.some(({ name }) => !this.#known.has(name))) return false
    return this.#fills.every((fill, c) => {
      const { name } = this.#columns[c] as SignatureColumn
      const given = columns.find((column) => column.name === name)
      return fill.passValues(given?.values ?? [], count, from)
    })
  }

  /** The same with every fault named, or with what passes once it is looked at. */
  #addSlowly(given: RawRows, count: number, from: number): void {
    const errors: DaybookError[] = []
    for (let i = 0; i < count && errors.length < MAX_ERRORS; i++) {
      const row = given.form === 'rows' ? (given.rows[i] as JsonObject) : rowOf(given.columns, i)
      errors.push(...this.#unknownColumns(row, i))
      this.#columns.forEach((column, c) => {
        try {
          ;(this.#fills[c] as Fill).put(from + i, i, givenValue(row, i, column))
        } catch (thrown) {
          if (!(thrown instanceof DaybookError)) throw thrown
          errors.push(thrown)
        }
      })
    }
    if (errors.length > 0) throw failAll(errors.slice(0, MAX_ERRORS))
  }

  #unknownColumns(row: JsonObject, i: number): DaybookError[] {
    const unknown = Object.keys(row).filter((name) => !this.#known.has(name))
    const absent = unknown.length === 0 ? [] : [...this.#known].filter((name) => !Object.hasOwn(row, name))
    return unknown.slice(0, MAX_ERRORS).map((name) => {
      const near = nearest(shorten(name), absent)
      const hint = near === undefined ? undefined : `Did you mean \`${near}\`?`
      return fail('ROW_UNKNOWN_COLUMN', { row: i, column: shorten(name) }, { hint })
    })
  }
}

/** One row of columns, as an object; `__proto__` is a name as any other. */
function rowOf(columns: readonly RawColumn[], i: number): JsonObject {
  return Object.fromEntries(
    columns.flatMap(({ name, values }) => (values[i] === undefined ? [] : [[name, values[i]]])),
  ) as JsonObject
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
