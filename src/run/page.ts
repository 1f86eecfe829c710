import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { asDaybookError, type DaybookError, fail, failAll } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { type Plan, planPipeline } from '../plan/index.ts'
import type { Registry } from '../plugin/api.ts'
import { openRegistry } from '../plugin/open-registry.ts'
import {
  checkData,
  checkPage,
  loadPipeline,
  type Pipeline,
  parseOverride,
  placeDataErrors,
  readPage,
} from '../spec/index.ts'
import { openStore, type RunEvent } from '../store/index.ts'
import {
  type Lock,
  type LockedInputs,
  lockedInputs,
  lockFile,
  lockOf,
  movedInputs,
  movedOutcome,
  readLock,
  refusals,
  writeLock,
} from './lock.ts'
import { readData } from './read-data.ts'
import type { FinishedRun, RunOptions } from './run-pipeline.ts'

/** What a command says beside the page. */
export interface PageOptions {
  /** `path.to.key=value`, as typed. */
  readonly overrides?: readonly string[]
  /** Folder of the store. Default: `.daybook` beside the page. */
  readonly store?: string
  readonly threads?: number
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Sets of plugins. Default: the set that comes with Daybook. */
  readonly sets?: readonly string[]
  /**
   * `frozen`: the run starts from exactly what the page's lock says, or not at all. `update`: a good run renews the lock.
   * Default: what moved is told.
   */
  readonly lock?: 'frozen' | 'update'
}

/** What a page turned out to be: the pipeline where it could be read, and everything that is wrong. */
export interface ValidatedPage {
  readonly errors: readonly DaybookError[]
  readonly pipeline?: Pipeline
}

/** Folder of the store: the one given, `.daybook` beside the page, or without a page the nearest one upward. */
export function storeFolder(page: string | undefined, given?: string): string {
  if (given !== undefined) return resolve(given)
  if (page !== undefined) return join(dirname(resolve(page)), '.daybook')
  for (let folder = resolve('.'); ; folder = dirname(folder)) {
    const found = join(folder, '.daybook')
    if (existsSync(found)) return found
    if (dirname(folder) === folder) return resolve('.daybook')
  }
}

/** Checks a page, then the page against its real data. Never throws on what a user wrote; writes nothing. */
export async function validatePage(file: string, options: PageOptions = {}): Promise<ValidatedPage> {
  try {
    const registry = await registryOf(file, options)
    const page = await readPage(file)
    const { pipeline, errors } = await checkPage(page, { registry, env: envOf(options) }, overridesOf(options))
    if (pipeline === undefined) return { errors }
    return { pipeline, errors: [...errors, ...(await errorsOfData(pipeline, registry, options))] }
  } catch (thrown) {
    return { errors: asDaybookError(thrown).all }
  }
}

async function errorsOfData(
  pipeline: Pipeline,
  registry: Registry,
  options: PageOptions,
): Promise<readonly DaybookError[]> {
  try {
    const store = await openStore(storeFolder(pipeline.source.file, options.store), { create: false })
    const plan = await planPipeline(pipeline, store)
    const frame = await readData(plan, store.objects, registry, new AbortController().signal)
    return await checkData(pipeline, frame, registry)
  } catch (thrown) {
    const error = asDaybookError(thrown)
    const cell = pipeline.sources.find(({ id }) => id === error.cell) ?? pipeline.sources.at(-1)
    return cell === undefined ? error.all : placeDataErrors(pipeline, cell, error.all)
  }
}

/** What would run, what is cached, and why. @throws DaybookError all that is wrong with the page */
export async function planPage(file: string, options: PageOptions = {}): Promise<Plan> {
  const { pipeline } = await load(file, options)
  return planPipeline(pipeline, await openStore(storeFolder(file, options.store), { create: false }))
}

/**
 * Runs a page.
 *
 * @throws DaybookError all that is wrong with the page, before any event, or with the page over its data; LOCK_… where a frozen
 *   run would start from something else than the lock says
 */
export async function* runPage(
  file: string,
  options: PageOptions & Pick<RunOptions, 'signal' | 'command' | 'report' | 'executor' | 'key'> = {},
): AsyncGenerator<RunEvent, FinishedRun> {
  const { pipeline, registry } = await load(file, options)
  if (options.lock === 'update' && pipeline.overrides.length > 0) throw fail('LOCK_OVERRIDDEN', {})
  const store = await openStore(storeFolder(file, options.store))
  const plan = await planPipeline(pipeline, store)
  const lock = await readLock(file)
  const inputs = lockedInputs(pipeline, plan)
  const refused = options.lock === 'frozen' ? refusals(file, lock, inputs) : []
  if (refused.length > 0) throw failAll(refused)
  const { signal, command, report, executor, key, sets } = options
  const { runPipeline } = await import('./run-pipeline.ts') // a page that is only checked does without
  const finished = yield* runPipeline({
    pipeline,
    store,
    plan,
    threads: Math.max(1, options.threads ?? availableParallelism()),
    checkData: (frame) => checkData(pipeline, frame, registry),
    ...(signal && { signal }),
    ...(command !== undefined && { command }),
    ...(report && { report }),
    ...(executor && { executor }),
    ...(key && { key }),
    ...(sets && { sets }),
  })
  return withLock(finished, file, options.lock, lock, inputs)
}

/** Holds a finished run against the page's lock, and renews that where it was asked for and the run is good. */
async function withLock(
  finished: FinishedRun,
  file: string,
  asked: PageOptions['lock'],
  lock: Lock | undefined,
  inputs: LockedInputs,
): Promise<FinishedRun> {
  const now = lockOf(inputs, finished.record)
  // What a run did not come to has not moved.
  const ended = finished.record.status === 'ok' || finished.record.status === 'gateFailed'
  const outcome = lock === undefined || !ended ? [] : movedOutcome(lock, now)
  const moved = lock === undefined ? [] : [...movedInputs(lock, inputs), ...outcome]
  const path = resolve(lockFile(file))
  if (asked === 'update' && finished.record.status === 'ok') {
    await writeLock(file, now)
    return { ...finished, lock: { file: path, state: 'updated', moved } }
  }
  if (lock === undefined || (!ended && moved.length === 0)) return finished
  return { ...finished, lock: { file: path, state: moved.length === 0 ? 'kept' : 'moved', moved } }
}

/** The page with every default printed. @throws DaybookError all that is wrong with the page */
export async function resolvedPage(file: string, options: PageOptions = {}): Promise<JsonObject> {
  return (await load(file, options)).pipeline.resolved
}

async function load(
  file: string,
  options: PageOptions,
): Promise<{ readonly pipeline: Pipeline; readonly registry: Registry }> {
  const overrides = overridesOf(options)
  const registry = await registryOf(file, options)
  return { registry, pipeline: await loadPipeline(file, { registry, env: envOf(options) }, overrides) }
}

function registryOf(file: string, { sets }: PageOptions): Promise<Registry> {
  return openRegistry({ folder: dirname(resolve(file)), ...(sets && { sets }) })
}

function envOf({ env }: PageOptions): Readonly<Record<string, string | undefined>> {
  return env ?? process.env
}

function overridesOf({ overrides = [] }: PageOptions) {
  return overrides.map(parseOverride)
}
