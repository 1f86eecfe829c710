import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { asDaybookError, type DaybookError } from '../../base/errors.ts'
import { openRegistry } from '../../plugin/open-registry.ts'
import { checkData, checkPage, type Pipeline, parsePage } from '../../spec/index.ts'
import { openStore, type RunEvent, type RunRecord } from '../../store/index.ts'
import { type FinishedRun, runPipeline } from '../run-pipeline.ts'
import { locateInputs } from './locate-inputs.ts'
import { compareRuns, unverifiable, type Verification } from './verification.ts'

export interface VerifyOptions {
  /** Folder of the store that the run stands in: the page's folder is looked for beside it. */
  readonly store: string
  /** Further folders in which inputs that have moved are looked for. */
  readonly data?: readonly string[]
  readonly threads: number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly sets?: readonly string[]
  readonly signal?: AbortSignal
}

/**
 * Replays a run from its record alone, in a store of its own, and compares what every cell gives. The page is the recorded
 * text with the recorded overrides, whatever the file says today; inputs are found by their digests. Yields the replay's events.
 *
 * @throws DaybookError RUN_INTERRUPTED where the replay was told to stop; STORE_… where the replay's store cannot be written
 */
export async function* verifyRun(record: RunRecord, options: VerifyOptions): AsyncGenerator<RunEvent, Verification> {
  const recorded = await openStore(options.store, { create: false })
  const tombstone = await recorded.runs.forgotten(record.id)
  if (tombstone !== undefined) {
    const { at, by, reason } = tombstone
    return unverifiable(record, [`its data was forgotten on ${at} by ${by}: ${reason}`])
  }
  const folder = folderOf(record, options.store)
  const { pipeline, errors } = await readRecorded(record, folder, options)
  if (pipeline === undefined)
    return unverifiable(
      record,
      errors.map(({ code, message }) => `${code}  ${message}`),
    )
  const located = await locateInputs(pipeline, record.observed.inputs, [folder, ...(options.data ?? [])])
  if (located.missing.length > 0) return unverifiable(record, [...located.missing, ...located.notes])

  const scratch = await mkdtemp(join(tmpdir(), 'daybook-verify-'))
  try {
    const { threads, sets, signal } = options
    const registry = await openRegistry({ folder, ...(sets && { sets }) })
    const store = await openStore(scratch)
    let finished: FinishedRun
    try {
      finished = yield* runPipeline({
        pipeline: located.pipeline,
        store,
        threads,
        checkData: (frame) => checkData(located.pipeline, frame, registry),
        ...(sets && { sets }),
        ...(signal && { signal }),
      })
    } catch (thrown) {
      const error = asDaybookError(thrown)
      if (error.code.startsWith('STORE_')) throw error
      return unverifiable(
        record,
        error.all.map(({ code, message }) => `the replay was refused: ${code}  ${message}`),
      )
    }
    const { problem } = finished
    if (problem?.code === 'RUN_INTERRUPTED' && signal?.aborted) throw problem
    return compareRuns(record, finished.record, located.notes)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Where the page stood, if that folder is still there; else the folder that the store stands in. */
function folderOf({ observed }: RunRecord, store: string): string {
  const folder = dirname(resolve(observed.pageFile))
  return existsSync(resolve(observed.pageFile)) ? folder : dirname(resolve(store))
}

async function readRecorded(
  { page, observed, overrides }: RunRecord,
  folder: string,
  { env, sets }: VerifyOptions,
): Promise<{ readonly pipeline?: Pipeline; readonly errors: readonly DaybookError[] }> {
  try {
    const registry = await openRegistry({ folder, ...(sets && { sets }) })
    return await checkPage(
      parsePage(page.text, observed.pageFile, folder),
      { registry, env, findsFiles: true },
      overrides,
    )
  } catch (thrown) {
    return { errors: asDaybookError(thrown).all }
  }
}
