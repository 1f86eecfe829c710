import type { Digest } from '../base/digest.ts'
import type { Baseline } from '../model/drift/baseline.ts'
import type { Model } from '../model/index.ts'

/** Where a served model comes from, as plain data: a scoring thread opens it again from this. */
export type ModelSource =
  | {
      readonly kind: 'run'
      /** Folder of the store. */
      readonly store: string
      /** Exact id of the run. */
      readonly run: string
    }
  | { readonly kind: 'package'; readonly folder: string }

/** One version of a model that is ready to score. */
export interface ServedModel {
  /** Name of the model: the pipeline's, or what a serve file calls it. */
  readonly name: string
  /** What the answers call its version: the run's id; of a package, the first digits of the model's digest. */
  readonly version: string
  readonly model: Model
  /** Digest of the run that made the model: every answer carries it, so that a score leads back to its record. A package knows none. */
  readonly run?: Digest
  /** Where the training rows lay, to watch drift; absent where that is not known. */
  readonly baseline?: Baseline | undefined
  /** Absent where the model stands in memory alone: then no scoring thread takes its rows. */
  readonly source?: ModelSource
}

/** The versions of a name, and which of them answers. */
export interface NamedModel {
  readonly name: string
  readonly versions: readonly ServedModel[]
  /** Version that answers where a request names none; also known as the version `champion`. */
  readonly champion: string
  /** Version that scores the same rows after the champion has answered; also known as the version `challenger`. */
  readonly challenger?: string | undefined
}
