export {
  type ApprovalDemand,
  type ApprovalState,
  approve,
  awaited,
  checkRelied,
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
export { type Difference, diffRuns } from './diff-runs.ts'
export type { Drawings } from './drawings.ts'
export type * from './evaluation.ts'
export { checkStore, type Damage, type StoreCheck } from './fsck.ts'
export { type Collected, collect, type GcOptions } from './gc.ts'
export type { Ledger, LedgerBody, LedgerEntry } from './ledger.ts'
export type { ObjectStore } from './objects.ts'
export { openStore, type Store } from './open-store.ts'
export type * from './record.ts'
export { newRunId, type Runs } from './runs.ts'
export type { Approval, Statement } from './statements.ts'
