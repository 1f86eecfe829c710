import type { Digest } from '../../base/digest.ts'
import { asDaybookError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { type Frame, frameFromState } from '../../frame/index.ts'
import type { Model, Scored } from '../../model/index.ts'
import { decodeState } from '../../plugin/api.ts'
import type { RunRecord, Store } from '../../store/index.ts'
import { openModelWith, runRegistry } from '../run-model.ts'
import { checkedRowKeys } from '../split/row-keys.ts'
import { rowsOf, splitFromState, TEST, TRAIN } from '../split/split.ts'
import { type FlippedRows, flipsOf } from './flips.ts'
import { type MovedValues, movesOf } from './moves.ts'
import { type DifferingSlice, slicesOf } from './slices.ts'

/** How the predictions of two models differ on the same rows: the test rows of the second run. */
export interface PredictionDiff {
  readonly rows: number
  /** Of these, rows that the first run's model was trained on: it knows their answers. Null where that cannot be told. */
  readonly trainedBefore: number | null
  /** Rows whose predicted label is another; null where values are predicted. */
  readonly flips: FlippedRows | null
  /** How far the predicted values, or the probabilities of one class, lie apart; null where they cannot be compared. */
  readonly moved: MovedValues | null
  /** Groups of rows whose predictions differ, most first. */
  readonly slices: readonly DifferingSlice[]
  /** Rows that a slice must have. */
  readonly smallestSlice: number
  /** What else a reader should know: code that has changed since. */
  readonly notes: readonly string[]
}

/** What came of comparing predictions: nothing where both runs have one and the same model. */
export type PredictionComparison =
  | { readonly compared: true; readonly diff: PredictionDiff }
  | { readonly compared: false; readonly reason: string }

/**
 * Scores the test rows of `b` with the models of both runs, from the store, and says where the predictions differ. Nothing
 * is said of single rows. Where a model or the rows are gone, it says so and throws nothing.
 */
export async function comparePredictions(
  a: RunRecord,
  b: RunRecord,
  store: Store,
): Promise<PredictionComparison | undefined> {
  if (a.result.model !== null && a.result.model.digest === b.result.model?.digest) return undefined
  try {
    return await compare(a, b, store)
  } catch (thrown) {
    return { compared: false, reason: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}

/** Says what could not be done, with the reason. */
async function attempt<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (thrown) {
    throw new Error(`${what}: ${asDaybookError(thrown).message}`, { cause: thrown })
  }
}

async function compare(a: RunRecord, b: RunRecord, store: Store): Promise<PredictionComparison> {
  const [before, after] = [await openScorer(a, store), await openScorer(b, store)]
  const [was, is] = [before.model.signature, after.model.signature]
  if (was.task !== is.task)
    return { compared: false, reason: `the first run answers a ${was.task} question, the second a ${is.task} one` }
  const data = await attempt(`the rows of run ${b.id} cannot be read`, openRows(b, store))
  const frame = data.frame.take(data.test)
  const scoredA = await attempt(
    `the rows of run ${b.id} cannot be scored by the model of run ${a.id}`,
    before.score(frame),
  )
  const scoredB = await attempt(`the rows of run ${b.id} cannot be scored by its model`, after.score(frame))
  const flips = flipsOf(scoredA, scoredB, was, is, targetOf(b, frame))
  const moved = movesOf(scoredA, scoredB, was, is)
  const smallestSlice = frame.rows < 200 ? 5 : 20
  const described = describedColumns(b, after.model, frame, flips !== undefined)
  return {
    compared: true,
    diff: {
      rows: frame.rows,
      trainedBefore: await trainedBefore(a, b, store, data),
      flips: flips?.summary ?? null,
      moved: moved?.summary ?? null,
      slices: slicesOf(described, { flipped: flips?.flipped, distance: moved?.distance }, smallestSlice),
      smallestSlice,
      notes: [...before.notes, ...after.notes],
    },
  }
}

interface Scorer {
  readonly model: Model
  readonly notes: readonly string[]
  score(frame: Frame): Promise<Scored>
}

/** A run's model as it can be opened today, with a note where a plugin's code is not what the run used. */
async function openScorer(record: RunRecord, store: Store): Promise<Scorer> {
  if (record.result.model === null) throw new Error(`run ${record.id} made no model`)
  const registry = await runRegistry(store, record)
  const model = await attempt(`the model of run ${record.id} cannot be opened`, openModelWith(store, record, registry))
  const { preprocess, algorithm } = model.manifest
  const changed: string[] = []
  for (const [kind, { id, use }] of [
    ...preprocess.map((cell) => ['preprocess', cell] as const),
    ['algorithm', algorithm] as const,
  ]) {
    const recorded = record.observed.plugins?.find(({ cell }) => cell === id)?.code
    const { code } = await registry.find(kind, use)
    if (recorded !== undefined && recorded !== code) changed.push(id)
  }
  const notes =
    changed.length === 0
      ? []
      : [
          `The code of ${changed.join(', ')} is not what run ${record.id} used: its model was scored with the code of today.`,
        ]
  return { model, notes, score: async (frame) => model.scoreFrame(frame, { lenient: true }) }
}

interface RunRows {
  readonly frame: Frame
  readonly train: Uint32Array
  readonly test: Uint32Array
}

/** The rows that a run learned from, and which of them did what. @throws DaybookError STORE_OBJECT_… */
async function openRows(record: RunRecord, store: Store): Promise<RunRows> {
  const frame = frameFromState(decodeState(await store.objects.get(frameOf(record))))
  const split = splitFromState(decodeState(await store.objects.get(record.result.split.assignment)))
  return { frame, train: rowsOf(split, TRAIN), test: rowsOf(split, TEST) }
}

/** Digest of the rows that the model learns from. */
function frameOf({ result }: RunRecord): Digest {
  const { use, from } = result.page.data as JsonObject
  const cell = use === undefined && typeof from === 'string' ? from : 'data'
  return result.cells.find(({ id }) => id === cell)?.output ?? ''
}

/** How many test rows of `b` trained `a`: told by the key, or by place where both learned from the same rows. */
async function trainedBefore(a: RunRecord, b: RunRecord, store: Store, of: RunRows): Promise<number | null> {
  const [keyA, keyB] = [keyOf(a), keyOf(b)]
  const sameRows = frameOf(a) === frameOf(b)
  if (keyA !== keyB || (keyA === undefined && !sameRows)) return null
  try {
    const rows = await openRows(a, store)
    const keys = checkedRowKeys(rows.frame, keyA)
    const trained = new Set(Array.from(rows.train, (row) => keys[row]))
    const own = checkedRowKeys(of.frame, keyB)
    return of.test.reduce((count, row) => count + (trained.has(own[row]) ? 1 : 0), 0)
  } catch {
    return null // the rows of the first run are gone
  }
}

function keyOf({ result }: RunRecord): string | undefined {
  const { key } = result.page.data as JsonObject
  return typeof key === 'string' ? key : undefined
}

function targetOf({ result }: RunRecord, frame: Frame) {
  const { target } = result.page.data as { readonly target?: { readonly column: string } }
  return target === undefined ? undefined : frame.get(target.column)
}

/** Columns that slices are made of: what the model takes, what is kept for looking at, and classes that are true. */
function describedColumns({ result }: RunRecord, { signature }: Model, frame: Frame, labels: boolean) {
  const { columns = {} } = result.page.data as { readonly columns?: Readonly<Record<string, { role?: string }>> }
  const isProtected = (name: string): boolean => columns[name]?.role === 'protected'
  const taken = new Set(signature.columns.map(({ name }) => name))
  return frame.columns.flatMap((column) => {
    const known = taken.has(column.name) || isProtected(column.name) || (labels && column.name === signature.target)
    return known ? [{ column, quartiles: isProtected(column.name) }] : []
  })
}
