import type { Json } from '../../base/json.ts'
import { type ModelManifest, parseManifest } from '../../model/index.ts'
import { trainingData } from '../fit/fit-algorithm.ts'
import { extendChain, startChain } from '../fit/fit-preprocess.ts'
import { finalRows } from '../fit/fit-rows.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'
import { modelFacts } from './train.ts'

/** Makes the algorithm's state smaller; the rest of the model stays as it was. */
export async function runCompress(ctx: TaskContext, index: number): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const use = ctx.page.compress[index] as (typeof ctx.page.compress)[number]
  const { plugin } = await ctx.registry.find('compress', use.use)
  const { plugin: algorithm } = await ctx.registry.find('algorithm', ctx.page.algorithm.use)
  const before = parseManifest(await ctx.objects.get(ctx.input('model')))
  const rows = await finalRows(ctx)
  let chain = startChain(rows)
  for (const [i, cell] of ctx.page.preprocess.entries()) {
    const { state } = before.preprocess[i] as ModelManifest['preprocess'][number]
    chain = await extendChain(ctx, cell, await ctx.state(state), chain, rows)
  }
  const data = await trainingData(ctx, algorithm, chain, rows)
  const given = ctx.fitContext(use)
  const old = await ctx.state(before.algorithm.state)
  const state = await ctx.putState(await ctx.timed(() => plugin.compress(old, data, given.params, given)))
  const manifest: ModelManifest = { ...before, algorithm: { ...before.algorithm, state } }
  return {
    outputs: { state, model: await ctx.putJson(manifest as unknown as Json) },
    facts: { ...modelFacts(manifest, algorithm.id), rows: rows.seen },
  }
}
