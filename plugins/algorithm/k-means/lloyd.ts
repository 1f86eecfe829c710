import type { ClusteredRows, ClusterPasses } from 'daybook/kernels'
import { type Drive, rowOf } from './rows.ts'

export interface LloydRules {
  readonly maxIterations: number
  /** The centroids stand still once the sum of their squared moves is at most this. */
  readonly tolerance: number
}

/** Where Lloyd's iterations ended. */
export interface Clustering {
  /** f64 [k, features]. */
  readonly centroids: Float64Array
  /** Sum of the weights of each cluster. */
  readonly masses: Float64Array
  /** Sum of weight times squared distance from the centroid. */
  readonly inertia: number
  readonly iterations: number
  readonly converged: boolean
}

/**
 * Lloyd's algorithm from given centroids: rows go to the nearest one, centroids to the mean of their rows, until they stand
 * still. A centroid without rows moves to the row that weighs most in the inertia, several in the order of that.
 */
export async function lloyd(
  passes: ClusterPasses,
  rows: ClusteredRows,
  start: Float64Array,
  { maxIterations, tolerance }: LloydRules,
  { drive, onIteration }: { readonly drive: Drive; onIteration(iteration: number): void },
): Promise<Clustering> {
  let centroids = start
  let converged = false
  let iterations = 0
  while (!converged && iterations < maxIterations) {
    iterations++
    const { sums, masses, changed } = await drive(passes.assign(centroids))
    const empty = masses.some((mass) => mass === 0)
    const next = meansOf(sums, masses, rows.features)
    if (empty) {
      await drive(passes.assign(centroids, true)) // whose distances are exact
      fillEmpty(passes, rows, next, masses)
    }
    converged = !empty && ((changed === 0 && iterations > 1) || squaredMove(centroids, next) <= tolerance)
    centroids = next
    onIteration(iterations)
  }
  const { inertia, masses } = await drive(passes.assign(centroids, true))
  return { centroids, masses, inertia, iterations, converged }
}

function meansOf(sums: Float64Array, masses: Float64Array, features: number): Float64Array {
  return sums.map((sum, i) => {
    const mass = masses[Math.floor(i / features)] as number
    return mass === 0 ? 0 : sum / mass + 0 // -0 is 0
  })
}

function fillEmpty(
  { distances }: ClusterPasses,
  rows: ClusteredRows,
  centroids: Float64Array,
  masses: Float64Array,
): void {
  const cost = (row: number): number =>
    (rows.weight?.[row] ?? 1) * (distances[row] as number) * (distances[row] as number)
  const taken = new Set<number>()
  for (const [cluster, mass] of masses.entries()) {
    if (mass > 0) continue
    let farthest = -1
    for (let row = 0; row < rows.rows; row++)
      if (!taken.has(row) && (farthest < 0 || cost(row) > cost(farthest))) farthest = row
    taken.add(farthest)
    centroids.set(rowOf(rows, farthest), cluster * rows.features)
  }
}

function squaredMove(from: Float64Array, to: Float64Array): number {
  let sum = 0
  for (let i = 0; i < from.length; i++) {
    const move = (to[i] as number) - (from[i] as number)
    sum += move * move
  }
  return sum
}
