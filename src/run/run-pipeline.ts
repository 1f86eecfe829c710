import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import { type Digest, digestJson } from '../base/digest.ts'
import { asDaybookError, type DaybookError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import type { SigningKey } from '../base/signing-key.ts'
import { type Frame, frameFromState } from '../frame/index.ts'
import { type Plan, planPipeline } from '../plan/index.ts'
import { decodeState } from '../plugin/api.ts'
import { isIgnored } from '../spec/ignore.ts'
import type { CellSpec, Pipeline } from '../spec/pipeline.ts'
import {
  attest,
  type DemandedApproval,
  findApprovals,
  keepRelied,
  newRunId,
  type RunEvent,
  type RunRecord,
  type Store,
  type UncountedApproval,
} from '../store/index.ts'
import { EventQueue } from './event-queue.ts'
import type { Moved } from './lock.ts'
import { demandsOf, makeRecord, resultOf } from './make-record.ts'
import { observeMachine } from './observe.ts'
import { observeGit } from './observe-git.ts'
import { observeInputs } from './observe-inputs.ts'
import { observeLockfile } from './observe-lockfile.ts'
import { pagePlugins } from './page-plugins.ts'
import { type CellOutcome, type PlanOutcome, runPlan } from './schedule.ts'
import type { Executor } from './task.ts'
import { collectWarnings } from './warnings.ts'
import { WorkerExecutor } from './worker-executor.ts'

export interface RunOptions {
  readonly pipeline: Pipeline
  readonly store: Store
  /** A plan of just this pipeline and store, where the caller has one. */
  readonly plan?: Plan
  /** Cells that run at a time. Changes nothing but the time. */
  readonly threads: number
  readonly signal?: AbortSignal
  /** Sets of plugins that workers open. Default: the set that comes with Daybook. */
  readonly sets?: readonly string[]
  /** Where cells run. Default: worker threads. */
  readonly executor?: () => Executor
  /** Sets the run as a page: given from above, since reports stand above runs. */
  readonly report?: (
    record: RunRecord,
    read: (digest: Digest) => Promise<Uint8Array>,
    drawings: Store['drawings'],
  ) => Promise<string>
  /** Holds the page against its typed data, before anything is made of it. */
  readonly checkData?: (frame: Frame) => Promise<readonly DaybookError[]>
  /** The command that repeats it, for the record. */
  readonly command?: string
  /** Signs where the run came from, once it is recorded. */
  readonly key?: SigningKey
  /** Approvals that are taken as given, where a run is replayed from a record. Default: they are looked for in the store. */
  readonly approvals?: readonly DemandedApproval[]
}

/** How a run stands to its page's lock: what is not as it says. */
export interface LockOutcome {
  readonly file: string
  readonly state: 'kept' | 'moved' | 'updated'
  readonly moved: readonly Moved[]
}

/** A run that was recorded, however it ended. */
export interface FinishedRun {
  readonly record: RunRecord
  /** Folder of its files. */
  readonly folder: string
  /** Folder of the store. */
  readonly store: string
  /** Warnings of all its cells, cached ones too, and how many of them the page silences. */
  readonly warnings: { readonly count: number; readonly silenced: number }
  /** Path of the report, where one was made. */
  readonly report?: string
  /** What ended it early, at its place in the page. */
  readonly problem?: DaybookError
  /** The page's lock, where it has one. */
  readonly lock?: LockOutcome
  /** The key that signed the run. */
  readonly attestation?: { readonly key: string }
  /** Signed approvals of the result that do not count, and why. */
  readonly uncounted?: readonly UncountedApproval[]
}

/**
 * Runs what is stale of a page and records the run: events as they happen, the record at the end. A cell that fails, a gate
 * that fails and an interruption end in a record too.
 *
 * @throws DaybookError what planning throws, or STORE_LEDGER_DAMAGED where no run can be added, before any event; all that is
 *   wrong with the data, or with the page over it, once the rows were read: such a run leaves no record; STORE_… where the
 *   record cannot be written
 */
export async function* runPipeline(options: RunOptions): AsyncGenerator<RunEvent, FinishedRun> {
  const { pipeline, store, threads, sets, command = '' } = options
  const id = newRunId()
  const startedAt = new Date()
  const start = performance.now()
  const lockfile = observeLockfile(pipeline.source.folder)
  const endLease = await store.leases.take(id)
  const git = observeGit(pipeline.source.folder)
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal

  setMaxListeners(0, signal) // every running cell listens: there is no leak to warn of

  const events: RunEvent[] = []
  const queue = new EventQueue<RunEvent>()
  const tell = (event: RunEvent): void => {
    events.push(event)
    queue.push(event)
  }
  let uncounted: readonly UncountedApproval[] = []
  const approvalsOf = async (cells: readonly CellOutcome[]): Promise<readonly DemandedApproval[]> => {
    if (options.approvals !== undefined) return options.approvals
    const digest = digestJson(resultOf(pipeline, { cells }) as unknown as Json)
    const state = await findApprovals(digest, demandsOf(pipeline), store, options.key?.id)
    uncounted = state.uncounted
    return state.approvals
  }
  let executor: Executor | undefined
  const openExecutor = (): Executor => {
    executor ??=
      options.executor?.() ?? new WorkerExecutor({ store: store.folder, folder: pipeline.source.folder, sets, threads })
    return executor
  }
  try {
    // Only now: what was cached when the caller planned may have been collected since; from here on nothing is.
    const plan =
      options.plan === undefined ? await planPipeline(pipeline, store) : await stillCached(options.plan, store)
    await store.ledger.head() // a ledger that takes no entry is told of now, not after the last cell
    const before = await store.runs.latestOf(pipeline.name)
    tell({ type: 'runStarted', run: id, pipeline: pipeline.name, cells: plan.cells.map((cell) => cell.id) })
    const checkData = async (frame: Digest): Promise<readonly DaybookError[]> =>
      (await options.checkData?.(frameFromState(decodeState(await store.objects.get(frame))))) ?? []
    const running = runPlan({
      plan,
      store,
      run: id,
      threads,
      signal,
      executor: openExecutor,
      onEvent: tell,
      isSilenced: (cell, warning) => isIgnored(pipeline.ignore, { cell, ...warning }),
      checkData,
      ...(pipeline.approvals.length > 0 && { findApprovals: approvalsOf }),
    }).finally(() => queue.close())
    running.catch(() => {}) // awaited below, when the events are through
    yield* queue
    const outcome = placed(await running, pipeline)
    if (outcome.invalid) throw outcome.problem
    const warnings = collectWarnings(pipeline, outcome, events)
    const useless = warnings.filter(({ warning }) => warning.code === 'IGNORED_NOTHING')
    for (const { cell, warning } of useless) {
      const told: RunEvent = { type: 'cellWarned', cell, warning, silenced: false }
      events.push(told)
      yield told
    }
    const finishedAt = new Date()
    const record = makeRecord({
      id,
      pipeline,
      outcome,
      previous: before?.digest ?? null,
      warnings,
      observed: {
        ...observeMachine(),
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        durationMs: Math.round(performance.now() - start),
        threads,
        command,
        pageFile: pipeline.source.file,
        inputs: await observeInputs(pipeline, outcome.cells),
        plugins: pagePlugins(pipeline),
        lockfile: await lockfile,
        ...withGit(await git),
      },
    })
    const ended: RunEvent = { type: 'runEnded', run: id, status: record.status, digest: record.digest }
    events.push(ended)
    if (outcome.problem?.code === 'STORE_UNWRITABLE') await endLease() // what it took up is room for the record
    await writeTargets(store, id, outcome.cells)
    if (options.approvals === undefined) await keepRelied(record, store)
    const report = await setReport(options, record)
    await store.runs.write(record, events, report.text)
    const signed = options.key && (await attest(record, options.key, store))
    if (report.problem !== undefined) throw report.problem // the run is recorded all the same
    yield ended
    const folder = store.runs.folder(id)
    return {
      record,
      folder,
      store: store.folder,
      warnings: { count: warnings.length, silenced: warnings.filter(({ silenced }) => silenced).length },
      ...(report.text !== undefined && { report: join(folder, 'report.html') }),
      ...(outcome.problem !== undefined && { problem: outcome.problem }),
      ...(signed && { attestation: { key: signed.key } }),
      ...(uncounted.length > 0 && { uncounted }),
    }
  } finally {
    stop.abort() // also where the caller stops listening
    await executor?.close()
    await endLease()
  }
}

/** A plan of which what is cached is still there. */
async function stillCached(plan: Plan, store: Store): Promise<Plan> {
  const cells = plan.cells.map(async (cell) => {
    if (cell.cached === undefined || (await store.cells.get(cell.key)) !== undefined) return cell
    return { ...cell, cached: undefined, why: 'what was cached was removed meanwhile' }
  })
  return { ...plan, cells: await Promise.all(cells) }
}

async function setReport(
  { report, store }: RunOptions,
  record: RunRecord,
): Promise<{ readonly text?: string; readonly problem?: DaybookError }> {
  if (report === undefined) return {}
  try {
    return { text: await report(record, (digest) => store.objects.get(digest), store.drawings) }
  } catch (thrown) {
    return { problem: asDaybookError(thrown) }
  }
}

function withGit(git: RunRecord['observed']['git']): Pick<RunRecord['observed'], 'git'> {
  return git === undefined ? {} : { git }
}

/** Copies what targets wrote beside the record. */
async function writeTargets(store: Store, run: string, cells: readonly CellOutcome[]): Promise<void> {
  for (const { cell, entry } of cells) {
    const list = cell.work.type === 'deploy' ? entry?.outputs.files : undefined
    if (list === undefined) continue
    const files = JSON.parse(new TextDecoder().decode(await store.objects.get(list))) as Readonly<
      Record<string, Digest>
    >
    for (const [path, digest] of Object.entries(files)) {
      await store.runs.writeFile(run, `deploy/${cell.id}/${path}`, await store.objects.get(digest))
    }
  }
}

/** Says where in the page the cell stands that failed. */
function placed(outcome: PlanOutcome, pipeline: Pipeline): PlanOutcome {
  const { problem } = outcome
  if (problem?.cell === undefined || problem.at !== undefined) return outcome
  const { path } = specOf(pipeline, problem.cell) ?? {}
  if (path === undefined) return outcome
  return { ...outcome, problem: problem.with({ at: pipeline.source.place(path) }) }
}

function specOf(pipeline: Pipeline, cell: string): CellSpec | undefined {
  if (cell === 'train') return pipeline.algorithm
  const { sources, preprocess, compress, deploy } = pipeline
  const named = [...sources, ...preprocess].find(({ id }) => id === cell)
  return (
    named ?? compress.find(({ id }) => cell === `compress.${id}`) ?? deploy.find(({ id }) => cell === `deploy.${id}`)
  )
}
