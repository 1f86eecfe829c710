import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { type ColumnInfo, type Frame, isMissing, selectColumns } from '../../frame/index.ts'
import { applyCell, type FittedPreprocess, type Flow, startFlow } from '../../model/index.ts'
import type { PluginUse } from '../../plan/index.ts'
import type { Defined, FitContext, PreprocessInput, State } from '../../plugin/api.ts'
import type { TaskContext } from '../task-context.ts'
import { gather, type LabelledRows, type TrainingRows } from './training-rows.ts'

/** The training rows as they reach a cell, and the cells that were fitted before it. */
export interface FittedChain {
  readonly cells: readonly FittedPreprocess[]
  readonly flow: Flow
}

/** The start of a chain: the conformed training rows. */
export function startChain({ training, signature }: TrainingRows): FittedChain {
  return { cells: [], flow: startFlow(training.conformed, signature) }
}

/** Fits a preprocess cell on what reaches it. @returns its state; under `uses: 'target'` one by inner fold beside the final one */
export async function fitPreprocess(
  ctx: TaskContext,
  use: PluginUse,
  chain: FittedChain,
  rows: TrainingRows,
  fold?: number,
): Promise<State> {
  const { plugin } = await ctx.registry.find('preprocess', use.use)
  const names = columnsOfCell(ctx, use, plugin, chain.flow)
  const selected = chain.flow.frame.select(names)
  if (plugin.missing !== 'allow') refuseMissing(selected, use)
  const promises = promisesOf(chain.flow, names)
  const given = fold === undefined ? ctx.fitContext(use) : unseen(ctx.fitContext(use, fold))
  const fit = (which: Uint32Array | undefined, inner: FitContext<JsonObject>): State | Promise<State> => {
    const frame = which === undefined ? selected : selected.take(which)
    const input = { ...inputOf(frame, rows, plugin.uses === 'target', which), promises }
    return plugin.fit(input, inner.params, inner)
  }
  return ctx.timed(async () => {
    const final = await fit(undefined, given)
    if (plugin.uses !== 'target') return final
    const folds: State[] = []
    const count = rows.outOfFold.reduce((most, inner) => Math.max(most, inner), 0) + 1
    for (let inner = 0; inner < count; inner++) {
      ctx.signal.throwIfAborted()
      const others = count === 1 ? undefined : rowsWhere(rows.outOfFold, (other) => other !== inner)
      folds.push(await fit(others, innerContext(given, inner)))
    }
    return { final, folds }
  })
}

/** Adds a fitted cell: what comes out of it for the training rows is what the next one sees. */
export async function extendChain(
  ctx: TaskContext,
  use: PluginUse,
  state: State,
  chain: FittedChain,
  rows: TrainingRows,
): Promise<FittedChain> {
  const { plugin } = await ctx.registry.find('preprocess', use.use)
  const cell: FittedPreprocess = {
    id: use.cell,
    plugin,
    params: use.params,
    state,
    columns: columnsOfCell(ctx, use, plugin, chain.flow),
  }
  return { cells: [...chain.cells, cell], flow: applyCell(chain.flow, cell, ctx.scoring, rows.outOfFold) }
}

/** The columns that a cell takes of those that reach it. @throws DaybookError DATA_NO_COLUMN, DATA_COLUMN_TYPE */
function columnsOfCell(ctx: TaskContext, use: PluginUse, plugin: Defined<'preprocess'>, flow: Flow): readonly string[] {
  const { columns } = ctx.page
  const { names, unknown, refused } = selectColumns(flow.columns, use.columns, plugin, (name) => columns[name]?.role)
  const [missing] = unknown
  if (missing !== undefined) throw fail('DATA_NO_COLUMN', { column: missing }, { cell: use.cell })
  const [wrong] = refused as readonly ColumnInfo[]
  if (wrong === undefined) return names
  throw fail(
    'DATA_COLUMN_TYPE',
    { column: wrong.name, type: wrong.type, expected: plugin.takes.join(' or ') },
    { cell: use.cell },
  )
}

/** Nobody looks at what such a fit shows: what a cell shows is its fit on all training rows. */
function unseen(given: FitContext<JsonObject>): FitContext<JsonObject> {
  const nothing = () => {}
  return { ...given, figure: nothing, table: nothing, warn: nothing }
}

/** What a fit on the rows outside of an inner fold gets: random numbers of its own. */
function innerContext(given: FitContext<JsonObject>, inner: number): FitContext<JsonObject> {
  return { ...unseen(given), random: (purpose) => given.random(`${purpose}/inner ${inner}`) }
}

/** The page's promises about the columns that a cell takes, as far as the cells before kept them. */
function promisesOf({ lineage }: Flow, names: readonly string[]): ReadonlyMap<string, 1 | -1> {
  return new Map(
    names.flatMap((name) => {
      const promise = lineage.get(name)?.monotone
      return promise === undefined ? [] : [[name, promise] as const]
    }),
  )
}

function inputOf(
  frame: Frame,
  { question, training }: TrainingRows,
  withTarget: boolean,
  which: Uint32Array | undefined,
): PreprocessInput {
  const { y, sampleWeight: weight } = which === undefined ? training : takeLabels(training, which)
  return {
    frame,
    task: question.task,
    classes: question.classes,
    ...(withTarget && { y }),
    ...(weight !== undefined && { weight }),
  }
}

function takeLabels({ y, sampleWeight }: LabelledRows, which: Uint32Array): Pick<LabelledRows, 'y' | 'sampleWeight'> {
  return { y: gather(y, which), sampleWeight: sampleWeight && gather(sampleWeight, which) }
}

function refuseMissing(frame: Frame, { cell }: PluginUse): void {
  for (const column of frame.columns) {
    for (let row = 0; row < frame.rows; row++) {
      if (isMissing(column, row)) throw fail('ROW_MISSING_VALUE', { row, column: column.name, taker: cell }, { cell })
    }
  }
}

function rowsWhere(folds: Uint8Array, holds: (fold: number) => boolean): Uint32Array {
  const rows: number[] = []
  folds.forEach((fold, row) => {
    if (holds(fold)) rows.push(row)
  })
  return Uint32Array.from(rows)
}
