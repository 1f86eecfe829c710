import { MISSING_LEFT, NODE_WORDS } from '../forest/trees.ts'
import type { Draw } from './sample.ts'

const LARGEST = 3.4028234663852886e38

/** A sample of rows: f32 [rows, features]. */
export interface Sample {
  readonly rows: number
  readonly features: number
  readonly values: Float32Array
}

/**
 * Grows an isolation tree: each node cuts a feature drawn at random between its least and its largest value, until a row stands
 * alone, all rows are alike or the depth is reached at which an ordinary row would stand alone. Missing values go where
 * most rows go, so that what is missing makes no row strange. Leaves hold how many splits it takes to isolate their
 * rows: their depth, and what `meanPaths` expects of those that still stand together.
 *
 * Nodes are laid out as those of `ForestTrees`.
 */
export function isolationTree(sample: Sample, meanPaths: Float64Array, draw: Draw): Uint32Array {
  const order = Uint32Array.from({ length: sample.rows }, (_, row) => row)
  const candidates = Uint32Array.from({ length: sample.features }, (_, f) => f)
  const nodes = new Uint32Array(NODE_WORDS * Math.max(1, 2 * sample.rows - 1))
  const floats = new Float32Array(nodes.buffer)
  const deepest = 32 - Math.clz32(Math.max(sample.rows, 1) - 1) // log2 of the rows, rounded up
  const open = [{ node: 0, begin: 0, end: sample.rows, depth: 0 }]
  let count = 1
  for (let top = open.pop(); top !== undefined; top = open.pop()) {
    const { node, begin, end, depth } = top
    const at = NODE_WORDS * node
    const rows = order.subarray(begin, end)
    const cut = depth < deepest ? randomCut(sample, rows, candidates, draw) : undefined
    if (cut === undefined) {
      floats[at] = depth + (meanPaths[rows.length] as number)
      continue
    }
    const { feature, threshold } = cut
    const column = (row: number): number => sample.values[row * sample.features + feature] as number
    const left = rows.filter((row) => column(row) <= threshold)
    const right = rows.filter((row) => column(row) > threshold)
    const missing = rows.filter((row) => Number.isNaN(column(row)))
    const missingLeft = left.length >= right.length
    rows.set(left)
    rows.set(missing, left.length)
    rows.set(right, left.length + missing.length)
    const middle = begin + left.length + (missingLeft ? missing.length : 0)
    floats[at] = threshold
    nodes[at + 1] = (feature << 2) | (missingLeft ? MISSING_LEFT : 0)
    nodes[at + 2] = count
    open.push({ node: count + 1, begin: middle, end, depth: depth + 1 })
    open.push({ node: count, begin, end: middle, depth: depth + 1 })
    count += 2
  }
  return nodes.slice(0, NODE_WORDS * count)
}

/** A threshold that parts the rows by a feature drawn from those in which they differ; undefined where there is none. */
function randomCut(
  { values, features }: Sample,
  rows: Uint32Array,
  candidates: Uint32Array,
  draw: Draw,
): { feature: number; threshold: number } | undefined {
  if (rows.length < 2) return undefined
  for (let tried = 0; tried < features; tried++) {
    const at = tried + Math.floor(draw() * (features - tried))
    const feature = candidates[at] as number
    candidates[at] = candidates[tried] as number
    candidates[tried] = feature
    let least = Number.POSITIVE_INFINITY
    let most = Number.NEGATIVE_INFINITY
    for (const row of rows) {
      const value = values[row * features + feature] as number
      if (value < least) least = value
      if (value > most) most = value
    }
    if (least < most) return { feature, threshold: between(least, most, draw()) }
  }
  return undefined
}

/** A f32 in [least, most), at `share` of the way. */
function between(least: number, most: number, share: number): number {
  const low = Math.max(least, -LARGEST)
  const threshold = Math.fround(low + share * (Math.min(most, LARGEST) - low))
  return (threshold < most ? threshold : least) + 0 // -0 is 0
}
