import type { DenseFeatures } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'
import { sumsOfTrees } from '../forest/scores.ts'
import type { ForestTrees } from '../forest/trees.ts'

/** Score of a row that takes as many splits to isolate as rows do on average. */
export const TYPICAL = 0.5

/** Trees whose leaves hold path lengths. */
export type IsolationForest = ForestTrees & {
  /** Splits that it takes on average to isolate one of the rows that a tree learns from; a f32, as the path lengths are. */
  readonly meanPath: number
  /** The score above which a row is an anomaly. */
  readonly threshold: number
}

/** 2^(-mean path / expected path) f64 [rows]: above 0.5 for rows that are isolated sooner than others. */
export function anomalyScores(
  forest: ForestTrees & Pick<IsolationForest, 'meanPath'>,
  X: DenseFeatures,
  kernels: Kernels,
): Float64Array {
  const trees = forest.starts.length - 1
  const { meanPath } = forest
  if (meanPath === 0) return new Float64Array(X.rows).fill(TYPICAL) // learned from one row
  const expected = trees * meanPath
  return sumsOfTrees(forest, X, kernels).map((paths) => kernels.math.pow(2, -paths / expected))
}
