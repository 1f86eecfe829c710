import type { DenseFeatures } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'
import { sumsOfTrees } from '../forest/scores.ts'
import type { ForestTrees } from '../forest/trees.ts'

/** Means of the trees' values f64 [rows], or sums of their distributions brought to 1: f64 [rows, classes]. */
export function forestScores(forest: ForestTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  return meansOf(sumsOfTrees(forest, X, kernels), forest.classes, () => forest.starts.length - 1)
}

/** Probabilities of both classes f64 [rows, 2], out of those of the second. */
export function bothClasses(shares: Float64Array): Float64Array {
  const both = new Float64Array(2 * shares.length)
  shares.forEach((share, i) => {
    both[2 * i] = 1 - share
    both[2 * i + 1] = share
  })
  return both
}

/**
 * Turns sums over trees into means, in place: values by the number of trees that a row was scored by, distributions by their
 * own sum, so that rounding does not show in it.
 */
export function meansOf(sums: Float64Array, classes: number, treesOf: (row: number) => number): Float64Array {
  if (classes === 0) {
    for (let row = 0; row < sums.length; row++) sums[row] = (sums[row] as number) / treesOf(row)
    return sums
  }
  for (let at = 0; at < sums.length; at += classes) {
    let total = 0
    for (let k = 0; k < classes; k++) total += sums[at + k] as number
    for (let k = 0; k < classes; k++) sums[at + k] = (sums[at + k] as number) / total
  }
  return sums
}
