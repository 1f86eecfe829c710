import type { DaybookError } from '../../base/errors.ts'
import type { Model, RawRows, Reason, ReasonOptions, Scored } from '../../model/index.ts'
import type { MediaType } from '../media-type.ts'
import type { ServedModel } from '../served-model.ts'

/** A request's body that was read: the rows to score, and how the answer is written once they are. */
export interface Asked {
  readonly rows: RawRows
  /** How it is to be said why. */
  readonly reasons?: ReasonOptions | undefined
  /** The body of the answer: JSON. */
  answer(scored: Scored, more?: More): string
}

/** What an answer may say beside the scores, a row each. */
export interface More {
  readonly reasons?: readonly (readonly Reason[])[] | undefined
  /** Ids of the receipts. */
  readonly receipts?: readonly string[] | undefined
}

/** The body of an error. */
export interface ErrorText {
  readonly type: string
  readonly text: string
}

/** What a request may say at most, and for whom it is. */
export interface Asking {
  readonly served: Pick<ServedModel, 'name' | 'version'> & { readonly model: Pick<Model, 'digest' | 'signature'> }
  /** Most rows. */
  readonly rows: number
  /** What follows `?` in the address. */
  readonly query: string
}

/** A way of asking for scores over HTTP. Knows no sockets: a scoring thread speaks it as well as the server. */
export interface Protocol {
  readonly name: 'predict' | 'v2' | 'mlflow'
  /** Can a body of this type be read? */
  takes(type: MediaType | undefined): boolean
  /** Reads a body. @throws DaybookError SERVE_…, what the client got wrong */
  read(body: Uint8Array, type: MediaType, asking: Asking): Asked
  /** How this protocol tells an error. */
  error(error: DaybookError): ErrorText
}
