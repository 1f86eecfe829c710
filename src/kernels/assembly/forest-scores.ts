// Scores of a forest: sums of what its trees say of rows of raw f32 features. A row's sum runs over the trees in their order,
// so it does not depend on which rows are scored with it.
//
// A node is 12 bytes: u32 word, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child within the tree
// (0: a leaf; the right child follows it). The word is: in a leaf its value f32, or with classes the number of its
// distribution; at a number its threshold f32; at a category the first word of its set, whose bit b says that bin b goes left.

/** Bytes of rows that are scored by one tree after the other: they and the tree stay in the cache. */
const BLOCK_BYTES: u32 = 131072

/** 0 where a row goes left at an inner node, 1 where it goes right. */
// @ts-ignore: decorator
@inline
function sideOf(node: usize, row: usize, sets: usize, maps: usize, mapStarts: usize): u32 {
  const packed = load<u32>(node, 4)
  const x = load<f32>(row + (packed & ~3))
  const missingRight = (packed & 1) ^ 1
  if ((packed & 2) == 0) return <u32>(x > load<f32>(node)) | (<u32>(x != x) & missingRight)
  const start = mapStarts + (packed & ~3)
  const first = load<u32>(start)
  if (!(x >= 0 && x < <f32>(load<u32>(start, 4) - first))) return missingRight
  const bin = <u32>load<u8>(maps + first + <u32>x)
  return ((load<u32>(sets + ((load<u32>(node) + (bin >> 5)) << 2)) >> (bin & 31)) & 1) ^ 1
}

/** The child that a row goes to, or the node itself where that is a leaf. */
// @ts-ignore: decorator
@inline
function next(node: usize, left: u32, root: usize, row: usize, sets: usize, maps: usize, mapStarts: usize): usize {
  const child = root + <usize>(left + sideOf(node, row, sets, maps, mapStarts)) * 12
  return left == 0 ? node : child
}

/** Adds what a leaf holds to the scores of a row. */
// @ts-ignore: decorator
@inline
function addLeaf(score: usize, leaf: usize, leaves: usize, outputs: u32): void {
  if (leaves == 0) {
    store<f64>(score, load<f64>(score) + <f64>load<f32>(leaf))
    return
  }
  const shares = leaves + ((load<u32>(leaf) * outputs) << 2)
  let k: u32 = 0
  for (; k + 1 < outputs; k += 2) {
    const at = score + (k << 3)
    v128.store(at, f64x2.add(v128.load(at), f64x2.promote_low_f32x4(v128.load64_zero(shares + (k << 2)))))
  }
  if (k < outputs) store<f64>(score + (k << 3), load<f64>(score + (k << 3)) + <f64>load<f32>(shares + (k << 2)))
}

/**
 * Adds the trees to `scores` f64 [n, outputs]: leaf values, or where `leaves` is not 0 distributions f32 [leaves, outputs].
 * `values` f32 [n, features]; `starts` u32 [trees]: first node of a tree.
 * `maps` u8: bins of the codes of the categories; those of feature f lie at mapStarts[f] … mapStarts[f + 1].
 */
export function forestScores(
  scores: usize,
  values: usize,
  n: u32,
  features: u32,
  nodes: usize,
  starts: usize,
  trees: u32,
  outputs: u32,
  sets: usize,
  leaves: usize,
  maps: usize,
  mapStarts: usize,
): void {
  const last = n - 1
  const width = features << 2
  const block = min(max((BLOCK_BYTES / max(width, 1)) & ~7, 64), 4096)
  for (let from: u32 = 0; from < n; from += block) {
    const to = min(from + block, n)
    for (let t: u32 = 0; t < trees; t++) {
      const root = nodes + <usize>load<u32>(starts + (t << 2)) * 12
      for (let i = from; i < to; i += 8) {
        // Eight rows at a time, so that they wait for memory together. Behind the end the last row stands in.
        const x0 = values + i * width
        const x1 = values + min(i + 1, last) * width
        const x2 = values + min(i + 2, last) * width
        const x3 = values + min(i + 3, last) * width
        const x4 = values + min(i + 4, last) * width
        const x5 = values + min(i + 5, last) * width
        const x6 = values + min(i + 6, last) * width
        const x7 = values + min(i + 7, last) * width
        let node0 = root
        let node1 = root
        let node2 = root
        let node3 = root
        let node4 = root
        let node5 = root
        let node6 = root
        let node7 = root
        while (true) {
          const left0 = load<u32>(node0, 8)
          const left1 = load<u32>(node1, 8)
          const left2 = load<u32>(node2, 8)
          const left3 = load<u32>(node3, 8)
          const left4 = load<u32>(node4, 8)
          const left5 = load<u32>(node5, 8)
          const left6 = load<u32>(node6, 8)
          const left7 = load<u32>(node7, 8)
          if ((left0 | left1 | left2 | left3 | left4 | left5 | left6 | left7) == 0) break
          node0 = next(node0, left0, root, x0, sets, maps, mapStarts)
          node1 = next(node1, left1, root, x1, sets, maps, mapStarts)
          node2 = next(node2, left2, root, x2, sets, maps, mapStarts)
          node3 = next(node3, left3, root, x3, sets, maps, mapStarts)
          node4 = next(node4, left4, root, x4, sets, maps, mapStarts)
          node5 = next(node5, left5, root, x5, sets, maps, mapStarts)
          node6 = next(node6, left6, root, x6, sets, maps, mapStarts)
          node7 = next(node7, left7, root, x7, sets, maps, mapStarts)
        }
        const score = scores + ((i * outputs) << 3)
        const step = outputs << 3
        addLeaf(score, node0, leaves, outputs)
        if (i + 1 < to) addLeaf(score + 1 * step, node1, leaves, outputs)
        if (i + 2 < to) addLeaf(score + 2 * step, node2, leaves, outputs)
        if (i + 3 < to) addLeaf(score + 3 * step, node3, leaves, outputs)
        if (i + 4 < to) addLeaf(score + 4 * step, node4, leaves, outputs)
        if (i + 5 < to) addLeaf(score + 5 * step, node5, leaves, outputs)
        if (i + 6 < to) addLeaf(score + 6 * step, node6, leaves, outputs)
        if (i + 7 < to) addLeaf(score + 7 * step, node7, leaves, outputs)
      }
    }
  }
}
