import type { DenseFeatures } from 'daybook/frame'
import { type BoostedTrees, CATEGORY, MISSING_LEFT } from './model.ts'

/** Raw scores f64 [rows, outputs], one row and one tree after the other. */
export function walk(model: BoostedTrees, X: DenseFeatures): Float64Array {
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
