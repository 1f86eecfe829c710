import { featuresOf } from '../../frame/assemble.ts'
import { applyPreprocess, conformFrame, predictFeatures } from '../../model/index.ts'
import { decodeState, encodeState, type StateObject } from '../../plugin/api.ts'
import { fitAlgorithm } from '../fit/fit-algorithm.ts'
import { extendChain, fitPreprocess, startChain } from '../fit/fit-preprocess.ts'
import { trainingRows } from '../fit/training-rows.ts'
import { rowsOf, rowsOfFold, VALIDATION } from '../split/split.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Refits everything without the rows of one fold, and scores those. */
export async function runFold(ctx: TaskContext, fold: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { page } = ctx
  const split = await ctx.split()
  const frame = await ctx.frame()
  const { trained, scored } = rowsOfFold(split, fold)
  const rows = await trainingRows(ctx, frame, { train: trained, validation: rowsOf(split, VALIDATION) }, fold)
  let chain = startChain(rows)
  for (const use of page.preprocess) {
    const state = decodeState(encodeState(await fitPreprocess(ctx, use, chain, rows, fold)))
    chain = await extendChain(ctx, use, state, chain, rows)
  }
  const { fitted } = await fitAlgorithm(ctx, chain, rows, fold)
  const algorithm = { ...fitted, state: decodeState(encodeState(fitted.state)) }
  const conformed = conformFrame(frame.take(scored), rows.signature, { lenient: true })
  const flow = applyPreprocess(chain.cells, conformed, rows.signature, ctx.scoring)
  const { accepts, missing, id } = fitted.plugin
  const X = featuresOf(flow.frame, { accepts, missing, lineage: flow.lineage, taker: id })
  const { values, output, threshold } = predictFeatures(algorithm, X, rows.signature, ctx.scoring)
  const state: StateObject = {
    rows: scored,
    values,
    output,
    ...(threshold !== undefined && { threshold }),
    // Metrics of clusters look at the rows as this fold's own cells prepared them.
    ...(output === 'clusters' && { X: X as unknown as StateObject }),
  }
  return { outputs: { scored: await ctx.putState(state) }, facts: { rows: rows.seen } }
}
