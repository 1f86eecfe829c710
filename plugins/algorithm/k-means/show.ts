import type { Feature } from 'daybook/frame'
import type { FitContext } from 'daybook/plugin'
import type { Clustering } from './lloyd.ts'
import { type KMeansModel, varianceBetween } from './model.ts'

/** Most features whose means are shown. */
const SHOWN = 24

/** Shows the clusters: their sizes and centroids, those features first that hold them apart the most. */
export function showClusters(
  ctx: FitContext,
  features: readonly Feature[],
  model: KMeansModel,
  best: Clustering,
  inertias: readonly number[],
): void {
  const { centroids, sizes } = model
  const width = features.length
  const between = varianceBetween(model)
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const order = features.map((_, f) => f).toSorted((a, b) => (between[b] as number) - (between[a] as number) || a - b)
  const shown = order.slice(0, SHOWN)
  const explained = 1 - best.inertia / (best.inertia + total * between.reduce((sum, value) => sum + value, 0))
  ctx.table({
    title: 'Centroids',
    columns: ['cluster', 'size', 'share', ...shown.map((f) => features[f]?.name ?? '')],
    rows: Array.from(sizes, (size, cluster) => [
      cluster,
      size,
      size / total,
      ...shown.map((f) => centroids[cluster * width + f] as number),
    ]),
    note: `${order.length > SHOWN ? `The ${SHOWN} of ${order.length} features that hold the clusters apart the most. ` : ''}Values are those that reach the algorithm.`,
  })
  ctx.table({
    title: 'Starts',
    columns: ['start', 'mean squared distance'],
    rows: inertias.map((inertia, start) => [start + 1, inertia / total]),
    note: `The best one was kept after ${best.iterations} iterations; its clusters explain ${(100 * explained).toFixed(1)} % of the variance.`,
  })
}
