import type { Digest } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { ColumnType } from '../frame/index.ts'
import type { Task } from '../plugin/api.ts'
import type { Typical } from './typical.ts'

/** A raw column that a model takes, as the training rows had it and the page declares it. */
export interface SignatureColumn {
  readonly name: string
  readonly type: Exclude<ColumnType, 'sparse'>
  /** Levels of the training rows (and declared ones), in code order. */
  readonly levels?: readonly string[]
  readonly unseen: 'error' | 'other' | 'missing'
  /** May be null: training saw missing values here, or the page allows them. */
  readonly missing: boolean
  readonly optional: boolean
  /** What most training rows have, or the one in the middle: what sampled reasons are measured from. */
  readonly typical?: Typical
  readonly min?: number
  readonly max?: number
  readonly unit?: string
  readonly monotone?: 'increasing' | 'decreasing'
  readonly reason?: string
}

/** What a model takes and gives. */
export interface Signature {
  readonly columns: readonly SignatureColumn[]
  /** Columns of the training data that the model does not take (key, target, other roles). A row may bring them along. */
  readonly ignored: readonly string[]
  readonly task: Task
  /** Class texts by code; in a binary task the second is the positive one. Empty in other tasks than those of classes. */
  readonly classes: readonly string[]
  /** Column of the target. In an anomaly task: what is known to be true, which the model was not told. */
  readonly target: string | null
  /** Numbers that a row gets: see {@link Scored}. */
  readonly output: 'probabilities' | 'scores' | 'values' | 'clusters'
}

/** One fitted cell of a model. */
export interface FittedCell {
  readonly id: string
  /** As the page names it. */
  readonly use: string
  readonly version: number
  readonly params: JsonObject
  /** Preprocess: raw names of the columns that it takes. */
  readonly columns?: readonly string[]
  /** Object that holds its state. */
  readonly state: Digest
}

/** A fitted pipeline as data: canonical JSON of it is the model object, its SHA-256 the model digest. */
export interface ModelManifest {
  readonly format: 1
  readonly name: string
  readonly signature: Signature
  readonly preprocess: readonly FittedCell[]
  readonly algorithm: FittedCell
  /** Names of the features that reach the algorithm, in order. */
  readonly features: readonly string[]
}
