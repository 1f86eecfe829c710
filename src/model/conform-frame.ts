import { DaybookError, fail, failAll } from '../base/errors.ts'
import { type Column, countMissing, Frame, isMissing, MISSING, UNSEEN } from '../frame/index.ts'
import { textAt } from '../spec/task.ts'
import type { Signature, SignatureColumn } from './manifest.ts'
import { levelCoder } from './relevel.ts'
import { badValue, missingValue, outOfBounds, unseenLevel } from './row-errors.ts'

export interface Conforming {
  /**
   * True for rows that were checked against the page before (training, test): levels that training did not see, missing
   * values and bounds pass. False for rows to be served.
   */
  readonly lenient: boolean
}

/**
 * Brings raw rows into the columns of a signature, in its order: categories by text into its levels, other columns left
 * out. The one path of training rows, test rows and served rows.
 *
 * @throws DaybookError MODEL_NO_COLUMN, MODEL_COLUMN_TYPE, and unless lenient ROW_BAD_VALUE; every column's first fault
 */
export function conformFrame(frame: Frame, signature: Signature, { lenient }: Conforming): Frame {
  const errors: DaybookError[] = []
  const columns: Column[] = []
  for (const wanted of signature.columns) {
    try {
      columns.push(conformColumn(frame.get(wanted.name), wanted, frame.rows, lenient))
    } catch (thrown) {
      if (!(thrown instanceof DaybookError)) throw thrown
      errors.push(thrown)
    }
  }
  if (errors.length > 0) throw failAll(errors)
  return new Frame(frame.rows, columns)
}

/** No rows, in the columns of a signature. */
export function emptyFrame(signature: Signature): Frame {
  return new Frame(
    0,
    signature.columns.map((column) => missingColumn(column, 0)),
  )
}

/** Values of category columns that training did not see, by column; columns without any are left out. */
export function countUnseen(conformed: Frame): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const column of conformed.columns) {
    if (column.type !== 'category') continue
    const count = column.values.reduce((sum, code) => sum + (code === UNSEEN ? 1 : 0), 0)
    if (count > 0) counts.set(column.name, count)
  }
  return counts
}

function conformColumn(given: Column | undefined, wanted: SignatureColumn, rows: number, lenient: boolean): Column {
  if (given === undefined) {
    if (!wanted.optional) throw fail('MODEL_NO_COLUMN', { column: wanted.name })
    return missingColumn(wanted, rows)
  }
  const column = convert(given, wanted, lenient)
  if (!lenient) checkValues(column, wanted)
  return column
}

/** The column in the type of the signature. Text, category and what reads as a level change into one another by text. */
function convert(given: Column, wanted: SignatureColumn, lenient: boolean): Column {
  const { name, type } = wanted
  if (given.type !== type && given.type !== 'sparse' && countMissing(given) === given.values.length) {
    return missingColumn(wanted, given.values.length)
  }
  if (type === 'category') {
    const textOf = textsOf(given)
    if (textOf !== undefined) return categoryColumn(given, wanted, textOf, lenient)
  }
  if (type === 'text' && given.type === 'category') {
    const textOf = textsOf(given) as (row: number) => string | null
    return { type, name, values: Array.from(given.values, (_, row) => textOf(row)) }
  }
  if (given.type !== type) throw fail('MODEL_COLUMN_TYPE', { column: name, got: given.type, expected: type })
  return given
}

function categoryColumn(
  given: Column,
  wanted: SignatureColumn,
  textOf: (row: number) => string | null,
  lenient: boolean,
): Column {
  const { name, levels = [] } = wanted
  const code = levelCoder(wanted, lenient)
  const at = (row: number) => code(textOf(row), (text) => unseenLevel(row, wanted, text))
  if (given.type !== 'category') {
    const length = (given as Exclude<Column, { type: 'sparse' }>).values.length
    return { type: 'category', name, levels, values: Int32Array.from({ length }, (_, row) => at(row)) }
  }
  // Texts are looked up once a level, in the order of rows: the first row at fault is the one named.
  const codes = new Map<number, number>([
    [MISSING, MISSING],
    [UNSEEN, wanted.unseen === 'missing' ? MISSING : UNSEEN],
  ])
  const values = given.values.map((old, row) => {
    const known = codes.get(old)
    if (known !== undefined) return known
    const fresh = at(row)
    codes.set(old, fresh)
    return fresh
  })
  return { type: 'category', name, levels, values }
}

/** How a row's value reads as text (null: missing), or undefined where a column's values are no texts of categories. */
export function textsOf(column: Column): ((row: number) => string | null) | undefined {
  if (column.type === 'date' || column.type === 'sparse') return undefined
  return (row) => (isMissing(column, row) ? null : textAt(column, row))
}

function checkValues(column: Column, wanted: SignatureColumn): void {
  const rows = (column as Exclude<Column, { type: 'sparse' }>).values.length
  for (let row = 0; row < rows; row++) {
    if (isMissing(column, row)) {
      if (!wanted.missing) throw missingValue(row, wanted)
    } else if (column.type === 'number') {
      const value = column.values[row] as number
      if (!Number.isFinite(value)) throw badValue(row, wanted, value, 'a finite number')
      if (outOfBounds(value, wanted)) throw badValue(row, wanted, value, outOfBounds(value, wanted) as string)
    }
  }
}

function missingColumn({ name, type, levels = [] }: SignatureColumn, rows: number): Column {
  switch (type) {
    case 'number':
    case 'date':
      return { type, name, values: new Float64Array(rows).fill(Number.NaN) }
    case 'category':
      return { type, name, levels, values: new Int32Array(rows).fill(MISSING) }
    case 'boolean':
      return { type, name, values: new Int8Array(rows).fill(MISSING) }
    case 'text':
      return { type, name, values: new Array<null>(rows).fill(null) }
  }
}
