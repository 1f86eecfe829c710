import type { Kernels } from './kernels.ts'

/** Rows that one call scores. */
const ROWS_A_CALL = 4096

/** Trees of a forest as the scoring kernel reads them: nodes as in `GrownTree`, but numbers' splits hold thresholds. */
export interface PackedForest {
  readonly nodes: Uint32Array
  /** First node of each tree. */
  readonly starts: Uint32Array
  readonly sets: Uint32Array
  /** Distributions f32 [leaves, outputs], or undefined where leaves hold values. */
  readonly leaves: Float32Array | undefined
  /** Bins of the codes of categories: those of feature f lie at mapStarts[f] … mapStarts[f + 1]. */
  readonly maps: Uint8Array
  readonly mapStarts: Uint32Array
}

/**
 * Adds what the trees give for rows `values` f32 [rows, features] to `scores` f64 [rows, outputs], in the order of the trees.
 * All arrays lie in kernel memory.
 */
export function addForestScores(
  kernels: Kernels,
  scores: Float64Array,
  values: Float32Array,
  { features, outputs }: { readonly features: number; readonly outputs: number },
  trees: PackedForest,
): void {
  const rows = scores.length / outputs
  const calls: number[][] = []
  for (let from = 0; from < rows; from += ROWS_A_CALL) {
    calls.push([
      scores.byteOffset + 8 * from * outputs,
      values.byteOffset + 4 * from * features,
      Math.min(ROWS_A_CALL, rows - from),
      features,
      trees.nodes.byteOffset,
      trees.starts.byteOffset,
      trees.starts.length,
      outputs,
      trees.sets.byteOffset,
      trees.leaves?.byteOffset ?? 0,
      trees.maps.byteOffset,
      trees.mapStarts.byteOffset,
    ])
  }
  kernels.parallel('forestScores', calls)
}
