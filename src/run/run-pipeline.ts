import { setMaxListeners } from 'node:events'
import { join } from 'node:path'
import type { Digest } from '../base/digest.ts'
import { asDaybookError, type DaybookError } from '../base/errors.ts'
import { type Frame, frameFromState } from '../frame/index.ts'
import { type Plan, planPipeline } from '../plan/index.ts'
import { decodeState } from '../plugin/api.ts'
import type { CellSpec, Pipeline } from '../spec/pipeline.ts'
import { newRunId, type RunEvent, type RunRecord, type Store } from '../store/index.ts'
import { EventQueue } from './event-queue.ts'
import type { Moved } from './lock.ts'
import { makeRecord } from './make-record.ts'
import { observeGit, observeMachine } from './observe.ts'
import { observeInputs } from './observe-inputs.ts'
import { type CellOutcome, type PlanOutcome, runPlan } from './schedule.ts'
import type { Executor } from './task.ts'
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
  /** Path of the report, where one was made. */
  readonly report?: string
  /** What ended it early, at its place in the page. */
  readonly problem?: DaybookError
  /** The page's lock, where it has one. */
  readonly lock?: LockOutcome
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
      checkData,
    }).finally(() => queue.close())
    running.catch(() => {}) // awaited below, when the events are through
    yield* queue
    const outcome = placed(await running, pipeline)
    if (outcome.invalid) throw outcome.problem
    const finishedAt = new Date()
    const record = makeRecord({
      id,
      pipeline,
      outcome,
      previous: before?.digest ?? null,
      observed: {
        ...observeMachine(),
        startedAt: startedAt.toISOString(),
        finishedAt: finishedAt.toISOString(),
        durationMs: Math.round(performance.now() - start),
        threads,
        command,
        pageFile: pipeline.source.file,
        inputs: await observeInputs(pipeline, outcome.cells),
        ...withGit(await git),
      },
    })
    const ended: RunEvent = { type: 'runEnded', run: id, status: record.status, digest: record.digest }
    events.push(ended)
    if (outcome.problem?.code === 'STORE_UNWRITABLE') await endLease() // what it took up is room for the record
    await writeTargets(store, id, outcome.cells)
    const report = await setReport(options, record)
    await store.runs.write(record, events, report.text)
    if (report.problem !== undefined) throw report.problem // the run is recorded all the same
    yield ended
    const folder = store.runs.folder(id)
    return {
      record,
      folder,
      store: store.folder,
      ...(report.text !== undefined && { report: join(folder, 'report.html') }),
      ...(outcome.problem !== undefined && { problem: outcome.problem }),
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
