import type { WarningCode } from '../base/codes/warnings.ts'
import type { Digest } from '../base/digest.ts'
import type { Task } from '../plugin/api.ts'

/** Something that a check of the data found, with its numbers. No value of a row stands in it. */
export interface Finding {
  readonly code: WarningCode
  readonly column?: string
  /** What was measured: numbers, and the words of the message. */
  readonly values: Readonly<Record<string, number | string>>
  readonly threshold: number
  readonly message: string
}

/** A set of rows, by the digest of their keys: equal for equal sets in whatever order. */
export interface RowSet {
  readonly rows: number
  /** The digest with its kind: a bare one would name an object of the store. */
  readonly keys: `sha256:${Digest}`
}

/**
 * Which rows did what, for holding against what the fitted cells say that they saw. Training, validation and test rows are
 * pairwise apart and together all rows; each fold scores training rows that did not train it.
 */
export interface RowProof {
  readonly rows: number
  /** The column that names a row, or null where its number does. */
  readonly key: string | null
  readonly train: RowSet
  readonly validation: RowSet | null
  readonly test: RowSet
  readonly folds: readonly { readonly fold: number; readonly trained: RowSet; readonly scored: RowSet }[]
  /** Rows in two sets that must be apart. */
  readonly shared: number
  /** Rows that belong to no set and should. */
  readonly left: number
  readonly holds: boolean
}

/** What was measured of a column that is learned from. */
export interface ColumnMeasure {
  readonly column: string
  /** Distinct values among the rows looked at. */
  readonly distinct: number
  /** Share of the rows looked at that hold the most frequent value. */
  readonly commonest: number
  /** How well the column alone tells the target; null: not measured. */
  readonly strength: {
    readonly measure: 'auc' | 'spearman' | 'r2'
    /** Of several classes the mean of each against the rest. */
    readonly value: number
    /** Of several classes, the one that it tells best. */
    readonly class?: string
    readonly classValue?: number
  } | null
  readonly missing: number
  /** AUC of whether it is missing, where enough is; null: not measured. */
  readonly missingAuc: number | null
}

/** One kind of check: how much was looked at, what came worst, where it would be told. */
export interface CheckSummary {
  readonly code: WarningCode
  /** Columns, classes, rows or groups that were looked at; 0: nothing to look at. */
  readonly looked: number
  readonly of: 'columns' | 'classes' | 'rows' | 'facts'
  /** The worst value measured, and where; null: nothing was measured. */
  readonly worst: { readonly value: number; readonly column?: string } | null
  readonly threshold: number
  readonly found: number
}

/** What the `checks` cell writes, as canonical JSON. */
export interface Checks {
  readonly format: 1
  readonly task: Task
  readonly proof: RowProof
  readonly summary: readonly CheckSummary[]
  readonly columns: readonly ColumnMeasure[]
  /** Training rows that columns were measured on: a seeded sample where there are more than are needed. */
  readonly measured: { readonly rows: number; readonly of: number }
  /** Test rows that equal a row that trained in all features; null: not looked for. */
  readonly duplicates: {
    readonly rows: number
    readonly unlikely: number
    readonly same: number
    readonly other: number
  } | null
  readonly findings: readonly Finding[]
}
