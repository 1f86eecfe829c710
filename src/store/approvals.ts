import type { Digest } from '../base/digest.ts'
import { distinctChoices } from '../base/distinct-choices.ts'
import { fail } from '../base/errors.ts'
import type { SigningKey } from '../base/signing-key.ts'
import { type Attestation, attestationsOf, isSigned, putStatement } from './attestations.ts'
import { isTombstone } from './ledger-entry.ts'
import type { Store } from './open-store.ts'
import type { DemandedApproval, RunRecord } from './record.ts'
import { type Approval, approvalOf } from './statements.ts'

/** What a page demands: an approval in a role, by one of some keys or by any. */
export type ApprovalDemand = Pick<DemandedApproval, 'role' | 'keys'>

/** A signed approval that does not count, and why. */
export interface UncountedApproval {
  readonly role: string
  readonly key: string
  readonly run: string
  readonly why: string
}

/** How a result stands to what its page demands. */
export interface ApprovalState {
  /** One for each demand, in order. */
  readonly approvals: readonly DemandedApproval[]
  readonly uncounted: readonly UncountedApproval[]
}

interface Candidate {
  readonly run: string
  readonly statement: Digest
  readonly key: string
  readonly approval: NonNullable<Attestation['approval']>
}

/**
 * Signs off a run in a role.
 *
 * @throws DaybookError SIGN_OWN_RUN where the key attested the run, or one of equal result before it; STORE_…
 */
export async function approve(
  record: RunRecord,
  approval: Approval,
  key: SigningKey,
  store: Store,
): Promise<Attestation> {
  if ((await attestersOf(record, store)).has(key.id))
    throw fail('SIGN_OWN_RUN', { run: record.id, key: key.id, done: 'attested' })
  return putStatement(record, (entry) => approvalOf(record, entry, approval), key, store)
}

/**
 * Looks for the approvals that a page demands: signed statements about runs of this very result, each by another key, none by a
 * key that attested such a run until then.
 *
 * @param signer key that is about to sign the run which asks: who runs does not approve
 */
export async function findApprovals(
  digest: Digest,
  demands: readonly ApprovalDemand[],
  store: Store,
  signer?: string,
): Promise<ApprovalState> {
  const { candidates, uncounted } = await candidatesFor(digest, store, signer)
  const fits = ({ role, keys }: ApprovalDemand, { key, approval }: Candidate): boolean =>
    approval.role === role && (keys === null || keys.includes(key))
  const chosen = distinctChoices(
    demands.map((demand) => candidates.filter((one) => fits(demand, one)).map(({ key }) => key)),
  )
  const approvals = demands.map((demand, i): DemandedApproval => {
    const given = candidates.find((one) => one.key === chosen[i] && fits(demand, one))
    if (given === undefined) return waiting(demand)
    const { note, at } = given.approval
    return { ...demand, by: given.key, run: given.run, statement: given.statement, note, at }
  })
  const left = candidates.filter(({ statement }) => !approvals.some((one) => one.statement === statement))
  return { approvals, uncounted: [...uncounted, ...left.map((one) => ({ ...told(one), why: whyLeft(one, demands) }))] }
}

/** A demand that nobody met. */
export function waiting({ role, keys }: ApprovalDemand): DemandedApproval {
  return { role, keys, by: null, run: null, statement: null, note: null, at: null }
}

/** Roles whose approval is waited for, in words; undefined where there is none. */
export function awaited(approvals: readonly DemandedApproval[]): string | undefined {
  const roles = approvals.filter(({ by }) => by === null).map(({ role }) => role)
  return roles.length === 0 ? undefined : roles.join(', ')
}

/** Refuses a run whose page demands approvals that nobody gave until now. @throws DaybookError SIGN_NOT_APPROVED */
export async function requireApproved(record: RunRecord, store: Store): Promise<void> {
  const { approvals: demands = [] } = record
  if (demands.length === 0) return
  const roles = awaited((await findApprovals(record.digest, demands, store)).approvals)
  if (roles === undefined) return
  const [role = ''] = roles.split(', ')
  const hint = `Approve it: daybook approve ${record.id} --role ${role} --key FILE`
  throw fail('SIGN_NOT_APPROVED', { run: record.id, roles }, { hint })
}

/** Keys that attested runs of a result, up to a run of it (itself included). */
async function attestersOf({ id, digest }: RunRecord, store: Store): Promise<ReadonlySet<string>> {
  const attesters = new Set<string>()
  for await (const { run, statements } of signedRuns(digest, store)) {
    for (const { kind, key } of statements) if (kind === 'provenance') attesters.add(key)
    if (run === id) break
  }
  return attesters
}

async function candidatesFor(
  digest: Digest,
  store: Store,
  signer: string | undefined,
): Promise<{ readonly candidates: readonly Candidate[]; readonly uncounted: readonly UncountedApproval[] }> {
  const candidates: Candidate[] = []
  const uncounted: UncountedApproval[] = []
  const attesters = new Set<string>()
  for await (const { run, statements } of signedRuns(digest, store)) {
    for (const { kind, key } of statements) if (kind === 'provenance') attesters.add(key)
    for (const { key, approval, statement } of statements) {
      if (approval === undefined) continue
      const one = { run, statement, key, approval }
      if (attesters.has(key)) uncounted.push({ ...told(one), why: 'its key attested the run' })
      else if (key === signer) uncounted.push({ ...told(one), why: 'its key signs this run' })
      else candidates.push(one)
    }
  }
  return { candidates, uncounted }
}

/** Runs of a result that carry statements, oldest first, with those that hold. */
async function* signedRuns(digest: Digest, store: Store) {
  for (const entry of await store.ledger.entries()) {
    if (isTombstone(entry)) continue
    if (entry.digest !== digest || !(await isSigned(entry.run, store))) continue
    const record = await store.runs.read(entry.run).catch(() => undefined) // a damaged record is no ground for anything
    if (record === undefined || record.digest !== digest) continue
    yield { run: entry.run, statements: (await attestationsOf(record, store)).found }
  }
}

function told({ run, key, approval }: Candidate): Omit<UncountedApproval, 'why'> {
  return { role: approval.role, key, run }
}

function whyLeft({ key, approval: { role } }: Candidate, demands: readonly ApprovalDemand[]): string {
  const asked = demands.filter((demand) => demand.role === role)
  if (asked.length === 0) return 'the page does not ask for that role'
  if (asked.every(({ keys }) => keys !== null && !keys.includes(key)))
    return 'the page does not take its key in that role'
  return 'each approval is by another key, and its key or the role has one already'
}
