import type { DocumentKind } from './report/documents/index.ts'
import type { DrawingCache } from './report/figure.ts'
import type { ReadObject } from './report/view.ts'
import { type PageOptions, runPage as runPageWith } from './run/page.ts'
import type { FinishedRun, RunOptions } from './run/run-pipeline.ts'
import type { Verification } from './run/verify/verification.ts'
import type { VerifyOptions } from './run/verify/verify-run.ts'
import type { StoredToken } from './serve/access.ts'
import type { LoadOptions, NamedModel, ServedModel, ServeLog, ServeOptions, Server } from './serve/index.ts'
import type { ModelWords } from './serve/load-named.ts'
import type { ServeFile } from './serve/serve-file.ts'
import type { NewToken } from './serve/token-file.ts'
import type { RunEvent, RunRecord } from './store/index.ts'

// The public API. What only one command needs (the runner, the report, the server) is loaded when it is called.

export { DaybookError } from './base/errors.ts'
export { formatError } from './base/format-error.ts'
export { newKeyPair, type SigningKey, signingKey, type VerifyingKey, verifyingKey } from './base/signing-key.ts'
export { scoringKernels } from './kernels/index.ts'
export {
  type Model,
  type ModelManifest,
  openModel,
  type Prediction,
  type Signature,
} from './model/index.ts'
export { type ScoreFileOptions, scoreFile, scoreFileOptions } from './model/score-file.ts'
export type { Plan, PlannedCell } from './plan/index.ts'
export { type CellReason, whyRan } from './plan/why-ran.ts'
export { openRegistry, type RegistryOptions } from './plugin/open-registry.ts'
export type { Registry } from './plugin/registry.ts'
export type { DocumentKind } from './report/documents/index.ts'
export { version } from './run/observe.ts'
export {
  type PageOptions,
  planPage,
  resolvedPage,
  storeFolder,
  type ValidatedPage,
  validatePage,
} from './run/page.ts'
export { openRunModel } from './run/run-model.ts'
export type { FinishedRun, LockOutcome } from './run/run-pipeline.ts'
export type { Verification, VerifiedCell } from './run/verify/verification.ts'
export type { VerifyOptions } from './run/verify/verify-run.ts'
export { plainToken, type StoredToken } from './serve/access.ts'
export { type ServeConfiguration, serveConfiguration } from './serve/configuration.ts'
export type {
  Batching,
  Listening,
  LoadOptions,
  NamedModel,
  ServedModel,
  ServeLimits,
  ServeLog,
  ServeOptions,
  Server,
} from './serve/index.ts'
export type { ModelWords } from './serve/load-named.ts'
export type { ServeFile } from './serve/serve-file.ts'
export { composeSchema, type Pipeline } from './spec/index.ts'
export {
  type Approval,
  type Attestation,
  approve,
  attest,
  attestationsOf,
  attestedBy,
  type Collected,
  checkStore,
  collect,
  type Damage,
  type Difference,
  diffRuns,
  type Evaluation,
  type GcOptions,
  type LedgerEntry,
  openStore,
  type RunEvent,
  type RunRecord,
  type RunStatus,
  type Shown,
  type Store,
  type StoreCheck,
} from './store/index.ts'

/**
 * Makes an HTTP server over models; it answers once it is told to `listen`.
 *
 * @throws {DaybookError} SERVE_NEEDS_TOKEN where the host is open to others and there is no token
 */
export async function createServer(options: ServeOptions): Promise<Server> {
  const serve = await import('./serve/index.ts')
  return serve.createServer(options)
}

/**
 * Loads a run's model so that it can be served: checked against its digests (and its signature where there is a key), warm.
 *
 * @throws {DaybookError} STORE_…, SIGN_…, MODEL_…
 */
export async function loadRun(store: string, run: string, options: LoadOptions = {}): Promise<ServedModel> {
  const serve = await import('./serve/index.ts')
  return serve.loadRun(store, run, options)
}

/** Loads the versions behind a name. @throws {DaybookError} as {@link loadRun} */
export async function loadNamed(words: ModelWords, store: string, options: LoadOptions = {}): Promise<NamedModel> {
  const named = await import('./serve/load-named.ts')
  return named.loadNamed(words, store, options)
}

/** Reads a serve file. @throws {DaybookError} SPEC_…, each at its line */
export async function readServeFile(file: string): Promise<ServeFile> {
  const files = await import('./serve/serve-file.ts')
  return files.readServeFile(file)
}

/** Opens a log of JSON lines on stderr. */
export async function openServeLog(level: string): Promise<ServeLog> {
  const log = await import('./serve/log.ts')
  return log.openLog(level)
}

/** Makes a token, and the line that a token file keeps of it. @throws {DaybookError} SERVE_BAD_TOKEN */
export async function newToken(scopes: readonly string[], until?: string, note?: string): Promise<NewToken> {
  const tokens = await import('./serve/token-file.ts')
  return tokens.newToken(scopes, until, note)
}

/** Reads a token file. @throws {DaybookError} SERVE_BAD_TOKEN */
export async function readTokens(text: string, file: string): Promise<readonly StoredToken[]> {
  const tokens = await import('./serve/token-file.ts')
  return tokens.readTokens(text, file)
}

/**
 * Replays a run from its record in a clean store and compares what every cell gives. Yields the events of the replay.
 *
 * @throws {DaybookError} RUN_INTERRUPTED where it was told to stop
 */
export async function* verifyRun(record: RunRecord, options: VerifyOptions): AsyncGenerator<RunEvent, Verification> {
  const verify = await import('./run/verify/verify-run.ts')
  return yield* verify.verifyRun(record, options)
}

/** Writes a document of a run: its model card, its bill of materials, its lineage. */
export async function writeDocument(kind: DocumentKind, record: RunRecord, read: ReadObject): Promise<string> {
  const documents = await import('./report/documents/index.ts')
  return documents.writeDocument(kind, record, read)
}

/** Sets a run as one offline HTML page. */
export async function renderReport(record: RunRecord, read: ReadObject, cache?: DrawingCache): Promise<string> {
  const report = await import('./report/index.ts')
  return report.renderReport(record, read, cache)
}

/**
 * Runs a page: what is stale, as events happen; then the record, the report and the ledger's entry are written.
 *
 * @throws {DaybookError} all that is wrong with the page, before any event, or with the page over its data: then there is no
 *   record. A cell that fails, a gate that fails and an interruption are recorded.
 */
export function runPage(
  file: string,
  options: PageOptions & Pick<RunOptions, 'signal' | 'command' | 'executor'> = {},
): AsyncGenerator<RunEvent, FinishedRun> {
  return runPageWith(file, { report: renderReport, ...options })
}
