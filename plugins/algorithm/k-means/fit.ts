import type { DenseFeatures, Feature } from 'daybook/frame'
import { alignUp, type ClusteredRows, ClusterPasses, clusterPassBytes } from 'daybook/kernels'
import { type FitContext, fail, type TrainingData } from 'daybook/plugin'
import { type Moments, momentBytes, momentsOf } from '../linear/rows.ts'
import { turn } from '../linear/turn.ts'
import { type Clustering, lloyd } from './lloyd.ts'
import { type KMeansModel, modelOf } from './model.ts'
import { driver } from './rows.ts'
import { seedCentroids } from './seed.ts'
import { showClusters } from './show.ts'

export interface KMeansRules {
  readonly k: number
  readonly starts: number
  readonly maxIterations: number
  readonly tolerance: number
}

/** Share of the variance in one feature from which on it alone decides what is near. */
const DOMINANT = 0.95

/**
 * Runs Lloyd's algorithm from several k-means++ starts and keeps the one of the smallest inertia, the first of equal ones.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_TOO_FEW_ROWS, MODEL_NO_FEATURES
 */
export async function fitKMeans(
  { X, weight }: TrainingData,
  { k, starts, maxIterations, tolerance }: KMeansRules,
  ctx: FitContext,
): Promise<KMeansModel> {
  const { rows, features, values } = X as DenseFeatures
  const width = features.length
  if (width === 0) throw fail('MODEL_NO_FEATURES', { taker: 'k-means' })
  const draws = 2 + Math.floor(ctx.kernels.math.log(k))
  const bytes =
    alignUp(values.byteLength) + alignUp(4 * rows) + momentBytes(rows, width) + clusterPassBytes(rows, width, k, draws)
  return ctx.kernels.scope(bytes, async (memory) => {
    const x = memory.put(values)
    const rowWeight = weight && memory.put(weight)
    const moments = momentsOf(ctx.kernels, memory, { form: 'dense', rows, columns: width, values: x }, rowWeight)
    warnOfScales(ctx, features, moments)
    const data: ClusteredRows = { values: x, rows, features: width, weight: rowWeight }
    const passes = new ClusterPasses(ctx.kernels, memory, data, k, draws)
    const drive = driver(() => turn(ctx))
    const still = tolerance * meanVariance(moments)
    const inertias: number[] = []
    let best: Clustering | undefined
    for (let start = 0; start < starts; start++) {
      const seeds = await seedCentroids(passes, data, k, { draws, random: ctx.random(`start ${start}`), drive })
      const found = await lloyd(
        passes,
        data,
        seeds,
        { maxIterations, tolerance: still },
        {
          drive,
          onIteration: (i) => ctx.progress(start * maxIterations + i, starts * maxIterations, `start ${start + 1}`),
        },
      )
      inertias.push(found.inertia)
      if (best === undefined || found.inertia < best.inertia) best = found
    }
    const kept = best as Clustering
    if (!kept.converged)
      ctx.warn({
        code: 'NOT_CONVERGED',
        message: `The centroids still moved after ${kept.iterations} iterations. Raise \`maxIterations\`.`,
        evidence: { iterations: kept.iterations },
      })
    const model = modelOf(kept, width)
    showClusters(ctx, features, model, kept, inertias)
    return model
  })
}

function meanVariance({ deviations }: Moments): number {
  return deviations.reduce((sum, deviation) => sum + deviation * deviation, 0) / deviations.length
}

/** Distances add features up as they are: one of a much larger scale hides all others. */
function warnOfScales(ctx: FitContext, features: readonly Feature[], { deviations }: Moments): void {
  const variances = deviations.map((deviation) => deviation * deviation)
  const total = variances.reduce((sum, variance) => sum + variance, 0)
  const largest = variances.indexOf(Math.max(...variances))
  const share = (variances[largest] as number) / total
  if (variances.filter((variance) => variance > 0).length < 2 || !(share >= DOMINANT)) return
  const name = features[largest]?.name ?? ''
  ctx.warn({
    code: 'FEATURE_SCALES',
    message: `\`${name}\` makes up ${Math.floor(100 * share)} % of the variance, so it alone decides which rows are near. Add a cell that puts features on one scale.`,
    evidence: { feature: name, share },
  })
}
