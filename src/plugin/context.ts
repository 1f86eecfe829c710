import type { Json, JsonObject } from '../base/json.ts'
import type { RandomStream } from '../base/random.ts'
import type { Kernels } from '../kernels/index.ts'

/** A cell's value in a table that is shown: text, number or nothing. */
export type TableCell = string | number | boolean | null

/** A table that a cell shows: rows of plain values under named columns. */
export interface ShownTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly TableCell[])[]
  readonly note?: string
}

/** A figure that a cell shows: a Vega-Lite spec with inline values. No `url`, `href`, `image` or `usermeta`. */
export interface ShownFigure {
  readonly title: string
  /** One sentence for who cannot see it. */
  readonly description: string
  readonly spec: JsonObject
}

/** A warning that a cell gives: a stable code, a sentence, numbers behind it. */
export interface ShownWarning {
  readonly code: string
  readonly message: string
  readonly evidence?: Json
}

/** What scoring hooks get: nothing that could make two calls differ. */
export interface ScoringContext<Params = unknown> {
  readonly params: Params
  readonly kernels: Kernels
}

/** What fitting and reading hooks get beside their data. */
export interface FitContext<Params = unknown> extends ScoringContext<Params> {
  /** Random numbers for a purpose, keyed by seed, cell, fold and purpose. Only plugins that declare `random: true` may ask. */
  random(purpose: string): RandomStream
  /** Threads that a kernel may use. The result must not depend on it. */
  readonly threads: number
  /** Aborted when the run is cancelled: long loops call `signal.throwIfAborted()`. */
  readonly signal: AbortSignal
  /** Tells how far it is; `note` is a short word such as `loss 0.31`. */
  progress(done: number, total: number, note?: string): void
  figure(figure: ShownFigure): void
  table(table: ShownTable): void
  warn(warning: ShownWarning): void
}
