import type { DenseFeatures } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'
import { CATEGORY, MISSING_LEFT, NODE_WORDS } from '../forest/trees.ts'
import { treeContributions } from '../gradient-boosting/contributions.ts'
import type { BoostedTrees } from '../gradient-boosting/model.ts'
import type { Forest } from './model.ts'
import { forestScores } from './score.ts'

/** The trees that explain one class (0 where leaves give values); made when first asked for, and gone with the forest. */
const kept = new WeakMap<Forest, Map<number, BoostedTrees>>()

/**
 * Shapley values of the prediction, f64 [rows, features + 1]: what each feature adds to a row's value, or to the probability
 * of the positive class; with more classes, to that of the class that is most probable in the row. The mean over the
 * training rows, as the trees drew them, comes last.
 */
export function forestContributions(forest: Forest, X: DenseFeatures, kernels: Kernels): Float64Array {
  const width = forest.features + 1
  const trees = forest.starts.length - 1
  const all = new Float64Array(X.rows * width)
  for (const [output, rows] of rowsByOutput(forest, X, kernels)) {
    const parts = treeContributions(additive(forest, output), rowsOf(X, rows), kernels)
    rows.forEach((row, i) => {
      for (let f = 0; f < width; f++) all[row * width + f] = (parts[i * width + f] as number) / trees
    })
  }
  return all
}

/** Which rows are explained by which class: the most probable one. */
function rowsByOutput(forest: Forest, X: DenseFeatures, kernels: Kernels): Map<number, number[]> {
  const { classes } = forest
  const scores = classes > 0 ? forestScores(forest, X, kernels) : new Float64Array(0)
  const rows = new Map<number, number[]>()
  for (let row = 0; row < X.rows; row++) {
    let top = 0
    for (let k = 1; k < classes; k++) {
      if ((scores[row * classes + k] as number) > (scores[row * classes + top] as number)) top = k
    }
    const own = rows.get(top) ?? []
    own.push(row)
    rows.set(top, own)
  }
  return rows
}

function rowsOf(X: DenseFeatures, rows: readonly number[]): DenseFeatures {
  const width = X.features.length
  const values = new Float32Array(rows.length * width)
  rows.forEach((row, i) => {
    values.set(X.values.subarray(row * width, (row + 1) * width), i * width)
  })
  return { ...X, rows: rows.length, values }
}

/** The forest as trees whose values add up, of one class where leaves hold distributions. */
function additive(forest: Forest, output: number): BoostedTrees {
  const made = kept.get(forest) ?? new Map<number, BoostedTrees>()
  kept.set(forest, made)
  const trees = made.get(output) ?? additiveTrees(forest, output)
  made.set(output, trees)
  return trees
}

function additiveTrees(forest: Forest, output: number): BoostedTrees {
  const { features, starts, nodes, leaves, classes, covers } = forest
  const count = covers.length
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  const feature = new Int32Array(count).fill(-1)
  const threshold = new Float32Array(count)
  const left = new Uint32Array(count)
  const flags = new Uint8Array(count)
  const set = new Uint32Array(count)
  const sets: number[] = []
  for (let node = 0; node < count; node++) {
    const [word = 0, packed = 0, child = 0] = nodes.subarray(NODE_WORDS * node, NODE_WORDS * (node + 1))
    threshold[node] = floats[NODE_WORDS * node] as number
    if (child === 0) {
      if (classes > 0) threshold[node] = leaves[word * classes + output] as number
      continue
    }
    feature[node] = packed >>> 2
    left[node] = child
    flags[node] = packed & 3
    if ((packed & CATEGORY) === 0) continue
    set[node] = sets.length
    sets.push(...setOfCodes(forest, packed, word))
  }
  const gain = new Float64Array(features)
  return {
    features,
    base: Float64Array.of(0),
    starts,
    feature,
    threshold,
    left,
    flags,
    set,
    sets: Uint32Array.from(sets),
    cover: covers,
    gain,
  }
}

/** The codes that go left, out of a set of bins: a count of words and that many words of bits. */
function setOfCodes({ sets, maps, mapStarts }: Forest, packed: number, first: number): Uint32Array {
  const start = mapStarts[packed >>> 2] as number
  const levels = (mapStarts[(packed >>> 2) + 1] as number) - start
  const words = new Uint32Array(1 + Math.ceil(levels / 32))
  words[0] = words.length - 1
  for (let code = 0; code < 32 * (words.length - 1); code++) {
    const bin = maps[start + code] as number
    const inSet = (): number => ((sets[first + (bin >> 5)] as number) >>> (bin & 31)) & 1
    const goesLeft = code < levels ? inSet() : packed & MISSING_LEFT // codes beyond the levels go where missing values go
    words[1 + (code >> 5)] = ((words[1 + (code >> 5)] as number) | (goesLeft << (code & 31))) >>> 0
  }
  return words
}
