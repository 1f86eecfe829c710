import type { SigningKey, VerifyingKey } from './base/signing-key.ts'
import type { Baseline } from './model/drift/baseline.ts'
import type { Drift } from './model/drift/drift-file.ts'
import type { Model } from './model/index.ts'
import type { ScoreFileOptions } from './model/score-file.ts'
import type { ExportedRun, ExportOptions } from './package/export-run.ts'
import type { Files, SignFilesOptions, SignFolderOptions, VerifiedFiles } from './package/index.ts'
import type { Proof, ProveOptions } from './package/prove-receipt.ts'
import type { ArchiveVerification, VerifyArchiveOptions } from './package/verify-archive.ts'
import type { PackageVerification } from './package/verify-package.ts'
import type { DocumentKind, Signed } from './report/documents/index.ts'
import type { PostOptions } from './report/documents/post-events.ts'
import type { DrawingCache } from './report/figure.ts'
import type { ReadObject } from './report/view.ts'
import type { PredictionComparison } from './run/diff/compare-predictions.ts'
import type { OpenedPackage } from './run/open-package.ts'
import type { PackageOptions } from './run/package-run.ts'
import { type PageOptions, runPage as runPageWith } from './run/page.ts'
import type { FinishedRun, RunOptions } from './run/run-pipeline.ts'
import type { SampleOptions } from './run/verify/sample-run.ts'
import type { Verification } from './run/verify/verification.ts'
import type { VerifyOptions } from './run/verify/verify-run.ts'
import type { StoredToken } from './serve/access.ts'
import type { LoadOptions, NamedModel, ServedModel, ServeLog, ServeOptions, Server } from './serve/index.ts'
import type { ModelWords } from './serve/load-named.ts'
import type { ServeFile } from './serve/serve-file.ts'
import type { NewToken } from './serve/token-file.ts'
import type { LedgerEntry, RunEvent, RunRecord, Store } from './store/index.ts'
import type { ReceiptFile } from './store/receipts/receipt-file.ts'

// The public API. What only one command needs (the runner, the report, the server) is loaded when it is called.

export { DaybookError } from './base/errors.ts'
export { formatError } from './base/format-error.ts'
export { newKeyPair, type SigningKey, signingKey, type VerifyingKey, verifyingKey } from './base/signing-key.ts'
export { scoringKernels } from './kernels/index.ts'
export type { Baseline } from './model/drift/baseline.ts'
export type { QuantityDrift } from './model/drift/compare.ts'
export type { Drift, Refusal } from './model/drift/drift-file.ts'
export {
  type Model,
  type ModelManifest,
  openModel,
  type Prediction,
  type Signature,
} from './model/index.ts'
export { type ScoreFileOptions, scoreFile, scoreFileOptions } from './model/score-file.ts'
export type { ExportedRun, ExportOptions } from './package/export-run.ts'
export type { FileContent, Files, SignFilesOptions, SignFolderOptions, VerifiedFiles } from './package/index.ts'
export type { Proof, ProveOptions } from './package/prove-receipt.ts'
export type { ArchiveVerification, VerifyArchiveOptions } from './package/verify-archive.ts'
export type { PackageVerification } from './package/verify-package.ts'
export type { Plan, PlannedCell } from './plan/index.ts'
export { type CellReason, whyRan } from './plan/why-ran.ts'
export { openRegistry, type RegistryOptions } from './plugin/open-registry.ts'
export type { Registry } from './plugin/registry.ts'
export type { DocumentKind, Signed, SignOff } from './report/documents/index.ts'
export type { PostOptions } from './report/documents/post-events.ts'
export type { PredictionComparison, PredictionDiff } from './run/diff/compare-predictions.ts'
export { userName, version } from './run/observe.ts'
export type { OpenedPackage } from './run/open-package.ts'
export type { PackageOptions } from './run/package-run.ts'
export {
  type PageOptions,
  planPage,
  resolvedPage,
  storeFolder,
  type ValidatedPage,
  validatePage,
} from './run/page.ts'
export { openRunModel, runBaseline } from './run/run-model.ts'
export type { FinishedRun, LockOutcome } from './run/run-pipeline.ts'
export type { SampleOptions } from './run/verify/sample-run.ts'
export type { FileCheck, FileProblem, Verification, VerifiedCell } from './run/verify/verification.ts'
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
  type ApprovalDemand,
  type ApprovalState,
  type Attestation,
  approve,
  attest,
  attestationsOf,
  attestedBy,
  type Bounds,
  type ChainEntry,
  type Collected,
  checkRelied,
  checkStore,
  collect,
  type Damage,
  type DemandedApproval,
  type Difference,
  diffRuns,
  type Evaluation,
  type ForgetOptions,
  type Forgotten,
  findApprovals,
  forget,
  type GcOptions,
  inputsOf,
  isTombstone,
  type LedgerEntry,
  openStore,
  type RunEvent,
  type RunRecord,
  type RunStatus,
  requireApproved,
  type Shown,
  type Store,
  type StoreCheck,
  type Tombstone,
  type TrustedAttestation,
  type UncountedApproval,
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
  return named.loadNamed(words, store, { verifySigned, ...options })
}

