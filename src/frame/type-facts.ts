import type { ColumnType } from './column.ts'

/** What a page may say of a column that matters when its values are read. */
export interface TypeFacts {
  readonly type?: Exclude<ColumnType, 'sparse'>
  readonly role?: string
  readonly min?: number
  readonly max?: number
  readonly levels?: readonly string[]
  readonly missing?: { readonly atMost?: number; readonly values?: readonly string[] }
}

/** What became of a column, for the record and for people. */
export interface TypedColumn {
  readonly name: string
  readonly type: Exclude<ColumnType, 'sparse'>
  /** Who said so: the page, the values, or the source (Parquet, SQL). */
  readonly how: 'declared' | 'inferred' | 'source'
  readonly missing: number
  /** Distinct values that are not missing. */
  readonly distinct: number
}
