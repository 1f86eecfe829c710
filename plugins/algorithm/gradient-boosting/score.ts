import type { DenseFeatures } from 'daybook/frame'
import { addTreeScores, alignUp, type Kernels, SCORED_ROWS, toProbabilities } from 'daybook/kernels'
import { spreadRows } from './known-splits.ts'
import type { BoostedTrees } from './model.ts'
import { packedBytes, packTrees, splitsOf } from './pack.ts'
import { walk } from './walk.ts'

/** Up to so many rows are walked in JavaScript: copying the trees into kernel memory would take longer. Equal bits. */
const FEW_ROWS = 4

/** Feature values that are copied into kernel memory at a time: 1 MiB of them for each thread. */
const CHUNK_VALUES = 2 ** 18

/** Raw scores f64 [rows, outputs]: base plus the trees' values, in the order of the trees. */
export function rawScores(model: BoostedTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  return X.rows <= FEW_ROWS ? walk(model, X) : score(model, X, kernels, 'raw')
}

/** Probabilities f64 [rows, classes] of a classifier. In a binary task the second class is the positive one. */
export function probabilities(model: BoostedTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  const outputs = model.base.length
  if (X.rows <= FEW_ROWS) {
    return kernels.scope(alignUp(8 * X.rows * outputs), (memory) => {
      const scores = memory.put(walk(model, X))
      toProbabilities(kernels, scores, outputs)
      return asClasses(scores, outputs)
    })
  }
  return asClasses(score(model, X, kernels, 'probabilities'), outputs)
}

function asClasses(values: Float64Array, outputs: number): Float64Array {
  if (outputs > 1) return values
  const both = new Float64Array(2 * values.length)
  for (let i = 0; i < values.length; i++) {
    both[2 * i] = 1 - (values[i] as number)
    both[2 * i + 1] = values[i] as number
  }
  return both
}

/** Scores rows chunk by chunk, so that kernel memory holds a part of them at a time. */
function score(model: BoostedTrees, X: DenseFeatures, kernels: Kernels, as: 'raw' | 'probabilities'): Float64Array {
  const { base, features } = model
  const outputs = base.length
  const splits = splitsOf(model)
  const width = features + (splits?.width ?? 0)
  const blocks = Math.max(1, Math.floor((kernels.threads * CHUNK_VALUES) / SCORED_ROWS / width))
  const chunk = Math.min(X.rows, SCORED_ROWS * blocks)
  const all = new Float64Array(X.rows * outputs)
  const bytes = alignUp(8 * chunk * outputs) + alignUp(4 * chunk * width) + packedBytes(model, kernels.threads)
  kernels.scope(bytes, (memory) => {
    const scores = memory.f64(chunk * outputs)
    const values = memory.f32(chunk * width)
    const trees = packTrees(model, memory, kernels.threads)
    for (let from = 0; from < X.rows; from += chunk) {
      const rows = Math.min(chunk, X.rows - from)
      const own = scores.subarray(0, rows * outputs)
      for (let i = 0; i < own.length; i++) own[i] = base[i % outputs] as number
      const given = X.values.subarray(from * features, (from + rows) * features)
      if (splits === undefined) values.set(given)
      else spreadRows(splits, given, features, values)
      addTreeScores(kernels, own, values, width, trees, outputs)
      if (as === 'probabilities') toProbabilities(kernels, own, outputs)
      all.set(own, from * outputs)
    }
  })
  return all
}
