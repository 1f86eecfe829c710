import { fail } from './errors.ts'
import type { SigningKey, VerifyingKey } from './signing-key.ts'

/** A signed payload: Dead Simple Signing Envelope, https://github.com/secure-systems-lab/dsse, version 1. */
export interface Envelope {
  /** Base64. */
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly { readonly keyid?: string | null; readonly sig: string }[]
}

/** Puts a payload into an envelope, signed. */
export function seal(payloadType: string, payload: Uint8Array, key: SigningKey): Envelope {
  const sig = Buffer.from(key.sign(encoded(payloadType, payload))).toString('base64')
  return { payload: Buffer.from(payload).toString('base64'), payloadType, signatures: [{ keyid: key.id, sig }] }
}

/**
 * The payload of an envelope that `key` signed. The bytes are verified before anything parses them; the key's id is only a
 * hint, so every signature is tried.
 *
 * @throws DaybookError SIGN_BAD_ENVELOPE, SIGN_NOT_BY_KEY
 */
export function unseal(envelope: Envelope, payloadType: string, key: VerifyingKey): Uint8Array {
  const payload = payloadOf(envelope, payloadType)
  const bytes = encoded(payloadType, payload)
  const signed = envelope.signatures.some((signature) => {
    const sig = fromBase64(signature?.sig)
    return sig !== undefined && key.verify(bytes, sig)
  })
  if (!signed) throw fail('SIGN_NOT_BY_KEY', { key: key.id })
  return payload
}

function payloadOf(envelope: Envelope, payloadType: string): Uint8Array {
  const bad = (reason: string) => fail('SIGN_BAD_ENVELOPE', { reason })
  if (typeof envelope !== 'object' || envelope === null) throw bad('it is no object')
  const { signatures } = envelope
  const payload = fromBase64(envelope.payload)
  if (payload === undefined) throw bad('its payload is not base64')
  if (envelope.payloadType !== payloadType) throw bad(`its payload is of type ${envelope.payloadType}`)
  if (!Array.isArray(signatures) || signatures.length === 0) throw bad('it has no signature')
  return payload
}

/** Bytes of a base64 text, in the standard alphabet or that of URLs: the protocol allows both. */
function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string') return undefined
  const bytes = Buffer.from(text, 'base64')
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return bytes.toString('base64').replace(/=+$/, '') === standard.replace(/={0,2}$/, '') ? bytes : undefined
}

/** What is signed: the pre-authentication encoding, so that type and payload cannot be told apart otherwise. */
function encoded(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = Buffer.from(payloadType, 'utf8')
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload])
}
