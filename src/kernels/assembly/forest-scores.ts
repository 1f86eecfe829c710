// Scores of a forest: sums of what its trees say of rows of raw f32 features. A row's sum runs over the trees in their order,
// so it does not depend on which rows are scored with it.
//
// A node is 12 bytes: u32 word, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child within the tree
// (0: a leaf; the right child follows it). The word is: in a leaf its value f32, or with classes the number of its
// distribution; at a number its threshold f32; at a category the first word of its set, whose bit b says that bin b goes left.

const ROWS_A_BLOCK: u32 = 256

/** 0 where a row goes left at an inner node, 1 where it goes right. */
// @ts-ignore: decorator
@inline
function sideOf(node: usize, row: usize, sets: usize, maps: usize, mapStarts: usize): u32 {
  const packed = load<u32>(node, 4)
  const x = load<f32>(row + ((packed >> 2) << 2))
  if ((packed & 2) == 0) {
    if (x == x) return <u32>(x > load<f32>(node))
  } else {
    const start = mapStarts + ((packed >> 2) << 2)
    const first = load<u32>(start)
    if (x >= 0 && x < <f32>(load<u32>(start, 4) - first)) {
      const bin = <u32>load<u8>(maps + first + <u32>x)
      return ((load<u32>(sets + ((load<u32>(node) + (bin >> 5)) << 2)) >> (bin & 31)) & 1) ^ 1
    }
  }
  return (packed & 1) ^ 1
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
  for (let k: u32 = 0; k < outputs; k++) {
    const at = score + (k << 3)
    store<f64>(at, load<f64>(at) + <f64>load<f32>(shares + (k << 2)))
  }
}

/**
 * Adds the trees to `scores` f64 [rows, outputs]: leaf values, or where `leaves` is not 0 distributions f32 [leaves, outputs].
 * `values` f32 [rows, features]; `rows` u32 [n] says which rows, 0: the first n; `starts` u32 [trees]: first node of a tree.
 * `maps` u8: bins of the codes of the categories; those of feature f lie at mapStarts[f] … mapStarts[f + 1].
 */
export function forestScores(
  scores: usize,
  values: usize,
  rows: usize,
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
  for (let from: u32 = 0; from < n; from += ROWS_A_BLOCK) {
    const to = min(from + ROWS_A_BLOCK, n)
    for (let t: u32 = 0; t < trees; t++) {
      const root = nodes + <usize>load<u32>(starts + (t << 2)) * 12
      for (let i = from; i < to; i += 4) {
        // Four rows at a time, so that they wait for memory together. Behind the end the last row stands in.
        const r0 = rowOf(rows, i)
        const r1 = rowOf(rows, min(i + 1, last))
        const r2 = rowOf(rows, min(i + 2, last))
        const r3 = rowOf(rows, min(i + 3, last))
        const x0 = values + ((r0 * features) << 2)
        const x1 = values + ((r1 * features) << 2)
        const x2 = values + ((r2 * features) << 2)
        const x3 = values + ((r3 * features) << 2)
        let node0 = root
        let node1 = root
        let node2 = root
        let node3 = root
        while (true) {
          const left0 = load<u32>(node0, 8)
          const left1 = load<u32>(node1, 8)
          const left2 = load<u32>(node2, 8)
          const left3 = load<u32>(node3, 8)
          if ((left0 | left1 | left2 | left3) == 0) break
          node0 = next(node0, left0, root, x0, sets, maps, mapStarts)
          node1 = next(node1, left1, root, x1, sets, maps, mapStarts)
          node2 = next(node2, left2, root, x2, sets, maps, mapStarts)
          node3 = next(node3, left3, root, x3, sets, maps, mapStarts)
        }
        addLeaf(scores + ((r0 * outputs) << 3), node0, leaves, outputs)
        if (i + 1 < to) addLeaf(scores + ((r1 * outputs) << 3), node1, leaves, outputs)
        if (i + 2 < to) addLeaf(scores + ((r2 * outputs) << 3), node2, leaves, outputs)
        if (i + 3 < to) addLeaf(scores + ((r3 * outputs) << 3), node3, leaves, outputs)
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function rowOf(rows: usize, i: u32): u32 {
  return rows == 0 ? i : load<u32>(rows + (i << 2))
}
