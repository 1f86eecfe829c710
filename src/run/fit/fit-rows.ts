import type { State } from '../../plugin/api.ts'
import { rowsOf, TRAIN, VALIDATION } from '../split/split.ts'
import type { TaskContext } from '../task-context.ts'
import { extendChain, type FittedChain, startChain } from './fit-preprocess.ts'
import { type TrainingRows, trainingRows } from './training-rows.ts'

/** The training rows of the final fit. Kept for the tasks that follow in this process. */
export async function finalRows(ctx: TaskContext): Promise<TrainingRows> {
  return ctx.memo.get(`rows ${ctx.input('frame')} ${ctx.input('split')}`, async () => {
    const split = await ctx.split()
    return trainingRows(ctx, await ctx.frame(), { train: rowsOf(split, TRAIN), validation: rowsOf(split, VALIDATION) })
  })
}

/** The training rows behind the first `count` preprocess cells, whose states come from the store. */
export async function finalChain(ctx: TaskContext, rows: TrainingRows, count: number): Promise<FittedChain> {
  const uses = ctx.page.preprocess.slice(0, count)
  const last = uses.at(-1)
  if (last === undefined) return startChain(rows)
  const states = uses.map(({ cell }) => ctx.input(`state:${cell}`))
  return ctx.memo.get(`chain ${ctx.input('frame')} ${ctx.input('split')} ${states.join(' ')}`, async () => {
    const before = await finalChain(ctx, rows, count - 1)
    const state: State = await ctx.state(states[count - 1] as string)
    return extendChain(ctx, last, state, before, rows)
  })
}
