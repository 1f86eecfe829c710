/** What a column of a frame holds. `sparse` is made by preprocess plugins alone: many features under one name. */
export type ColumnType = 'number' | 'category' | 'text' | 'date' | 'boolean' | 'sparse'

/** Code of a missing value in a category or boolean column. */
export const MISSING = -1

/** Code of a category that training did not see, where the page lets it pass (`unseen: other`). */
export const UNSEEN = -2

/** f64 values; missing is NaN. Infinities do not get in. */
export interface NumberColumn {
  readonly type: 'number'
  readonly name: string
  readonly values: Float64Array
}

/** Codes into `levels` (distinct, in code-unit order unless the page declares an order); MISSING or UNSEEN below zero. */
export interface CategoryColumn {
  readonly type: 'category'
  readonly name: string
  readonly values: Int32Array
  readonly levels: readonly string[]
}

/** Text; missing is null. */
export interface TextColumn {
  readonly type: 'text'
  readonly name: string
  readonly values: readonly (string | null)[]
}

/** Moments as milliseconds since 1970-01-01T00:00Z; a date without time is its midnight UTC. Missing is NaN. */
export interface DateColumn {
  readonly type: 'date'
  readonly name: string
  readonly values: Float64Array
}

/** 0, 1 or MISSING. */
export interface BooleanColumn {
  readonly type: 'boolean'
  readonly name: string
  readonly values: Int8Array
}

/**
 * A block of features in compressed sparse rows: row i has features `indices[starts[i] … starts[i+1])`, ascending,
 * with `values` beside. What one-hot and tf-idf make; linear models train on it without making it dense.
 */
export interface SparseColumn {
  readonly type: 'sparse'
  readonly name: string
  /** One name a feature of the block, such as `purpose=car`. */
  readonly features: readonly string[]
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
}

export type Column = NumberColumn | CategoryColumn | TextColumn | DateColumn | BooleanColumn | SparseColumn

/** What is known of a column before any data flows: all that the checker needs to follow a page. */
export interface ColumnInfo {
  readonly name: string
  readonly type: ColumnType
  /** May values be missing here? */
  readonly missing: boolean
}
