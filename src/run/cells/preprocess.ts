import { fitPreprocess } from '../fit/fit-preprocess.ts'
import { finalChain, finalRows } from '../fit/fit-rows.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Fits a preprocess cell on the training rows as the cells before it leave them. */
export async function runPreprocess(ctx: TaskContext, index: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const use = ctx.page.preprocess[index] as (typeof ctx.page.preprocess)[number]
  const rows = await finalRows(ctx)
  const chain = await finalChain(ctx, rows, index)
  const state = await fitPreprocess(ctx, use, chain, rows)
  return { outputs: { state: await ctx.putState(state) }, facts: { rows: rows.seen } }
}
