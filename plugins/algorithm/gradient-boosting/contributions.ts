import type { DenseFeatures } from 'daybook/frame'
import { addTreeContributions, alignUp, type Kernels } from 'daybook/kernels'
import { expectedScores, explainedBytes, putExplained } from './explain.ts'
import type { BoostedTrees } from './model.ts'
import { rawScores } from './score.ts'

/** Rows that are explained at a time: a tree's tables are made once for all of them. */
const CHUNK_ROWS = 256

/**
 * Shapley values of the raw score, f64 [rows, features + 1]: what each feature adds to a row's score, the mean score of the
 * training rows last. With several outputs, those of the output that scores highest in the row.
 */
export function treeContributions(model: BoostedTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  const { features } = model
  const outputs = model.base.length
  const width = features + 1
  const chosen = outputs > 1 ? highest(rawScores(model, X, kernels), outputs) : new Uint32Array(X.rows)
  const expected = expectedScores(model)
  const chunk = Math.min(X.rows, CHUNK_ROWS)
  const bytes = explainedBytes(model) + alignUp(8 * chunk * width) + alignUp(4 * chunk * features) + alignUp(4 * chunk)
  const all = new Float64Array(X.rows * width)
  kernels.scope(bytes, (memory) => {
    const trees = putExplained(model, memory)
    const parts = memory.f64(chunk * width)
    const values = memory.f32(chunk * features)
    const outputOf = memory.u32(chunk)
    for (let from = 0; from < X.rows; from += chunk) {
      const rows = Math.min(chunk, X.rows - from)
      const own = parts.subarray(0, rows * width).fill(0)
      values.set(X.values.subarray(from * features, (from + rows) * features))
      outputOf.set(chosen.subarray(from, from + rows))
      addTreeContributions(kernels, own, values, outputOf.subarray(0, rows), trees, { features, outputs })
      all.set(own, from * width)
    }
  })
  for (let row = 0; row < X.rows; row++) {
    all[row * width + features] = expected[chosen[row] as number] as number
  }
  return all
}

function highest(scores: Float64Array, outputs: number): Uint32Array {
  return Uint32Array.from({ length: scores.length / outputs }, (_, row) => {
    let top = 0
    for (let k = 1; k < outputs; k++) {
      if ((scores[row * outputs + k] as number) > (scores[row * outputs + top] as number)) top = k
    }
    return top
  })
}
