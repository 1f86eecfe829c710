import type { Clustering } from './lloyd.ts'

/** What k-means knows after training. */
export type KMeansModel = {
  readonly features: number
  /** f64 [k, features]. */
  readonly centroids: Float64Array
  /** Sum of the weights of the training rows of each cluster. */
  readonly sizes: Float64Array
}

/** Clusters by falling size, equal ones by their centroids: names do not hang on the start that they came from. */
export function modelOf({ centroids, masses }: Clustering, features: number): KMeansModel {
  const centroid = (cluster: number): Float64Array => centroids.subarray(cluster * features, (cluster + 1) * features)
  const order = [...masses.keys()].sort(
    (a, b) => (masses[b] as number) - (masses[a] as number) || compare(centroid(a), centroid(b)) || a - b,
  )
  const sorted = new Float64Array(centroids.length)
  for (const [place, cluster] of order.entries()) sorted.set(centroid(cluster), place * features)
  return { features, centroids: sorted, sizes: Float64Array.from(order, (cluster) => masses[cluster] as number) }
}

function compare(a: Float64Array, b: Float64Array): number {
  const first = a.findIndex((value, f) => value !== b[f])
  return first < 0 ? 0 : (a[first] as number) - (b[first] as number)
}

/** Variance between the clusters, feature by feature: how much each one holds them apart. */
export function varianceBetween({ features, centroids, sizes }: KMeansModel): Float64Array {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  return Float64Array.from({ length: features }, (_, f) => {
    const of = (cluster: number): number => centroids[cluster * features + f] as number
    let mean = 0
    for (const [cluster, size] of sizes.entries()) mean += (size / total) * of(cluster)
    let variance = 0
    for (const [cluster, size] of sizes.entries())
      variance += (size / total) * (of(cluster) - mean) * (of(cluster) - mean)
    return variance
  })
}
