import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Digest } from '../../base/digest.ts'
import { asDaybookError } from '../../base/errors.ts'
import { checkData } from '../../spec/index.ts'
import { openStore, type RunEvent, type RunRecord } from '../../store/index.ts'
import { type FinishedRun, runPipeline } from '../run-pipeline.ts'
import { locateInputs } from './locate-inputs.ts'
import { folderOf, type ReadRecordedOptions, readRecorded } from './read-recorded.ts'
import { compareRuns, forgottenNote, unverifiable, type Verification } from './verification.ts'

export interface VerifyOptions extends ReadRecordedOptions {
  /** Folder of the store that the run stands in: the page's folder is looked for beside it. */
  readonly store: string
  /** Folder that the page's paths start from, where it is not to be looked for. */
  readonly folder?: string
  /** Further folders in which inputs that have moved are looked for. */
  readonly data?: readonly string[]
  /** Files that are known to hold inputs, by digest. */
  readonly inputs?: ReadonlyMap<Digest, string>
  readonly threads: number
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
  if (tombstone !== undefined) return unverifiable(record, [forgottenNote(tombstone)])
  const folder = options.folder ?? folderOf(record, options.store)
  const { pipeline, registry, errors } = await readRecorded(record, folder, options)
  if (pipeline === undefined || registry === undefined)
    return unverifiable(
      record,
      errors.map(({ code, message, hint }) => `${code}  ${message}${hint === undefined ? '' : `. ${hint}`}`),
    )
  const folders = [folder, ...(options.data ?? [])]
  const located = await locateInputs(pipeline, record.observed.inputs, folders, options.inputs)
  if (located.missing.length > 0) return unverifiable(record, [...located.missing, ...located.notes])

  const scratch = await mkdtemp(join(tmpdir(), 'daybook-verify-'))
  try {
    const { threads, sets, signal } = options
    const store = await openStore(scratch)
    let finished: FinishedRun
    try {
      finished = yield* runPipeline({
        pipeline: located.pipeline,
        store,
        threads,
        approvals: record.approvals ?? [],
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
