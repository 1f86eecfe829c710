import { isDigest } from '../../base/digest.ts'
import type { Envelope } from '../../base/dsse.ts'
import { type Checkpoint, checkpointType, headerType, type Receipt, type ReceiptHeader } from './receipt.ts'

/** A line of a file of receipts, read and not verified. */
export type ReadLine =
  | { readonly kind: 'receipt'; readonly receipt: Receipt }
  | { readonly kind: 'header'; readonly header: ReceiptHeader; readonly envelope: Envelope }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint; readonly envelope: Envelope }

/** Reads a line; undefined where it is none of a file of receipts. */
export function readLine(text: string): ReadLine | undefined {
  const value = objectIn(text)
  if (value === undefined) return undefined
  if (!('payloadType' in value)) return isReceipt(value) ? { kind: 'receipt', receipt: value } : undefined
  const envelope = value as unknown as Envelope
  if (typeof envelope.payload !== 'string') return undefined
  const payload = objectIn(Buffer.from(envelope.payload, 'base64').toString('utf8'))
  if (payload === undefined) return undefined
  if (envelope.payloadType === headerType)
    return isHeader(payload) ? { kind: 'header', header: payload, envelope } : undefined
  return envelope.payloadType === checkpointType && isDigest(payload.head) && isCount(payload.n)
    ? { kind: 'checkpoint', checkpoint: payload as unknown as Checkpoint, envelope }
    : undefined
}

type Value = Readonly<Record<string, unknown>>

function objectIn(text: string): Value | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isValue(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isValue(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isReceipt(value: Value): value is Value & Receipt {
  const { before, input, model, n, output, run, time } = value
  const known =
    isDigest(before) &&
    isDigest(input) &&
    isCount(n) &&
    (run === undefined || isDigest(run)) &&
    typeof time === 'string'
  return known && isValue(model) && isDigest(model.digest) && isValue(output)
}

function isHeader(value: Value): value is Value & ReceiptHeader {
  const { receipts, salt, previous } = value
  if (receipts !== 1 || !isDigest(salt)) return false
  return (
    previous === null ||
    (isValue(previous) && typeof previous.file === 'string' && isDigest(previous.head) && isCount(previous.n))
  )
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
