import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/canonical.ts'
import { seal, unseal } from '../base/dsse.ts'
import { asDaybookError, type DaybookError, fail, failAll } from '../base/errors.ts'
import type { SigningKey, VerifyingKey } from '../base/signing-key.ts'
import { lookAlikeNames, nameFault, shownName } from './file-names.ts'
import {
  bundleOf,
  type FilesStatement,
  hintsOf,
  openBundle,
  payloadType,
  type Resource,
  readStatement,
  rootDigestOf,
  statementOf,
} from './oms-bundle.ts'

/** Name of the file that holds the signature of the folder that it lies in. */
export const signatureFile = 'model.sig'

/** What a file holds: its bytes, or how to read them anew. */
export type FileContent = Uint8Array | (() => AsyncIterable<Uint8Array>)

/** Files by their paths, relative, with `/` between names. */
export type Files = ReadonlyMap<string, FileContent>

export interface SignFilesOptions {
  /** Name of the model. */
  readonly name: string
  /** Paths that the signature does not cover, with all below them. `model.sig` is always among them. */
  readonly ignore?: readonly string[]
}

/** Files whose signature holds. */
export interface VerifiedFiles extends FilesStatement {
  /** Id of the key that signed them. */
  readonly key: string
}

/**
 * Signs a set of files by OpenSSF Model Signing v1.0: the text of their `model.sig`. Equal files give an equal statement.
 *
 * @throws DaybookError SIGN_BAD_NAME, SIGN_NO_FILES
 */
export async function signFiles(files: Files, key: SigningKey, options: SignFilesOptions): Promise<string> {
  const ignored = [...new Set([signatureFile, ...(options.ignore ?? [])])].sort(byCodePoint)
  const names = [...files.keys()].filter((name) => !isIgnored(name, ignored)).sort(byCodePoint)
  checkNames([...names, ...ignored])
  if (names.length === 0) throw fail('SIGN_NO_FILES', {})
  const resources: Resource[] = []
  for (const name of names) {
    const digest = await digestOf(files.get(name) as FileContent, 'sha256')
    resources.push({ name, algorithm: 'sha256', digest })
  }
  const statement = statementOf({ model: options.name, rootDigest: rootDigestOf(resources), resources, ignored })
  const envelope = seal(payloadType, new TextEncoder().encode(canonicalJson(statement)), key)
  return `${canonicalJson(bundleOf(envelope, key.publicKey))}\n`
}

/**
 * Holds files against their signature: it is by one of the keys, each signed file is there with its digest, and there is no
 * other one. Nothing that the signature says is read before its bytes are verified.
 *
 * @param signature what `model.sig` holds
 * @param files all files that there are; those that the signature does not cover by its own word are passed over
 * @throws DaybookError SIGN_BAD_BUNDLE, SIGN_BAD_ENVELOPE, SIGN_NOT_BY_KEY, SIGN_BAD_STATEMENT, SIGN_BAD_NAME; of the files
 *   SIGN_FILE_MISSING, SIGN_FILE_CHANGED, SIGN_FILE_UNSIGNED, all of them as `.all`
 */
export async function verifyFiles(
  signature: Uint8Array,
  files: Files,
  keys: readonly VerifyingKey[],
): Promise<VerifiedFiles> {
  const { payload, key } = openBy(signature, keys)
  const statement = readStatement(payload)
  checkNames([...statement.resources.map(({ name }) => name)])
  for (const path of statement.ignored) checkName(path)
  const errors = await differences(statement, files)
  if (errors.length > 0) throw failAll(errors)
  return { ...statement, key: key.id }
}

/** The payload, and which of the keys signed it. */
function openBy(signature: Uint8Array, keys: readonly VerifyingKey[]): { payload: Uint8Array; key: VerifyingKey } {
  const { envelope, hint } = openBundle(signature)
  let refused: DaybookError | undefined
  for (const key of keys) {
    try {
      if (hint !== undefined && !hintsOf(key).includes(hint)) throw fail('SIGN_NOT_BY_KEY', { key: key.id })
      return { payload: unseal(envelope, payloadType, key), key }
    } catch (thrown) {
      refused ??= asDaybookError(thrown)
    }
  }
  throw refused ?? fail('SIGN_NO_KEY', {})
}

async function differences({ resources, ignored }: FilesStatement, files: Files): Promise<DaybookError[]> {
  const errors: DaybookError[] = []
  const signed = new Set<string>()
  for (const { name, algorithm, digest } of resources) {
    signed.add(name)
    const content = files.get(name)
    if (content === undefined) errors.push(fail('SIGN_FILE_MISSING', { file: name }))
    else {
      const found = await digestOf(content, algorithm).catch(asDaybookError)
      if (typeof found !== 'string') errors.push(found)
      else if (found !== digest) errors.push(fail('SIGN_FILE_CHANGED', { file: name }))
    }
  }
  const free = [signatureFile, ...ignored]
  for (const name of [...files.keys()].sort(byCodePoint))
    if (!signed.has(name) && !isIgnored(name, free)) errors.push(unsigned(name, signed))
  return errors
}

function unsigned(name: string, signed: ReadonlySet<string>): DaybookError {
  const like = [...signed].find((one) => lookAlikeNames([one, name]) !== undefined)
  const hint = like === undefined ? {} : { hint: `It looks like ${shownName(like)}, and is another file: remove it.` }
  return fail('SIGN_FILE_UNSIGNED', { file: shownName(name) }, hint)
}

/** True for a path of the list, or one below it. */
export function isIgnored(name: string, ignored: readonly string[]): boolean {
  return ignored.some((path) => name === path || name.startsWith(`${path}/`))
}

function checkNames(names: readonly string[]): void {
  for (const name of names) checkName(name)
  const pair = lookAlikeNames(names)
  if (pair !== undefined)
    throw fail('SIGN_BAD_NAME', {
      file: pair[1],
      reason: pair[0] === pair[1] ? 'stands twice' : `looks like ${pair[0]}`,
    })
}

function checkName(file: string): void {
  const reason = nameFault(file)
  if (reason !== undefined) throw fail('SIGN_BAD_NAME', { file: shownName(file), reason })
}

async function digestOf(content: FileContent, algorithm: string): Promise<string> {
  const hash = createHash(algorithm === 'blake2b' ? 'blake2b512' : 'sha256')
  if (content instanceof Uint8Array) hash.update(content)
  else for await (const chunk of content()) hash.update(chunk)
  return hash.digest('hex')
}

/** The order of the format: by code point, which is that of the bytes in UTF-8. */
function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
