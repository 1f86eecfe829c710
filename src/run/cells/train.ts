import type { Digest } from '../../base/digest.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import { assembleModel, type FittedCell, type ModelManifest } from '../../model/index.ts'
import type { PluginUse } from '../../plan/index.ts'
import { decodeState, encodeState } from '../../plugin/api.ts'
import { fitAlgorithm } from '../fit/fit-algorithm.ts'
import { finalChain, finalRows } from '../fit/fit-rows.ts'
import type { Answer } from '../task.ts'
import type { TaskContext } from '../task-context.ts'

/** Most features whose importance is shown. */
const mostFeatures = 50

/** Fits the algorithm on the training rows and writes the model's manifest. */
export async function runTrain(ctx: TaskContext): Promise<Omit<Answer, 'shown' | 'ms'>> {
  const { page } = ctx
  const rows = await finalRows(ctx)
  const chain = await finalChain(ctx, rows, page.preprocess.length)
  const { fitted, features } = await fitAlgorithm(ctx, chain, rows)
  const stored = encodeState(fitted.state)
  const state = await ctx.objects.put(stored)
  const manifest: ModelManifest = {
    format: 1,
    name: page.name,
    signature: rows.signature,
    preprocess: await Promise.all(
      page.preprocess.map(async (use, i) => {
        const columns = chain.cells[i]?.columns ?? []
        return { ...(await fittedCell(ctx, use, 'preprocess', ctx.input(`state:${use.cell}`))), columns }
      }),
    ),
    algorithm: await fittedCell(ctx, { ...page.algorithm, cell: 'train' }, 'algorithm', state),
    features,
  }
  const model = assembleModel(manifest, chain.cells, { ...fitted, state: decodeState(stored) }, ctx.scoring)
  const importance = model.importance()
  if (importance !== undefined)
    ctx.shown.facts({
      importance: { ...importance, features: importance.features.slice(0, mostFeatures) } as unknown as JsonObject,
    })
  return {
    outputs: { state, model: await ctx.putJson(manifest as unknown as Json) },
    facts: { ...modelFacts(manifest, fitted.plugin.id), rows: rows.seen },
  }
}

/** What the record says of a model beside its digest. */
export function modelFacts(manifest: ModelManifest, algorithm: string): JsonObject {
  return { algorithm, task: manifest.signature.task, features: manifest.features.length }
}

async function fittedCell(
  ctx: TaskContext,
  use: PluginUse,
  kind: 'preprocess' | 'algorithm',
  state: Digest,
): Promise<FittedCell> {
  const { plugin } = await ctx.registry.find(kind, use.use)
  return { id: use.cell, use: use.use, version: plugin.version, params: use.keyParams, state }
}
