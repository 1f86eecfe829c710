// Shapley values of trees: what each feature adds to one row's score, where features that are left out are averaged over by
// the cover of the training rows. Exact, in the time of all leaves times depth squared: S. Lundberg et al., "From local
// explanations to global understanding with explainable AI for trees" (2020), algorithm 2 of its supplement.
//
// A path element is 32 bytes: f64 share of the training rows that the feature's splits let through, f64 1 or 0 for whether
// the row itself passes, f64 weight of the subsets of the path of each size, i32 feature.
import { sideOf } from './trees-scores'

const ZERO: usize = 0
const ONE: usize = 8
const WEIGHT: usize = 16
const NAME: usize = 24

// @ts-ignore: decorator
@inline
function element(path: usize, i: i32): usize {
  return path + (<usize>i << 5)
}

/** Adds a feature at position `depth` of a path that holds `depth` elements. */
function extend(path: usize, depth: i32, zero: f64, one: f64, feature: i32): void {
  const last = element(path, depth)
  store<f64>(last, zero, ZERO)
  store<f64>(last, one, ONE)
  store<f64>(last, depth == 0 ? 1 : 0, WEIGHT)
  store<i32>(last, feature, NAME)
  const size = <f64>(depth + 1)
  for (let i = depth - 1; i >= 0; i--) {
    const at = element(path, i)
    const weight = load<f64>(at, WEIGHT)
    const next = element(path, i + 1)
    store<f64>(next, load<f64>(next, WEIGHT) + (one * weight * <f64>(i + 1)) / size, WEIGHT)
    store<f64>(at, (zero * weight * <f64>(depth - i)) / size, WEIGHT)
  }
}

/** Takes element `which` out of a path whose last element is `depth`. */
function unwind(path: usize, depth: i32, which: i32): void {
  const one = load<f64>(element(path, which), ONE)
  const zero = load<f64>(element(path, which), ZERO)
  const size = <f64>(depth + 1)
  let next = load<f64>(element(path, depth), WEIGHT)
  for (let i = depth - 1; i >= 0; i--) {
    const at = element(path, i)
    const weight = load<f64>(at, WEIGHT)
    if (one != 0) {
      const own = (next * size) / (<f64>(i + 1) * one)
      store<f64>(at, own, WEIGHT)
      next = weight - (own * zero * <f64>(depth - i)) / size
    } else {
      store<f64>(at, (weight * size) / (zero * <f64>(depth - i)), WEIGHT)
    }
  }
  for (let i = which; i < depth; i++) {
    const at = element(path, i)
    const from = element(path, i + 1)
    store<f64>(at, load<f64>(from, ZERO), ZERO)
    store<f64>(at, load<f64>(from, ONE), ONE)
    store<i32>(at, load<i32>(from, NAME), NAME)
  }
}

/** Sum of the weights that the path would have without element `which`. */
function unwoundSum(path: usize, depth: i32, which: i32): f64 {
  const one = load<f64>(element(path, which), ONE)
  const zero = load<f64>(element(path, which), ZERO)
  const size = <f64>(depth + 1)
  let next = load<f64>(element(path, depth), WEIGHT)
  let total: f64 = 0
  for (let i = depth - 1; i >= 0; i--) {
    const weight = load<f64>(element(path, i), WEIGHT)
    if (one != 0) {
      const own = (next * size) / (<f64>(i + 1) * one)
      total += own
      next = weight - (own * zero * <f64>(depth - i)) / size
    } else {
      total += (weight * size) / (zero * <f64>(depth - i))
    }
  }
  return total
}

/** Walks both ways from a node. `parent` holds the path so far; this node's own path stands behind it. */
function explain(
  parts: usize,
  root: usize,
  index: u32,
  covers: usize,
  row: usize,
  sets: usize,
  parent: usize,
  depth: i32,
  zero: f64,
  one: f64,
  feature: i32,
): void {
  const path = element(parent, depth)
  memory.copy(path, parent, <usize>depth << 5)
  extend(path, depth, zero, one, feature)
  const node = root + (<usize>index << 4)
  const left = load<u32>(node, 8)
  if (left == 0) {
    const value = <f64>load<f32>(node)
    for (let i = 1; i <= depth; i++) {
      const at = element(path, i)
      const share = unwoundSum(path, depth, i) * (load<f64>(at, ONE) - load<f64>(at, ZERO))
      const part = parts + (<usize>load<i32>(at, NAME) << 3)
      store<f64>(part, load<f64>(part) + share * value)
    }
    return
  }
  const own = <i32>(load<u32>(node, 4) >> 2)
  let reached = depth
  let zeroBefore: f64 = 1
  let oneBefore: f64 = 1
  for (let i = 1; i <= depth; i++) {
    const at = element(path, i)
    if (load<i32>(at, NAME) != own) continue
    zeroBefore = load<f64>(at, ZERO)
    oneBefore = load<f64>(at, ONE)
    unwind(path, depth, i)
    reached = depth - 1
    break
  }
  const cover = <f64>load<f32>(covers + (<usize>index << 2))
  const side = sideOf(node, row, sets)
  for (let s: u32 = 0; s < 2; s++) {
    const child = left + s
    const share = <f64>load<f32>(covers + (<usize>child << 2)) / cover
    const passes = s == side ? oneBefore : 0
    explain(parts, root, child, covers, row, sets, path, reached + 1, zeroBefore * share, passes, own)
  }
}

/**
 * Adds the parts of every `step`-th tree from tree `first` on to `parts` f64 [features] of one row (f32 [features]).
 * `nodes`, `starts` and `sets` as for scores; `covers` f32 a node; `scratch`: 16 * (d + 2) * (d + 3) bytes for trees of depth d.
 */
export function treeContributions(
  parts: usize,
  row: usize,
  nodes: usize,
  covers: usize,
  starts: usize,
  trees: i32,
  first: i32,
  step: i32,
  sets: usize,
  scratch: usize,
): void {
  for (let t = first; t < trees; t += step) {
    const start = <usize>load<u32>(starts + (<usize>t << 2))
    explain(parts, nodes + (start << 4), 0, covers + (start << 2), row, sets, scratch, 0, 1, 1, -1)
  }
}
