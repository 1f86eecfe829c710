import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical.ts'
import type { Json } from './json.ts'

/** A SHA-256 digest as 64 lower-case hex digits. */
export type Digest = string

/** Digest of raw bytes, or of a string's UTF-8 bytes. */
export function digestBytes(bytes: Uint8Array | string): Digest {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Digest of a value: SHA-256 over its canonical JSON. */
export function digestJson(value: Json): Digest {
  return digestBytes(canonicalJson(value))
}

/** True for text that has the form of a digest. */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && /^[0-9a-f]{64}$/.test(text)
}
