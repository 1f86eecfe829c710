import type { DenseFeatures } from 'daybook/frame'
import { addTreeScores, alignUp, type Kernels, SCORED_ROWS, toProbabilities } from 'daybook/kernels'
import { type BoostedTrees, CATEGORY, MISSING_LEFT } from './model.ts'
import { packedBytes, packTrees } from './pack.ts'

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
  const blocks = Math.max(1, Math.floor((kernels.threads * CHUNK_VALUES) / SCORED_ROWS / features))
  const chunk = Math.min(X.rows, SCORED_ROWS * blocks)
  const all = new Float64Array(X.rows * outputs)
  const bytes = alignUp(8 * chunk * outputs) + alignUp(4 * chunk * features) + packedBytes(model, kernels.threads)
  kernels.scope(bytes, (memory) => {
    const scores = memory.f64(chunk * outputs)
    const values = memory.f32(chunk * features)
    const trees = packTrees(model, memory, kernels.threads)
    for (let from = 0; from < X.rows; from += chunk) {
      const rows = Math.min(chunk, X.rows - from)
      const own = scores.subarray(0, rows * outputs)
      for (let i = 0; i < own.length; i++) own[i] = base[i % outputs] as number
      values.set(X.values.subarray(from * features, (from + rows) * features))
      addTreeScores(kernels, own, values, features, trees, outputs)
      if (as === 'probabilities') toProbabilities(kernels, own, outputs)
      all.set(own, from * outputs)
    }
  })
  return all
}

function walk(model: BoostedTrees, X: DenseFeatures): Float64Array {
  const { base, starts, threshold } = model
  const outputs = base.length
  const scores = new Float64Array(X.rows * outputs)
  for (let row = 0; row < X.rows; row++) {
    for (let output = 0; output < outputs; output++) scores[row * outputs + output] = base[output] as number
    for (let tree = 0; tree + 1 < starts.length; tree++) {
      const at = row * outputs + (tree % outputs)
      const leaf = leafOf(model, starts[tree] as number, X.values, row * model.features)
      scores[at] = (scores[at] as number) + (threshold[leaf] as number)
    }
  }
  return scores
}

/** The leaf that a row ends in, in the tree of this root; the row's values start at `at`. */
function leafOf(model: BoostedTrees, root: number, values: Float32Array, at: number): number {
  let node = root
  for (;;) {
    const left = model.left[node] as number
    if (left === 0) return node
    const x = values[at + (model.feature[node] as number)] as number
    node = root + left + (goesLeft(model, node, x) ? 0 : 1)
  }
}

/** Does a value go left at a node? Missing values, and codes that its set does not hold, go the way of its flag. */
export function goesLeft({ flags, threshold, set, sets }: BoostedTrees, node: number, x: number): boolean {
  const flag = flags[node] as number
  if ((flag & CATEGORY) !== 0) {
    const start = set[node] as number
    if (!(x >= 0 && x < 32 * (sets[start] as number))) return (flag & MISSING_LEFT) !== 0
    const code = Math.floor(x)
    return (((sets[start + 1 + (code >> 5)] as number) >>> (code & 31)) & 1) === 1
  }
  return Number.isNaN(x) ? (flag & MISSING_LEFT) !== 0 : x <= (threshold[node] as number)
}
