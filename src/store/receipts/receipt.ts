import { createHmac } from 'node:crypto'
import { canonicalJson } from '../../base/canonical.ts'
import { type Digest, digestBytes } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'

/**
 * A decision of a server, as one line of its file of receipts. The line's SHA-256 is the receipt's id: who was given the id holds
 * the decision in hand, whatever becomes of the file. It names no value of the row.
 */
export interface Receipt {
  /** Id of the line before, whatever it is. */
  readonly before: Digest
  /** HMAC-SHA-256 of the canonical row by the file's salt. */
  readonly input: Digest
  readonly model: { readonly name: string; readonly version: string; readonly digest: Digest }
  /** Counts the decisions of a file and of those before it, from 1. */
  readonly n: number
  /** What was answered, as `daybook predict` writes it. */
  readonly output: JsonObject
  /** Where reasons were asked for: how, and what they were. */
  readonly asked?: { readonly count: number; readonly of?: string | undefined }
  readonly reasons?: readonly JsonObject[]
  /** Digest of the run that made the model; a package knows none. */
  readonly run?: Digest
  readonly time: string
}

/** The first line of a file, signed. */
export interface ReceiptHeader {
  readonly receipts: 1
  /** 32 random bytes as hex digits: without them nobody can look for a row by its digest. */
  readonly salt: string
  readonly time: string
  /** The file that this one goes on from. */
  readonly previous: {
    readonly file: string
    /** Id of its last line. */
    readonly head: Digest
    /** Number of its last decision. */
    readonly n: number
    /** Bytes of a last line that was cut off when the server ended. */
    readonly torn: number
  } | null
}

/** A signed line over the chain so far. */
export interface Checkpoint {
  /** Id of the line before. */
  readonly head: Digest
  /** Number of the last decision before it. */
  readonly n: number
}

/** DSSE types of the signed lines. */
export const headerType = 'application/vnd.daybook.receipts.header+json'
export const checkpointType = 'application/vnd.daybook.receipts.checkpoint+json'

/** Id of a line: SHA-256 of its bytes, without the line's end. */
export const lineId = (line: string | Uint8Array): Digest => digestBytes(line)

/** A row in the one form that is digested. @throws TypeError where it holds text that is not Unicode, or a number that is none */
export const rowText = (row: Json): string => canonicalJson(row)

/** The digest of a row in a file of this salt. */
export function rowDigest(salt: string, text: string): Digest {
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(text).digest('hex')
}
