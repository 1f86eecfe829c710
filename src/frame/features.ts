/** One of the few values that a feature can take, and what it stands for, as scorecards name it: -0.41 is `25 to < 30`. */
export interface Attribute {
  readonly value: number
  readonly text: string
}

/** One feature, as an algorithm sees it. */
export interface Feature {
  readonly name: string
  readonly kind: 'number' | 'category'
  /** Texts of the codes of a category. */
  readonly levels?: readonly string[]
  /** The raw columns of the page that it is made of. */
  readonly sources: readonly string[]
  /** The page's promise: a larger value may only raise (1) or lower (-1) the prediction. */
  readonly monotone?: 1 | -1
  /** The values that it can take when rows are scored, as f32, where a preprocess cell named them. Training rows may hold others. */
  readonly attributes?: readonly Attribute[]
}

/**
 * What reaches an algorithm: features over a dense row-major f32 matrix, where a category holds its code, or over sparse
 * f32 rows. Missing (and unseen) is NaN. Everything was cast to f32 once, on the way to training as on the way to serving.
 */
export type Features = DenseFeatures | SparseFeatures

export interface DenseFeatures {
  readonly form: 'dense'
  readonly rows: number
  readonly features: readonly Feature[]
  /** [rows, features] row-major. */
  readonly values: Float32Array
}

/** Compressed sparse rows: row i holds `indices[starts[i] … starts[i+1])`, ascending; what is not stored is 0. */
export interface SparseFeatures {
  readonly form: 'sparse'
  readonly rows: number
  readonly features: readonly Feature[]
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
}
