import { digestBytes } from '../base/digest.ts'
import type { Envelope } from '../base/dsse.ts'
import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { VerifyingKey } from '../base/signing-key.ts'

// The forms of OpenSSF Model Signing v1.0 (https://github.com/ossf/model-signing-spec): a Sigstore bundle that holds an in-toto
// statement, whose predicate lists files by digest.

const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json'
const mediaTypes = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.3\+json|\+json;version=0\.[123])$/
const statementType = 'https://in-toto.io/Statement/v1'
const signatureType = 'https://model_signing/signature/v1.0'
export const payloadType = 'application/vnd.in-toto+json'

/** Hex digits of the digests that can be checked here, by the name that the format has for them. */
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, blake2b: 128 }

/** A signed file, as a statement lists it. */
export interface Resource {
  readonly name: string
  readonly algorithm: string
  readonly digest: string
}

/** What a signature says of a set of files. */
export interface FilesStatement {
  /** Name of the model. */
  readonly model: string
  /** SHA-256 over the digests of all files, in the order listed. */
  readonly rootDigest: string
  readonly resources: readonly Resource[]
  /** Paths that are not covered, with all below them. */
  readonly ignored: readonly string[]
}

/** The bundle around a signed envelope. */
export function bundleOf({ payload, payloadType: type, signatures }: Envelope, key: VerifyingKey): JsonObject {
  const [hint = ''] = hintsOf(key)
  return {
    mediaType,
    verificationMaterial: { publicKey: { hint }, tlogEntries: [] },
    // The format says by its hint which key it is: the envelope does not say it again, where nobody would look.
    dsseEnvelope: { payload, payloadType: type, signatures: signatures.map(({ sig }) => ({ sig, keyid: '' })) },
  }
}

/** An envelope, and which key its bundle says that it is signed by. */
export interface OpenedBundle {
  readonly envelope: Envelope
  /** Undefined in bundles of old, which hold the key itself: nobody takes it from there. */
  readonly hint: string | undefined
}

/**
 * Opens the bytes of a bundle, which must be one signed by a key. What the format does not know is refused, so that no byte of
 * a bundle can change unseen.
 *
 * @throws DaybookError SIGN_BAD_BUNDLE
 */
export function openBundle(bytes: Uint8Array): OpenedBundle {
  const bundle = parse(bytes, bad)
  const { mediaType: type, verificationMaterial: material, dsseEnvelope: envelope } = bundle
  if (typeof type !== 'string' || !mediaTypes.test(type)) throw bad('`mediaType` is not that of a Sigstore bundle')
  if (!isMap(material)) throw bad('`verificationMaterial` is missing')
  if (!isMap(envelope)) throw bad('`dsseEnvelope` is missing')
  if (!isMap(material.publicKey))
    throw bad(
      'x509CertificateChain' in material || 'certificate' in material
        ? 'it is signed by a certificate, and only signatures by a key can be checked here'
        : '`verificationMaterial` names no public key',
    )
  known(bundle, ['mediaType', 'verificationMaterial', 'dsseEnvelope'])
  known(material, ['publicKey', 'tlogEntries', 'timestampVerificationData'])
  known(envelope, ['payload', 'payloadType', 'signatures'])
  for (const signature of listOf(envelope.signatures)) if (isMap(signature)) known(signature, ['sig', 'keyid'])
  const { hint, rawBytes } = material.publicKey
  if (typeof hint !== 'string' && typeof rawBytes !== 'string') throw bad('its public key has neither hint nor bytes')
  return { envelope: envelope as unknown as Envelope, hint: typeof hint === 'string' ? hint : undefined }
}

/** The hints that a key goes by: SHA-256 of its PEM text, as the reference writes it, or of its bytes. */
export function hintsOf({ id, pem }: VerifyingKey): readonly string[] {
  return [digestBytes(pem), id]
}

function known(map: Record<string, unknown>, keys: readonly string[]): void {
  const strange = Object.keys(map).find((key) => !keys.includes(key))
  if (strange !== undefined) throw bad(`it holds \`${strange}\`, which the format does not know`)
}

/** The statement about some files. */
export function statementOf({ model, rootDigest, resources, ignored }: FilesStatement): JsonObject {
  return {
    _type: statementType,
    subject: [{ name: model, digest: { sha256: rootDigest } }],
    predicateType: signatureType,
    predicate: {
      serialization: {
        method: 'files',
        hash_type: 'sha256',
        allow_symlinks: false,
        ...(ignored.length > 0 && { ignore_paths: ignored }),
      },
      resources: resources.map(({ name, algorithm, digest }) => ({ name, algorithm, digest })),
    },
  }
}

/** Reads a statement about files, whose signature was verified. @throws DaybookError SIGN_BAD_STATEMENT */
export function readStatement(payload: Uint8Array): FilesStatement {
  const { _type, subject, predicateType, predicate } = parse(payload, badStatement)
  if (_type !== statementType) throw badStatement('it is no in-toto statement v1')
  if (predicateType !== signatureType) throw badStatement(`its predicate is of type ${String(predicateType)}`)
  const [only, ...others] = listOf(subject)
  if (!isMap(only) || others.length > 0 || typeof only.name !== 'string')
    throw badStatement('it does not speak of one model')
  const rootDigest = isMap(only.digest) ? only.digest.sha256 : undefined
  if (typeof rootDigest !== 'string') throw badStatement('its subject has no SHA-256')
  if (!isMap(predicate) || !isMap(predicate.serialization) || !Array.isArray(predicate.resources))
    throw badStatement('its predicate lists no files')
  const { method, ignore_paths: ignored } = predicate.serialization
  if (method !== 'files')
    throw badStatement(`files are listed by ${String(method)}, and only whole files can be checked here`)
  const resources = predicate.resources.map(readResource)
  if (rootDigestOf(resources) !== rootDigest) throw badStatement('the digest of its subject is not that of its files')
  return { model: only.name, rootDigest, resources, ignored: listOf(ignored).map(String) }
}

/** SHA-256 over the raw digests of files, in their order. */
export function rootDigestOf(resources: readonly Resource[]): string {
  return digestBytes(Buffer.concat(resources.map(({ digest }) => Buffer.from(digest, 'hex'))))
}

function readResource(resource: unknown): Resource {
  const { name, algorithm, digest } = isMap(resource) ? resource : {}
  if (typeof name !== 'string' || typeof algorithm !== 'string' || typeof digest !== 'string')
    throw badStatement('a file has no name, no algorithm or no digest')
  const length = Object.hasOwn(digestLengths, algorithm) ? digestLengths[algorithm] : undefined
  if (length === undefined) throw badStatement(`digests by ${algorithm} cannot be checked here`)
  if (digest.length !== length || !/^[0-9a-f]+$/.test(digest))
    throw badStatement(`${name} has no digest by ${algorithm}`)
  return { name, algorithm, digest }
}

function parse(bytes: Uint8Array, wrong: typeof bad): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw wrong('it is not JSON')
  }
  if (!isMap(value)) throw wrong('it is no JSON object')
  return value
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function bad(reason: string) {
  return fail('SIGN_BAD_BUNDLE', { reason })
}

function badStatement(reason: string) {
  return fail('SIGN_BAD_STATEMENT', { reason })
}
