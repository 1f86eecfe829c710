import type { Column } from './column.ts'

/** A column as a file holds it: text that nobody has typed yet. Missing is null already. */
export interface UntypedColumn {
  readonly type: 'untyped'
  readonly name: string
  readonly values: readonly (string | null)[]
}

/**
 * What a data plugin hands over: columns typed by their source (Parquet, SQL) or untyped (CSV). The engine infers and
 * enforces the types that the page declares, with `place` in the errors.
 */
export interface Table {
  readonly rows: number
  readonly columns: readonly (Column | UntypedColumn)[]
  /** Where a row stands, for errors: `loans.csv:17`. */
  place?(row: number): string
  /** How numbers are written in untyped columns. Default `.` and no thousands. */
  readonly numbers?: { readonly decimal: string; readonly thousands: string }
}
