import type { DenseFeatures } from 'daybook/frame'
import { addForestScores, alignUp, type Kernels } from 'daybook/kernels'
import { CATEGORY, type ForestTrees, MISSING_LEFT, NODE_WORDS } from './trees.ts'

/** Up to so many rows are walked in JavaScript: copying the trees into kernel memory would take longer. Equal bits. */
const FEW_ROWS = 64

/** Sums of the trees' values f64 [rows], or of their distributions f64 [rows, classes], in the order of the trees. */
export function sumsOfTrees(forest: ForestTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  return X.rows <= FEW_ROWS ? walk(forest, X) : addUp(forest, X, kernels)
}

function addUp(forest: ForestTrees, X: DenseFeatures, kernels: Kernels): Float64Array {
  const { nodes, starts, sets, leaves, maps, mapStarts, features, classes } = forest
  const outputs = Math.max(classes, 1)
  const arrays = [X.values, nodes, starts, sets, leaves, maps, mapStarts]
  const bytes = arrays.reduce((sum, { byteLength }) => sum + alignUp(byteLength), alignUp(8 * X.rows * outputs))
  return kernels.scope(bytes, (memory) => {
    const scores = memory.f64(X.rows * outputs)
    const trees = {
      nodes: memory.put(nodes),
      starts: memory.put(starts.subarray(0, -1)),
      sets: memory.put(sets),
      leaves: classes > 0 ? memory.put(leaves) : undefined,
      maps: memory.put(maps),
      mapStarts: memory.put(mapStarts),
    }
    addForestScores(kernels, scores, memory.put(X.values), { features, outputs }, trees)
    return Float64Array.from(scores)
  })
}

function walk(forest: ForestTrees, X: DenseFeatures): Float64Array {
  const { starts, nodes, leaves, classes, features } = forest
  const outputs = Math.max(classes, 1)
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  const scores = new Float64Array(X.rows * outputs)
  for (let row = 0; row < X.rows; row++) {
    for (let tree = 0; tree + 1 < starts.length; tree++) {
      const leaf = leafOf(forest, floats, starts[tree] as number, X.values, row * features)
      if (classes === 0) scores[row] = (scores[row] as number) + (floats[leaf] as number)
      const shares = classes * (nodes[leaf] as number)
      for (let k = 0; k < classes; k++) {
        const at = row * classes + k
        scores[at] = (scores[at] as number) + (leaves[shares + k] as number)
      }
    }
  }
  return scores
}

/** First word of the leaf that a row ends in, in the tree of this root; the row's values start at `row`. */
function leafOf(forest: ForestTrees, floats: Float32Array, root: number, values: Float32Array, row: number): number {
  const { nodes } = forest
  let at = NODE_WORDS * root
  for (;;) {
    const left = nodes[at + 2] as number
    if (left === 0) return at
    const packed = nodes[at + 1] as number
    const x = values[row + (packed >>> 2)] as number
    const goesLeft =
      (packed & CATEGORY) !== 0 ? inSet(forest, at, x) : Number.isNaN(x) ? undefined : x <= (floats[at] as number)
    at = NODE_WORDS * (root + left + ((goesLeft ?? (packed & MISSING_LEFT) !== 0) ? 0 : 1))
  }
}

/** Does a category's code go left? Undefined for missing values and codes beyond the levels. */
function inSet({ nodes, sets, maps, mapStarts }: ForestTrees, at: number, code: number): boolean | undefined {
  const feature = (nodes[at + 1] as number) >>> 2
  const start = mapStarts[feature] as number
  if (!(code >= 0 && code < (mapStarts[feature + 1] as number) - start)) return undefined
  const bin = maps[start + Math.floor(code)] as number
  return (((sets[(nodes[at] as number) + (bin >> 5)] as number) >>> (bin & 31)) & 1) === 1
}
