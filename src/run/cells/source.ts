import { fail, failAll } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Table } from '../../frame/index.ts'
import { controlTotals, type Frame, frameToState, profileFrame, typeTable } from '../../frame/index.ts'
import type { ReadContext } from '../../plugin/api.ts'
import { factsForReading } from '../../spec/task.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** A source as it was read: its frame, the types that were inferred, and whether its rows are made up. */
export interface SourceRows {
  readonly frame: Frame
  readonly inferred: Json
  readonly synthetic: boolean
}

/** Reads a source, or makes a frame of other cells' frames; types its columns by what the page declares and infers the rest. */
export async function readSource(ctx: TaskContext, index: number): Promise<SourceRows> {
  const use = ctx.page.sources[index] as (typeof ctx.page.sources)[number]
  const { plugin } = await ctx.registry.find('data', use.use)
  const inputs = new Map<string, Frame>()
  for (const cell of use.from ?? []) inputs.set(cell, await ctx.frame(`frame:${cell}`))
  const given: ReadContext<JsonObject> = { ...ctx.fitContext(use), inputs }
  const table = await ctx.timed(() => plugin.read(given.params, given))
  checkTable(table, use.use)
  const facts = use.cell === ctx.page.from ? factsForReading(ctx.page) : {}
  const { frame, inferred, errors } = typeTable(table, facts, use.cell)
  if (errors.length > 0) throw failAll(errors)
  return { frame, inferred: inferred as unknown as Json, synthetic: plugin.synthetic === true }
}

/** Reads a source, shows its profile and stores its frame. */
export async function runSource(ctx: TaskContext, index: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { frame, inferred, synthetic } = await readSource(ctx, index)
  if (synthetic) ctx.shown.facts({ synthetic })
  ctx.shown.facts({ profile: profileFrame(frame, { key: ctx.page.key }) })
  return {
    outputs: { frame: await ctx.putState(frameToState(frame)) },
    facts: {
      rows: frame.rows,
      columns: frame.columns.length,
      schema: controlTotals(frame) as unknown as Json,
      inferred,
    },
  }
}

function checkTable(table: Table, plugin: string): void {
  const bad = (got: string) =>
    fail('PLUGIN_BAD_RESULT', { plugin, got, expected: 'a table of named columns of equal length' }, { plugin })
  if (typeof table !== 'object' || table === null || !Array.isArray(table.columns)) throw bad('no table')
  for (const column of table.columns) {
    const rows = column.type === 'sparse' ? column.starts.length - 1 : column.values.length
    if (rows !== table.rows) throw bad(`${rows} values in ${column.name} of ${table.rows} rows`)
  }
}
