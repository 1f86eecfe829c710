import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { concatColumns } from '../frame/concat.ts'
import { type Column, type ColumnInfo, type Frame, isMissing, takeRows } from '../frame/index.ts'
import { followCell, type Lineage, rawLineage } from '../frame/lineage.ts'
import { replaceColumns } from '../frame/replace-columns.ts'
import type { Kernels } from '../kernels/index.ts'
import type { Defined, State, StateObject } from '../plugin/api.ts'
import type { Signature } from './manifest.ts'

/** A preprocess cell that was fitted, ready to be applied. */
export interface FittedPreprocess {
  /** Id of the cell, for errors. */
  readonly id: string
  readonly plugin: Defined<'preprocess'>
  readonly params: JsonObject
  /** What `fit` gave; under `uses: 'target'` an {@link OutOfFoldState}. */
  readonly state: State
  /** Names of the columns that it takes. */
  readonly columns: readonly string[]
}

/**
 * State of a cell that sees the target: `final` was fitted on all training rows and is what scoring takes; `folds[f]` on
 * those outside of fold f, and transforms the training rows of fold f.
 */
export type OutOfFoldState = { readonly final: State; readonly folds: readonly State[] }

/** A table on its way through the preprocess cells. */
export interface Flow {
  readonly frame: Frame
  /** The columns as every batch has them: whether values may be missing does not depend on the rows at hand. */
  readonly columns: readonly ColumnInfo[]
  readonly lineage: Lineage
}

/** The start of the way: rows that were conformed to the signature. */
export function startFlow(conformed: Frame, signature: Signature): Flow {
  return { frame: conformed, ...startOf(signature) }
}

function startOf(signature: Signature): Pick<Flow, 'columns' | 'lineage'> {
  const columns = signature.columns.map(({ name, type, missing }) => ({ name, type, missing }))
  return { columns, lineage: rawLineage(signature.columns) }
}

/** What a fitted cell does to columns and their origins: the same for every batch of rows. */
export interface Passage {
  readonly taken: ReadonlySet<string>
  /** Columns that its plugin announces. */
  readonly announced: readonly ColumnInfo[]
  /** Columns and origins behind it. */
  readonly columns: readonly ColumnInfo[]
  readonly lineage: Lineage
}

/** The passages of cells in order, for who applies them to one batch after the other. @throws DaybookError MODEL_CORRUPT */
export function passagesOf(cells: readonly FittedPreprocess[], signature: Signature): readonly Passage[] {
  let before: Pick<Flow, 'columns' | 'lineage'> = startOf(signature)
  return cells.map((cell) => {
    const passage = passageOf(before, cell)
    before = passage
    return passage
  })
}

/**
 * Applies fitted cells in order. `folds` (fold of each row) asks for the training rows as the algorithm may see them: cells
 * that use the target transform each row by the state of its fold.
 *
 * @param passages what {@link passagesOf} gives for the cells; worked out where it is absent
 * @throws DaybookError ROW_MISSING_VALUE, PLUGIN_BAD_RESULT
 */
export function applyPreprocess(
  cells: readonly FittedPreprocess[],
  conformed: Frame,
  signature: Signature,
  kernels: Kernels,
  folds?: FoldOfRow,
  passages: readonly Passage[] = passagesOf(cells, signature),
): Flow {
  const frame = cells.reduce(
    (frame, cell, i) => applyPassage(frame, cell, passages[i] as Passage, kernels, folds),
    conformed,
  )
  const { columns, lineage } = passages.at(-1) ?? startOf(signature)
  return { frame, columns, lineage }
}

/** Fold of each row. */
type FoldOfRow = Int32Array | Uint8Array | Int8Array

/** Applies one fitted cell; what comes out is checked against what its plugin announced. */
export function applyCell(flow: Flow, cell: FittedPreprocess, kernels: Kernels, folds?: FoldOfRow): Flow {
  const passage = passageOf(flow, cell)
  const { columns, lineage } = passage
  return { frame: applyPassage(flow.frame, cell, passage, kernels, folds), columns, lineage }
}

function passageOf(
  before: Pick<Flow, 'columns' | 'lineage'>,
  { id, plugin, params, ...cell }: FittedPreprocess,
): Passage {
  const infoOf = new Map(before.columns.map((column) => [column.name, column]))
  const infos = cell.columns.map((name) => {
    const info = infoOf.get(name)
    if (info === undefined) throw neverReached(id, name)
    return info
  })
  const announced = plugin.output(infos, params)
  const taken = new Set(cell.columns)
  return {
    taken,
    announced,
    columns: replaceColumns(before.columns, taken, announced),
    lineage: followCell(before.lineage, {
      taken: cell.columns,
      given: announced.map((column) => column.name),
      promise: promiseOf(plugin),
      attributes:
        plugin.attributes && ((name) => plugin.attributes?.(finalState({ id, plugin, params, ...cell })).get(name)),
    }),
  }
}