function verifySigned(folder: string, key: VerifyingKey): Promise<VerifiedFiles> {
  return verifyFolder(folder, [key])
}

/**
 * What a word names that stands for a model: the pipeline of a run, or of a package's folder.
 *
 * @param runs asked where it is no package
 */
export async function pipelineOf(word: string, runs: () => Promise<Store['runs']>): Promise<string> {
  const packages = await import('./run/open-package.ts')
  if (await packages.isPackageFolder(word)) return (await packages.readPackageList(word)).pipeline
  return (await (await runs()).find(word)).pipeline
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

/**
 * Scores the test rows of the second run with the models of both, and says where the predictions differ; nothing where both
 * have one model.
 */
export async function comparePredictions(
  a: RunRecord,
  b: RunRecord,
  store: Store,
): Promise<PredictionComparison | undefined> {
  const diff = await import('./run/diff/compare-predictions.ts')
  return diff.comparePredictions(a, b, store)
}

/** Holds a run against its digests, without repeating it: every file and every object that it needs. */
export async function verifyDigests(entry: LedgerEntry, store: Store): Promise<Verification> {
  const verify = await import('./run/verify/verify-digests.ts')
  return verify.verifyDigests(entry, store)
}

/**
 * Runs a seeded sample of a run's cells again, each alone from what the store holds, and compares what they give with the cache.
 *
 * @throws {DaybookError} RUN_INTERRUPTED where it was told to stop
 */
export async function sampleRun(record: RunRecord, store: Store, options: SampleOptions): Promise<Verification> {
  const verify = await import('./run/verify/sample-run.ts')
  return verify.sampleRun(record, store, options)
}

/**
 * Packs a run into one file, for whoever is to check or repeat it elsewhere.
 *
 * @throws {DaybookError} ARCHIVE_RUN_DAMAGED, ARCHIVE_NO_INPUT, ARCHIVE_EXISTS
 */
export async function exportRun(entry: LedgerEntry, store: Store, options: ExportOptions): Promise<ExportedRun> {
  const archive = await import('./package/export-run.ts')
  return archive.exportRun(entry, store, options)
}

/**
 * Verifies a run from an archive alone: every file, then a replay. Yields the events of the replay.
 *
 * @throws {DaybookError} TAR_…, ARCHIVE_… where it is no archive of a run; RUN_INTERRUPTED where it was told to stop
 */
export async function* verifyArchive(
  file: string,
  options: VerifyArchiveOptions,
): AsyncGenerator<RunEvent, ArchiveVerification> {
  const archive = await import('./package/verify-archive.ts')
  return yield* archive.verifyArchive(file, options)
}

/**
 * Signs a set of files by OpenSSF Model Signing v1.0: the text of their `model.sig`.
 *
 * @throws {DaybookError} SIGN_BAD_NAME, SIGN_NO_FILES
 */
export async function signFiles(files: Files, key: SigningKey, options: SignFilesOptions): Promise<string> {
  const signing = await import('./package/index.ts')
  return signing.signFiles(files, key, options)
}

/**
 * Holds files against what their `model.sig` holds: signed by one of the keys, each with its digest, and no other one there.
 *
 * @throws {DaybookError} SIGN_…, with all that is wrong with the files as `.all`
 */
export async function verifyFiles(
  signature: Uint8Array,
  files: Files,
  keys: readonly VerifyingKey[],
): Promise<VerifiedFiles> {
  const signing = await import('./package/index.ts')
  return signing.verifyFiles(signature, files, keys)
}

/** Signs a folder: writes `model.sig` into it and gives its path. */
export async function signFolder(folder: string, key: SigningKey, options?: SignFolderOptions): Promise<string> {
  const signing = await import('./package/index.ts')
  return signing.signFolder(folder, key, options)
}

/** Holds a folder against the `model.sig` in it. */
export async function verifyFolder(folder: string, keys: readonly VerifyingKey[]): Promise<VerifiedFiles> {
  const signing = await import('./package/index.ts')
  return signing.verifyFolder(folder, keys)
}

/**
 * Writes the files of a run's model into a new folder, signed: `model.json`, its states, `model.sig`.
 *
 * @throws {DaybookError} RUN_NO_MODEL, SIGN_FOLDER
 */
export async function writeSignedModel(
  record: RunRecord,
  store: Store,
  key: SigningKey,
  folder: string,
): Promise<void> {
  const { modelFiles, signatureFile, signFiles, writeFiles } = await import('./package/index.ts')
  const files = await modelFiles(record, store)
  const signature = await signFiles(files, key, { name: record.pipeline })
  await writeFiles(folder, new Map<string, Uint8Array | string>([...files, [signatureFile, signature]]))
}

/**
 * Writes a document of a run: its model card, its bill of materials, its lineage, an audit dossier.
 *
 * @param signed what {@link signedFor} tells: without it, documents say nothing of sign-offs and the ledger
 */
export async function writeDocument(
  kind: DocumentKind,
  record: RunRecord,
  read: ReadObject,
  signed?: Signed,
): Promise<string> {
  const documents = await import('./report/documents/index.ts')
  return documents.writeDocument(kind, record, read, signed)
}

/** A run's ledger entry and the statements signed about it that verify, for its documents. */
export async function signedFor(record: RunRecord, store: Store): Promise<Signed> {
  const signed = await import('./report/documents/signed.ts')
  return signed.signedFor(record, store)
}

/**
 * Sends lineage events to a collector, one POST each.
 *
 * @param lines as {@link writeDocument} gives them
 * @throws {DaybookError} POST_…
 */
export async function postEvents(lines: string, url: string, options?: PostOptions): Promise<number> {
  const post = await import('./report/documents/post-events.ts')
  return post.postEvents(lines, url, options)
}

/**
 * Makes a package of a run's model, as if its page had named the target under `deploy`.
 *
 * @returns files by path
 * @throws {DaybookError} RUN_NO_MODEL, PACKAGE_…, what is wrong with the target or its params
 */
export async function packageRun(
  store: Store,
  record: RunRecord,
  options: PackageOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const run = await import('./run/package-run.ts')
  return run.packageRun(store, record, options)
}

/**
 * Holds a package's files against its list and asks it for its examples again.
 *
 * @throws {DaybookError} PACKAGE_BROKEN
 */
export async function verifyPackage(folder: string): Promise<PackageVerification> {
  const verify = await import('./package/verify-package.ts')
  return verify.verifyPackage(folder)
}

/** A package's files as an archive that npm installs: equal files give equal bytes. @throws {DaybookError} TAR_… */
export async function packTarball(files: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> {
  const tarball = await import('./package/tarball.ts')
  return tarball.packTarball(files)
}

/**
 * Opens the model in a package folder (npm, docker, lambda), without running its code: its data are held against their digests and
 * opened with the plugins that come with Daybook.
 *
 * @throws {DaybookError} PACKAGE_BROKEN, PACKAGE_NO_MODEL, PACKAGE_NOT_EQUAL, MODEL_…
 */
export async function openPackage(folder: string): Promise<OpenedPackage> {
  const packages = await import('./run/open-package.ts')
  return packages.openPackage(folder)
}

/** Loads the model in a package folder so that it can be served, as {@link loadRun} does a run's. */
export async function loadPackage(folder: string, options: LoadOptions = {}): Promise<ServedModel> {
  const serve = await import('./serve/index.ts')
  return serve.loadPackage(folder, { verifySigned, ...options })
}

/**
 * Holds the rows of a file, and what a model says of them, against where its training rows lay.
 *
 * @throws {DaybookError} as {@link scoreFile}, but for rows at fault: those are counted
 */
export async function driftFile(
  path: string,
  model: Model,
  baseline: Baseline,
  options?: ScoreFileOptions,
): Promise<Drift> {
  const drift = await import('./model/drift/drift-file.ts')
  return drift.driftFile(path, model, baseline, options)
}

/**
 * Opens the file that a server writes its decisions' receipts to; what is there is put aside, and the new file goes on from it.
 *
 * @throws {DaybookError} RECEIPTS_…
 */
export async function openReceipts(file: string, key: SigningKey): Promise<ReceiptFile> {
  const receipts = await import('./store/receipts/receipt-file.ts')
  return new receipts.ReceiptFile(file, key)
}

/** Proves a decision by its receipt, or checks a whole file of them. @throws {DaybookError} RECEIPTS_UNREADABLE, PACKAGE_BROKEN */
export async function proveReceipt(file: string, options: ProveOptions): Promise<Proof> {
  const prove = await import('./package/prove-receipt.ts')
  return prove.proveReceipt(file, options)
}

/** Sets a run as one offline HTML page. */
export async function renderReport(
  record: RunRecord,
  read: ReadObject,
  cache?: DrawingCache,
  signed?: Signed,
): Promise<string> {
  const report = await import('./report/index.ts')
  return report.renderReport(record, read, cache, signed)
}

/**
 * Runs a page: what is stale, as events happen; then the record, the report and the ledger's entry are written.
 *
 * @throws {DaybookError} all that is wrong with the page, before any event, or with the page over its data: then there is no
 *   record. A cell that fails, a gate that fails and an interruption are recorded.
 */
export async function* runPage(
  file: string,
  options: PageOptions & Pick<RunOptions, 'signal' | 'command' | 'executor' | 'key'> = {},
): AsyncGenerator<RunEvent, FinishedRun> {
  const run = runPageWith(file, { report: renderReport, ...options })
  let isPrepared = false
  try {
    for (let next = await run.next(); ; next = await run.next()) {
      if (next.done) return next.value
      // This thread waits while workers compute: time to load what the report will need.
      if (next.value.type === 'cellStarted' && !isPrepared) {
        isPrepared = true
        void prepareReport()
      }
      yield next.value
    }
  } finally {
    await run.return(undefined as never)
  }
}

async function prepareReport(): Promise<void> {
  try {
    const { prepareDrawing } = await import('./report/figure.ts')
    await prepareDrawing()
  } catch {} // what is wrong shows when the report is set
}
