import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byCodeUnit, canonicalJson } from '../base/canonical.ts'
import { type Digest, digestBytes } from '../base/digest.ts'
import { type Envelope, seal, unseal } from '../base/dsse.ts'
import { asDaybookError, type DaybookError, fail } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type SigningKey, type VerifyingKey, verifyingKey } from '../base/signing-key.ts'
import { createDurably, namesIn } from './durable.ts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { Store } from './open-store.ts'
import type { RunRecord } from './record.ts'
import {
  type Approval,
  approvalType,
  provenanceOf,
  provenanceType,
  type Statement,
  statementPayload,
  subjectsOf,
} from './statements.ts'

/** A statement about a run, and whose key signed it. */
export interface Attestation {
  readonly kind: 'provenance' | 'approval'
  readonly key: string
  /** Digest of the signed statement's file, by which others name it. */
  readonly statement: Digest
  /** Approval alone. */
  readonly approval?: Approval
  readonly envelope: Envelope
}

/** What stands in a file: the envelope as other tools read it, and the public key beside it. */
interface Signed {
  readonly envelope: Envelope
  readonly publicKey: string
}

/**
 * Signs where a run came from.
 *
 * @throws DaybookError SIGN_OWN_RUN where the key approved the run; STORE_…
 */
export async function attest(record: RunRecord, key: SigningKey, store: Store): Promise<Attestation> {
  const { found } = await attestationsOf(record, store)
  if (found.some((one) => one.kind === 'approval' && one.key === key.id))
    throw fail('SIGN_OWN_RUN', { run: record.id, key: key.id, done: 'approved' })
  return putStatement(record, (entry) => provenanceOf(record, entry), key, store)
}

/**
 * The statements about a run, each verified by the key that lies with it and held against the run: who trusts none but some
 * keys compares `key`.
 */
export async function attestationsOf(
  record: RunRecord,
  store: Store,
): Promise<{
  readonly found: readonly Attestation[]
  readonly damaged: readonly { path: string; error: DaybookError }[]
}> {
  const found: Attestation[] = []
  const damaged: { path: string; error: DaybookError }[] = []
  const entry = await store.runs.find(record.id)
  for (const name of (await namesIn(statementsFolder(record.id, store))).sort(byCodeUnit)) {
    const path = join('runs', record.id, 'attestations', name)
    try {
      found.push({
        ...check(await readSigned(join(store.folder, path), name), record, entry),
        statement: name.replace(/\.json$/, ''),
      })
    } catch (thrown) {
      damaged.push({ path, error: asDaybookError(thrown) })
    }
  }
  return { found, damaged }
}

/** A statement, and whether its key is among those that are trusted. */
export interface TrustedAttestation extends Attestation {
  readonly trusted: boolean
}

/**
 * All statements about a run, whose provenance one of the trusted keys must have signed. Statements by other keys are no fault:
 * anybody can add one, and it is told that they are not trusted.
 *
 * @throws DaybookError SIGN_ABSENT, SIGN_OTHER_RUN, SIGN_BAD_ENVELOPE
 */
export async function attestedBy(
  record: RunRecord,
  keys: readonly VerifyingKey[],
  store: Store,
): Promise<readonly TrustedAttestation[]> {
  const { found, damaged } = await attestationsOf(record, store)
  const [first] = damaged
  if (first !== undefined) throw first.error
  const statements = found.map((one) => {
    const key = keys.find(({ id }) => id === one.key)
    if (key !== undefined) unseal(one.envelope, statementPayload, key)
    return { ...one, trusted: key !== undefined }
  })
  if (!statements.some(({ kind, trusted }) => trusted && kind === 'provenance'))
    throw fail('SIGN_ABSENT', { run: record.id, key: keys.map(({ id }) => id).join(' or ') })
  return statements
}

/** Signs a statement about a run and keeps it with the run. */
export async function putStatement(
  record: RunRecord,
  about: (entry: LedgerEntry) => Statement,
  key: SigningKey,
  store: Store,
): Promise<Attestation> {
  const entry = await store.runs.find(record.id)
  const payload = new TextEncoder().encode(canonicalJson(about(entry)))
  const signed: Signed = { envelope: seal(statementPayload, payload, key), publicKey: key.publicKey.pem }
  const text = `${canonicalJson(signed as unknown as Json)}\n`
  const statement = digestBytes(text)
  await createDurably(join(statementsFolder(record.id, store), `${statement}.json`), text)
  return { ...check(signed, record, entry), statement }
}

/** True where files of statements lie with a run. */
export async function isSigned(run: string, store: Store): Promise<boolean> {
  return (await namesIn(statementsFolder(run, store))).length > 0
}

/** Folder of the statements about a run. */
export function statementsFolder(run: string, store: Store): string {
  return join(store.runs.folder(run), 'attestations')
}

/** A statement's file, which has the digest that it is named by. @throws DaybookError SIGN_BAD_ENVELOPE */
export async function readSigned(path: string, name: string): Promise<Signed> {
  const text = await readFile(path, 'utf8')
  if (name !== `${digestBytes(text)}.json`) throw fail('SIGN_BAD_ENVELOPE', { reason: 'it does not have its digest' })
  return JSON.parse(text) as Signed
}

/** A statement, verified by the key beside it. @throws DaybookError SIGN_BAD_KEY, SIGN_BAD_ENVELOPE, SIGN_NOT_BY_KEY */
export function openStatement({ envelope, publicKey }: Signed): {
  readonly key: VerifyingKey
  readonly statement: Statement
} {
  const key = verifyingKey(publicKey)
  return { key, statement: JSON.parse(new TextDecoder().decode(unseal(envelope, statementPayload, key))) as Statement }
}

/** Verifies a statement by the key beside it, and that it speaks of this very run. */
function check(signed: Signed, record: RunRecord, entry: LedgerEntry): Omit<Attestation, 'statement'> {
  const { key, statement } = openStatement(signed)
  const { envelope } = signed
  const expected = canonicalJson(subjectsOf(record, entry) as unknown as Json)
  if (canonicalJson(statement.subject as unknown as Json) !== expected) {
    const names = subjectsOf(record, entry)
      .filter(
        ({ name, digest }) =>
          !statement.subject.some((one) => one.name === name && one.digest.sha256 === digest.sha256),
      )
      .map(({ name }) => name)
    throw fail('SIGN_OTHER_RUN', { run: record.id, reason: `another ${names.join(', ') || 'list of subjects'}` })
  }
  const { role, note, at } = statement.predicate as unknown as Approval
  switch (statement.predicateType) {
    case provenanceType:
      return { kind: 'provenance', key: key.id, envelope }
    case approvalType:
      if (![role, note, at].every((text) => typeof text === 'string'))
        throw fail('SIGN_BAD_ENVELOPE', { reason: 'its approval has no role, note or time' })
      return { kind: 'approval', key: key.id, approval: { role, note, at }, envelope }
    default:
      throw fail('SIGN_BAD_ENVELOPE', { reason: `its predicate is of type ${statement.predicateType}` })
  }
}