function neverReached(cell: string, column: string | undefined): Error {
  return fail('MODEL_CORRUPT', { reason: `cell ${cell} takes column ${column}, which does not reach it` })
}

function applyPassage(
  whole: Frame,
  cell: FittedPreprocess,
  { taken, announced }: Passage,
  kernels: Kernels,
  folds: FoldOfRow | undefined,
): Frame {
  const { plugin, params } = cell
  const selected = whole.select(cell.columns)
  if (plugin.missing !== 'allow') refuseMissing(selected, cell.id)
  if (selected.columns.length !== cell.columns.length) {
    throw neverReached(
      cell.id,
      cell.columns.find((name) => whole.get(name) === undefined),
    )
  }
  const apply = (state: State, frame: Frame): readonly Column[] => {
    const given = plugin.apply(state, frame, { params, kernels })
    checkGiven(given, announced, frame.rows, plugin.id)
    return given
  }
  const given = plugin.uses === 'target' ? applyByFold(cell, selected, folds, apply) : apply(cell.state, selected)
  return whole.replace(taken, given)
}

function promiseOf({ keepsOrder, monotone }: FittedPreprocess['plugin']): 'kept' | 1 | -1 | undefined {
  if (monotone !== undefined) return monotone === 'increasing' ? 1 : -1
  return keepsOrder === true ? 'kept' : undefined
}

/** The state that scoring takes. */
export function finalState({ id, plugin, state }: FittedPreprocess): State {
  return plugin.uses === 'target' ? outOfFold(id, state).final : state
}

function applyByFold(
  cell: FittedPreprocess,
  frame: Frame,
  folds: FoldOfRow | undefined,
  apply: (state: State, frame: Frame) => readonly Column[],
): readonly Column[] {
  const { final, folds: states } = outOfFold(cell.id, cell.state)
  if (folds === undefined) return apply(final, frame)
  const rowsOf = states.map((_, fold) => Uint32Array.from(indicesWhere(folds, fold)))
  const parts = states.map((state, fold) => apply(state, frame.take(rowsOf[fold] as Uint32Array)))
  const back = new Uint32Array(frame.rows)
  let at = 0
  for (const rows of rowsOf) for (const row of rows) back[row] = at++
  if (at !== frame.rows) throw new RangeError('every training row has a fold')
  const [first = []] = parts
  return first.map((_, c) => takeRows(concatColumns(parts.map((part) => part[c] as Column)), back))
}

function* indicesWhere(folds: ArrayLike<number>, fold: number): Generator<number> {
  for (let row = 0; row < folds.length; row++) if (folds[row] === fold) yield row
}

/** @throws DaybookError MODEL_CORRUPT where the state is not one by fold */
export function outOfFold(id: string, state: State): OutOfFoldState {
  const { final, folds } = (state ?? {}) as StateObject
  if (final === undefined || !Array.isArray(folds)) {
    throw fail('MODEL_CORRUPT', { reason: `the state of cell ${id} is not one by fold` })
  }
  return { final, folds }
}

function refuseMissing(frame: Frame, taker: string): void {
  for (const column of frame.columns) {
    for (let row = 0; row < frame.rows; row++) {
      if (isMissing(column, row)) throw fail('ROW_MISSING_VALUE', { row, column: column.name, taker })
    }
  }
}

function checkGiven(given: unknown, announced: readonly ColumnInfo[], rows: number, plugin: string): void {
  const bad = (got: string, expected: string) => fail('PLUGIN_BAD_RESULT', { plugin, got, expected })
  if (!Array.isArray(given)) throw bad('no list of columns', 'a list of columns')
  const columns = given as readonly Column[]
  const isAsSaid = ({ name, type }: ColumnInfo, i: number): boolean =>
    columns[i]?.name === name && columns[i]?.type === type
  if (columns.length !== announced.length || !announced.every(isAsSaid)) {
    const list = (some: readonly ColumnInfo[]) =>
      some.map(({ name, type }) => `${name}: ${type}`).join(', ') || 'no column'
    throw bad(`(${list(given)})`, `(${list(announced)}), as its output() said`)
  }
  for (const column of columns) {
    const length = column.type === 'sparse' ? column.starts.length - 1 : column.values.length
    if (length !== rows) throw bad(`${length} rows in ${column.name}`, `${rows} rows`)
  }
}
