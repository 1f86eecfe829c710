import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { concatColumns } from '../frame/concat.ts'
import { type Column, type ColumnInfo, type Frame, isMissing, takeRows } from '../frame/index.ts'
import { followCell, type Lineage, rawLineage } from '../frame/lineage.ts'
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
  const columns = signature.columns.map(({ name, type, missing }) => ({ name, type, missing }))
  return { frame: conformed, columns, lineage: rawLineage(signature.columns) }
}

/**
 * Applies fitted cells in order. `folds` (fold of each row) asks for the training rows as the algorithm may see them: cells
 * that use the target transform each row by the state of its fold.
 *
 * @throws DaybookError ROW_MISSING_VALUE, PLUGIN_BAD_RESULT
 */
export function applyPreprocess(
  cells: readonly FittedPreprocess[],
  conformed: Frame,
  signature: Signature,
  kernels: Kernels,
  folds?: Int32Array | Uint8Array | Int8Array,
): Flow {
  return cells.reduce((flow, cell) => applyCell(flow, cell, kernels, folds), startFlow(conformed, signature))
}

/** Applies one fitted cell; what comes out is checked against what its plugin announced. */
export function applyCell(
  flow: Flow,
  cell: FittedPreprocess,
  kernels: Kernels,
  folds?: Int32Array | Uint8Array | Int8Array,
): Flow {
  const { plugin, params, columns: taken } = cell
  const selected = flow.frame.select(taken)
  if (plugin.missing !== 'allow') refuseMissing(selected, cell.id)
  const infos = taken.flatMap((name) => flow.columns.find((column) => column.name === name) ?? [])
  if (infos.length !== taken.length || selected.columns.length !== taken.length) {
    const absent = taken.find((name) => flow.frame.get(name) === undefined)
    throw fail('MODEL_CORRUPT', { reason: `cell ${cell.id} takes column ${absent}, which does not reach it` })
  }
  const announced = plugin.output(infos, params)
  const apply = (state: State, frame: Frame): readonly Column[] => {
    const given = plugin.apply(state, frame, { params, kernels })
    checkGiven(given, announced, frame.rows, plugin.id)
    return given
  }
  const given = plugin.uses === 'target' ? applyByFold(cell, selected, folds, apply) : apply(cell.state, selected)
  const names = new Set(taken)
  return {
    frame: flow.frame.replace(names, given),
    columns: replaceInfos(flow.columns, names, announced),
    lineage: followCell(flow.lineage, {
      taken,
      given: announced.map((column) => column.name),
      promise: promiseOf(plugin),
      attributes: plugin.attributes && ((name) => plugin.attributes?.(finalState(cell)).get(name)),
    }),
  }
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
  folds: Int32Array | Uint8Array | Int8Array | undefined,
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
  const list = (columns: readonly ColumnInfo[]) =>
    columns.map(({ name, type }) => `${name}: ${type}`).join(', ') || 'no column'
  if (list(given) !== list(announced)) throw bad(`(${list(given)})`, `(${list(announced)}), as its output() said`)
  for (const column of given as readonly Column[]) {
    const length = column.type === 'sparse' ? column.starts.length - 1 : column.values.length
    if (length !== rows) throw bad(`${length} rows in ${column.name}`, `${rows} rows`)
  }
}

function replaceInfos(
  columns: readonly ColumnInfo[],
  taken: ReadonlySet<string>,
  given: readonly ColumnInfo[],
): readonly ColumnInfo[] {
  const fresh = new Map(given.map((column) => [column.name, column]))
  const kept = columns.flatMap((column) => {
    if (!taken.has(column.name)) return [column]
    const next = fresh.get(column.name)
    fresh.delete(column.name)
    return next === undefined ? [] : [next]
  })
  return [...kept, ...fresh.values()]
}
