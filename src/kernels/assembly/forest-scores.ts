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

/** The leaf that a row ends in. */
// @ts-ignore: decorator
@inline
function leafOf(root: usize, row: usize, sets: usize, maps: usize, mapStarts: usize): usize {
  let node = root
  let left = load<u32>(node, 8)
  while (left != 0) {
    node = root + <usize>(left + sideOf(node, row, sets, maps, mapStarts)) * 12
    left = load<u32>(node, 8)
  }
  return node
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
  for (let from: u32 = 0; from < n; from += ROWS_A_BLOCK) {
    const to = min(from + ROWS_A_BLOCK, n)
    for (let t: u32 = 0; t < trees; t++) {
      const root = nodes + <usize>load<u32>(starts + (t << 2)) * 12
      for (let i = from; i < to; i++) {
        const row = rows == 0 ? i : load<u32>(rows + (i << 2))
        const leaf = leafOf(root, values + ((row * features) << 2), sets, maps, mapStarts)
        const score = scores + ((row * outputs) << 3)
        if (leaves == 0) {
          store<f64>(score, load<f64>(score) + <f64>load<f32>(leaf))
          continue
        }
        const shares = leaves + ((load<u32>(leaf) * outputs) << 2)
        for (let k: u32 = 0; k < outputs; k++) {
          const at = score + (k << 3)
          store<f64>(at, load<f64>(at) + <f64>load<f32>(shares + (k << 2)))
        }
      }
    }
  }
}
