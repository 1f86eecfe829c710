import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Digest } from '../../base/digest.ts'
import { asDaybookError, type DaybookError } from '../../base/errors.ts'
import { RandomStream } from '../../base/random.ts'
import { cellsOf, type GraphCell } from '../../plan/graph.ts'
import { factsOf } from '../../plan/page-facts.ts'
import { type CellEntry, objectsNamed, openStore, type RunRecord, type Store } from '../../store/index.ts'
import type { Answer, Executor } from '../task.ts'
import { WorkerExecutor } from '../worker-executor.ts'
import { locateInputs } from './locate-inputs.ts'
import { folderOf, readRecorded } from './read-recorded.ts'
import { outputsOf, unverifiable, type Verification, type VerifiedCell } from './verification.ts'
import type { VerifyOptions } from './verify-run.ts'

export interface SampleOptions extends VerifyOptions {
  /** Share of the cells to run again, above 0 and up to 1: at least one is. */
  readonly share: number
  /** Which ones they are: equal seeds choose equal cells. */
  readonly seed: number
  /** Where cells run. Default: worker threads. */
  readonly executor?: (store: Store) => Executor
}

/** A cell that can be run again by itself: what it took is still there. */
interface Candidate {
  readonly cell: GraphCell
  readonly entry: CellEntry
  readonly inputs: Readonly<Record<string, Digest>>
}

/**
 * Audits what the cache says: runs a sample of a run's cells again, each alone, from the inputs that the store holds, in a clean
 * store, and compares their outputs with those that were kept.
 *
 * @throws DaybookError RUN_INTERRUPTED, STORE_…
 */
export async function sampleRun(record: RunRecord, store: Store, options: SampleOptions): Promise<Verification> {
  const { share, seed } = options
  const folder = options.folder ?? folderOf(record, store.folder)
  const { pipeline, errors } = await readRecorded(record, folder, options)
  if (pipeline === undefined)
    return unverifiable(
      record,
      errors.map(({ code, message }) => `${code}  ${message}`),
    )
  const located = await locateInputs(pipeline, record.observed.inputs, [folder, ...(options.data ?? [])])
  const page = factsOf(located.pipeline)
  const readable = cellsOf(page).filter(({ id }) => !located.without.has(id))
  const candidates = await candidatesOf(readable, record, store)
  const about = [...located.missing, ...located.notes]
  if (candidates.length === 0) return unverifiable(record, ['the store holds the inputs of no cell', ...about])

  const count = Math.max(1, Math.round(candidates.length * share))
  const stream = new RandomStream({ seed, cell: record.id, purpose: 'verify/sample' })
  const chosen = [...stream.permutation(candidates.length).subarray(0, count)].sort((a, b) => a - b)
  const scratch = await mkdtemp(join(tmpdir(), 'daybook-sample-'))
  const clean = await openStore(scratch)
  const { threads, sets, signal = new AbortController().signal } = options
  const executor = options.executor?.(clean) ?? new WorkerExecutor({ store: scratch, folder, sets, threads })
  try {
    const cells: VerifiedCell[] = []
    const notes: string[] = []
    for (const index of chosen) {
      const { cell, entry, inputs } = candidates[index] as Candidate
      for (const digest of await objectsNamed(Object.values(inputs), store.objects))
        await clean.objects.put(await store.objects.get(digest))
      const { id, plugin, work } = cell
      const task = { cell: id, plugin, work, page, inputs, threads }
      const answer = await executor.submit(task, () => {}, signal).catch((thrown) => asDaybookError(thrown))
      if (answer instanceof Error && answer.code === 'RUN_INTERRUPTED') throw answer
      const compared = compareCell(cell.id, entry, outputsOf(record).get(cell.id) ?? null, answer)
      cells.push(compared.cell)
      notes.push(...compared.notes)
    }
    const first = cells.find(({ same }) => !same)?.id ?? null
    return {
      verdict: first === null ? 'identical' : 'different',
      run: record.id,
      cells,
      first,
      notes: [...notes, ...about],
      sample: { share, seed, cells: chosen.length, of: candidates.length },
    }
  } finally {
    await executor.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Cells that gave something and whose inputs the store still holds, in the order of the run. */
async function candidatesOf(cells: readonly GraphCell[], { observed }: RunRecord, store: Store): Promise<Candidate[]> {
  const entries = new Map<string, CellEntry>()
  for (const { id, key } of observed.cells) {
    const entry = key === null ? undefined : await store.cells.read(key)
    if (entry !== undefined) entries.set(id, entry)
  }
  const candidates: Candidate[] = []
  for (const cell of cells) {
    const entry = entries.get(cell.id)
    const inputs = cell.needs.map((need) => [need.name, entries.get(need.cell)?.outputs[need.output]] as const)
    const there = await Promise.all(inputs.map(async ([, digest]) => digest !== undefined && store.objects.has(digest)))
    if (entry !== undefined && there.every(Boolean))
      candidates.push({ cell, entry, inputs: Object.fromEntries(inputs) as Record<string, Digest> })
  }
  return candidates
}

function compareCell(
  id: string,
  { outputs }: CellEntry,
  recorded: Digest | null,
  answer: Answer | DaybookError,
): { readonly cell: VerifiedCell; readonly notes: readonly string[] } {
  if (answer instanceof Error) {
    const note = `cell ${id} did not run again: ${answer.code} ${answer.message}`
    return { cell: { id, expected: recorded, actual: null, same: false }, notes: [note] }
  }
  const actual = answer.outputs.model ?? Object.values(answer.outputs)[0] ?? null
  const others = Object.keys({ ...outputs, ...answer.outputs }).filter((name) => outputs[name] !== answer.outputs[name])
  const notes = others.map((name) => `cell ${id} gave another ${name} than the cache holds`)
  return { cell: { id, expected: recorded, actual, same: actual === recorded && others.length === 0 }, notes }
}
