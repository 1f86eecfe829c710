// Scores: what trees give for rows of raw f32 features. A row's sum runs over the trees in their order, so it does not
// depend on which rows are scored with it.
//
// A node is 16 bytes: f32 threshold or leaf value, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left
// child within the tree (0: a leaf; the right child follows it), u32 first word of the category's set. A set is a count of
// words and that many words of bits; bit c says that code c goes left.

const ROWS_A_BLOCK = 256

/** 0 where a row goes left at an inner node, 1 where it goes right. */
// @ts-ignore: decorator
@inline
export function sideOf(node: usize, row: usize, sets: usize): u32 {
  const packed = load<u32>(node, 4)
  const x = load<f32>(row + (<usize>(packed >> 2) << 2))
  if ((packed & 2) == 0) {
    if (x == x) return <u32>(x > load<f32>(node))
  } else {
    const set = sets + (<usize>load<u32>(node, 12) << 2)
    if (x >= 0 && x < <f32>(load<u32>(set) << 5)) {
      const code = <u32>x
      return ((load<u32>(set + (<usize>(code >> 5) << 2), 4) >> (code & 31)) & 1) ^ 1
    }
  }
  return (packed & 1) ^ 1
}

/** Value of one tree for one row. */
// @ts-ignore: decorator
@inline
function leafOf(root: usize, row: usize, sets: usize): f32 {
  let node = root
  let left = load<u32>(node, 8)
  while (left != 0) {
    node = root + (<usize>(left + sideOf(node, row, sets)) << 4)
    left = load<u32>(node, 8)
  }
  return load<f32>(node)
}

/**
 * Adds `trees` trees to `scores` f64 [n, outputs]; tree t belongs to output t % outputs. `values` f32 [n, features];
 * `nodes` as above; `starts` u32 [trees]: first node of a tree.
 */
export function treeScores(
  scores: usize,
  values: usize,
  n: i32,
  features: i32,
  nodes: usize,
  starts: usize,
  trees: i32,
  outputs: i32,
  sets: usize,
): void {
  const rowBytes = <usize>features << 2
  for (let from = 0; from < n; from += ROWS_A_BLOCK) {
    const to = min(from + ROWS_A_BLOCK, n)
    for (let t = 0; t < trees; t++) {
      const root = nodes + (<usize>load<u32>(starts + (<usize>t << 2)) << 4)
      const output = t % outputs
      for (let i = from; i < to; i++) {
        const at = scores + (<usize>(i * outputs + output) << 3)
        store<f64>(at, load<f64>(at) + <f64>leafOf(root, values + <usize>i * rowBytes, sets))
      }
    }
  }
}

/** Adds `value` to column `output` of `scores` f64 [n, outputs] for the rows given (u32 [count]). */
export function treeAddToRows(scores: usize, outputs: i32, output: i32, rows: usize, count: i32, value: f64): void {
  for (let i = 0; i < count; i++) {
    const row = <i32>load<u32>(rows + (<usize>i << 2))
    const at = scores + (<usize>(row * outputs + output) << 3)
    store<f64>(at, load<f64>(at) + value)
  }
}
