import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { type Digest, digestBytes } from './digest.ts'
import { fail } from './errors.ts'

/** Signs bytes: ECDSA over P-256 with SHA-256, which every standard that Daybook writes takes. */
export interface SigningKey {
  /** SHA-256 of the public key (SPKI, DER). */
  readonly id: Digest
  readonly publicKey: VerifyingKey
  /** @returns the signature in DER */
  sign(bytes: Uint8Array): Uint8Array
}

export interface VerifyingKey {
  readonly id: Digest
  /** SPKI, PEM. */
  readonly pem: string
  verify(bytes: Uint8Array, signature: Uint8Array): boolean
}

/** A new key pair as PEM texts; the private one is encrypted where there is a passphrase. */
export function newKeyPair(passphrase?: string): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const locked = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem', ...locked }) as string,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  }
}

/** Reads a private key. @throws DaybookError SIGN_BAD_KEY, SIGN_PASSPHRASE */
export function signingKey(pem: string, passphrase?: string): SigningKey {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
  } catch (thrown) {
    const { message } = thrown as Error
    if (pem.includes('ENCRYPTED'))
      throw fail('SIGN_PASSPHRASE', { reason: passphrase === undefined ? 'there is none' : 'it is wrong' })
    throw fail('SIGN_BAD_KEY', { reason: message }, { cause: thrown })
  }
  const publicKey = verifying(createPublicKey(key))
  return { id: publicKey.id, publicKey, sign: (bytes) => signBytes('sha256', bytes, key) }
}

/** Reads a public key, or the public half of a private one that has no passphrase. @throws DaybookError SIGN_BAD_KEY */
export function verifyingKey(pem: string): VerifyingKey {
  try {
    return verifying(createPublicKey(pem))
  } catch (thrown) {
    if (thrown instanceof Error && 'exit' in thrown) throw thrown
    throw fail('SIGN_BAD_KEY', { reason: (thrown as Error).message }, { cause: thrown })
  }
}

function verifying(key: KeyObject): VerifyingKey {
  const { asymmetricKeyType, asymmetricKeyDetails } = key
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw fail('SIGN_BAD_KEY', {
      reason: `it is a key of type ${asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType}, P-256 is needed`,
    })
  return {
    id: digestBytes(key.export({ type: 'spki', format: 'der' })),
    pem: key.export({ type: 'spki', format: 'pem' }) as string,
    verify: (bytes, signature) => verifyBytes('sha256', bytes, key, signature),
  }
}
