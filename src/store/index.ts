export {
  type ApprovalDemand,
  type ApprovalState,
  approve,
  awaited,
  findApprovals,
  requireApproved,
  type UncountedApproval,
  waiting,
} from './approvals.ts'
export {
  type Attestation,
  attest,
  attestationsOf,
  attestedBy,
  type TrustedAttestation,
} from './attestations.ts'
export type { CellEntry, Cells } from './cells.ts'
export { checkRun, filesInList, type RunCheck, type RunCheckOptions } from './check-run.ts'
export type * from './checks.ts'
export type { Damage } from './damage.ts'
export { type Bounds, type Difference, diffRuns } from './diff-runs.ts'
export type { Drawings } from './drawings.ts'
export type * from './evaluation.ts'
export { type ForgetOptions, type Forgotten, forget } from './forget.ts'
export { checkStore, type StoreCheck } from './fsck.ts'
export { type Collected, collect, type GcOptions } from './gc.ts'
export type { Ledger, LedgerView } from './ledger.ts'
export { type ChainEntry, isTombstone, type LedgerBody, type LedgerEntry, type Tombstone } from './ledger-entry.ts'
export type { ObjectStore } from './objects.ts'
export { openStore, type Store, type StoreOptions } from './open-store.ts'
export { objectsNamed, objectsOf } from './reach.ts'
export type * from './record.ts'
export { type BrokenApproval, checkRelied, keepRelied, reliedFolder } from './relied.ts'
export { inputsOf } from './rows-of-inputs.ts'
export { newRunId, type Runs } from './runs.ts'
export type { Approval, Statement } from './statements.ts'
export type { OnStep, Step } from './steps.ts'
