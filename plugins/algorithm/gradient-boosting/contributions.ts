import type { DenseFeatures } from 'daybook/frame'
import { addTreeContributions, alignUp, contributionScratch, type Kernels } from 'daybook/kernels'
import type { BoostedTrees } from './model.ts'
import { packedBytes, packTrees, rawScores } from './score.ts'

/**
 * Shapley values of the raw score, f64 [rows, features + 1]: what each feature adds to a row's score, the mean score of the
 * training rows last. With several outputs, those of the output that scores highest in the row.
 */
export function treeContributions(model: BoostedTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  const outputs = model.base.length
  const width = model.features + 1
  const scratchBytes = contributionScratch(depthOf(model))
  const chosen = outputs > 1 ? highest(rawScores(model, X, kernels), outputs) : new Uint32Array(X.rows)
  const base = expectedScores(model)
  const bytes =
    packedBytes(model) +
    alignUp(model.cover.byteLength) +
    alignUp(8 * width) +
    alignUp(4 * model.features) +
    alignUp(scratchBytes)
  return kernels.scope(bytes, (memory) => {
    const trees = packTrees(model, memory)
    const covers = memory.put(model.cover)
    const parts = memory.f64(width)
    const row = memory.f32(model.features)
    const scratch = memory.u8(scratchBytes)
    const all = new Float64Array(X.rows * width)
    for (let i = 0; i < X.rows; i++) {
      const output = chosen[i] as number
      parts.fill(0)
      row.set(X.values.subarray(i * model.features, (i + 1) * model.features))
      addTreeContributions(kernels, parts, row, trees, covers, { output, outputs, scratch })
      parts[model.features] = base[output] as number
      all.set(parts, i * width)
    }
    return all
  })
}

/** Mean score of each output over the training rows, weighted by cover. */
function expectedScores({ base, starts, left, threshold, cover }: BoostedTrees): Float64Array {
  const outputs = base.length
  const scores = Float64Array.from(base)
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const root = starts[tree] as number
    const means = Float64Array.from(threshold.subarray(root, starts[tree + 1]))
    for (let node = means.length - 1; node >= 0; node--) {
      const child = left[root + node] as number
      if (child === 0) continue
      const share = (at: number): number => (cover[root + at] as number) / (cover[root + node] as number)
      means[node] = share(child) * (means[child] as number) + share(child + 1) * (means[child + 1] as number)
    }
    scores[tree % outputs] = (scores[tree % outputs] as number) + (means[0] as number)
  }
  return scores
}

/** Splits between a root and its farthest leaf. */
function depthOf({ starts, left }: BoostedTrees): number {
  let deepest = 0
  const depths = new Uint32Array(left.length)
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const root = starts[tree] as number
    for (let node = root; node < (starts[tree + 1] as number); node++) {
      const child = left[node] as number
      if (child === 0) continue
      const depth = (depths[node] as number) + 1
      depths[root + child] = depth
      depths[root + child + 1] = depth
      deepest = Math.max(deepest, depth)
    }
  }
  return deepest
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
