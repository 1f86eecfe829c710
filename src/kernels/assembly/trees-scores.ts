// Scores: what trees give for rows of raw f32 features. A row's sum runs over the trees in their order, so it does not
// depend on which rows are scored with it.
//
// Rows are scored in blocks: the columns that the trees ask for are laid out one below the other, 64 rows each, and every
// tree walks all rows of the block while its nodes are at hand, eight rows side by side to hide the waiting for memory.
// There is nothing to branch on in a step down a tree of numbers: where missing values go left, the node asks for a column
// in which they are -Infinity, else for one in which they are NaN, which is <= nothing; and a leaf asks for a column of
// -Infinity, which is <= its value, with itself as the left child. A walk ends when none of its rows moves any more.
//
// A node is 16 bytes: f32 threshold or leaf value, u32 bytes to its column in the block + flags (1: missing goes left, 2:
// category), u32 bytes from the node to its right child (the left one follows; 16 in a leaf), u32 first word of the
// category's set. A set is a count of words and that many words of bits; bit c says that code c goes left.

/** Rows of a block: a column is then 256 bytes, and the flags fit below. */
const BLOCK = 64
const FLAGS: u32 = 255

/** Copies one column of `count` rows into the block; of missing values it makes -Infinity where `low` is 1. */
// @ts-ignore: decorator
@inline
function fillColumn(column: usize, values: usize, rowBytes: usize, count: i32, low: u32): void {
  for (let i = 0; i < count; i++) {
    const x = load<f32>(values + <usize>i * rowBytes)
    store<f32>(column + (<usize>i << 2), low != 0 && x != x ? -Infinity : x)
  }
}

/** Bytes from a node to the child that a row goes to; 0 in a leaf. `cell` is the row's place in the block's first column. */
// @ts-ignore: decorator
@inline
function step(node: usize, cell: usize, place: usize): u32 {
  const x = load<f32>(cell + place + <usize>load<u32>(node, 4))
  return load<u32>(node, 8) - (u32(x <= load<f32>(node)) << 4)
}

/** The same in a tree that splits categories too. */
// @ts-ignore: decorator
@inline
function stepOfAny(node: usize, cell: usize, sets: usize): u32 {
  const packed = load<u32>(node, 4)
  const x = load<f32>(cell + <usize>(packed & ~FLAGS))
  let left = u32(x <= load<f32>(node))
  if ((packed & 2) != 0) {
    const set = sets + (<usize>load<u32>(node, 12) << 2)
    left = packed & 1
    if (x >= 0 && x < <f32>(load<u32>(set) << 5)) {
      const code = <u32>x
      left = (load<u32>(set + (<usize>(code >> 5) << 2), 4) >> (code & 31)) & 1
    }
  }
  return load<u32>(node, 8) - (left << 4)
}

// @ts-ignore: decorator
@inline
function add(at: usize, leaf: usize): void {
  store<f64>(at, load<f64>(at) + <f64>load<f32>(leaf))
}

/** Which of four rows, f32x4 of the node's column, go left. */
// @ts-ignore: decorator
@inline
function goLeft(node: usize, cell: usize): v128 {
  return f32x4.le(v128.load(cell + <usize>load<u32>(node, 4)), v128.load32_splat(node))
}

/** The children that four rows of a node go to, as pointers. */
// @ts-ignore: decorator
@inline
function childrenOf(node: usize, cell: usize): v128 {
  const right = i32x4.splat(<i32>(node + <usize>load<u32>(node, 8)))
  return i32x4.add(right, v128.and(goLeft(node, cell), i32x4.splat(-16)))
}

/** Where four rows are after two steps from a root that is no leaf; `left` and `right` are its children. */
// @ts-ignore: decorator
@inline
function afterTwo(root: usize, left: usize, right: usize, cell: usize): v128 {
  return v128.bitselect(childrenOf(left, cell), childrenOf(right, cell), goLeft(root, cell))
}

/** Adds one tree of numbers, of at least 2 splits to the deepest leaf, to the scores of `count` rows, `stride` bytes apart. */
function scoreNumbers(root: usize, depth: i32, block: usize, count: i32, scores: usize, stride: usize): void {
  const right = root + <usize>load<u32>(root, 8)
  const left = right - 16
  let i = 0
  let at = scores
  let cell = block
  for (; i + 8 <= count; i += 8) {
    const four = afterTwo(root, left, right, cell)
    const next = afterTwo(root, left, right, cell + 16)
    let a = <usize>i32x4.extract_lane(four, 0)
    let b = <usize>i32x4.extract_lane(four, 1)
    let c = <usize>i32x4.extract_lane(four, 2)
    let d = <usize>i32x4.extract_lane(four, 3)
    let e = <usize>i32x4.extract_lane(next, 0)
    let f = <usize>i32x4.extract_lane(next, 1)
    let g = <usize>i32x4.extract_lane(next, 2)
    let h = <usize>i32x4.extract_lane(next, 3)
    for (let level = 2; level < depth; level++) {
      const sa = step(a, cell, 0)
      const sb = step(b, cell, 4)
      const sc = step(c, cell, 8)
      const sd = step(d, cell, 12)
      const se = step(e, cell, 16)
      const sf = step(f, cell, 20)
      const sg = step(g, cell, 24)
      const sh = step(h, cell, 28)
      a += sa
      b += sb
      c += sc
      d += sd
      e += se
      f += sf
      g += sg
      h += sh
      if ((sa | sb | sc | sd | se | sf | sg | sh) == 0) break
    }
    add(at, a)
    add(at + stride, b)
    add(at + 2 * stride, c)
    add(at + 3 * stride, d)
    add(at + 4 * stride, e)
    add(at + 5 * stride, f)
    add(at + 6 * stride, g)
    add(at + 7 * stride, h)
    at += stride << 3
    cell += 32
  }
  for (; i < count; i++) {
    addOne(root, cell, at)
    at += stride
    cell += 4
  }
}

/** Adds one tree of numbers to the score of one row. */
function addOne(root: usize, cell: usize, score: usize): void {
  let node = root
  let moved: u32
  do {
    moved = step(node, cell, 0)
    node += moved
  } while (moved != 0)
  add(score, node)
}

/** The same for any tree. */
function scoreAny(root: usize, block: usize, count: i32, scores: usize, stride: usize, sets: usize): void {
  for (let i = 0; i < count; i++) {
    const cell = block + (<usize>i << 2)
    let node = root
    let moved: u32
    do {
      moved = stepOfAny(node, cell, sets)
      node += moved
    } while (moved != 0)
    add(scores + <usize>i * stride, node)
  }
}

/**
 * Adds `trees` trees to `scores` f64 [n, outputs]; tree t belongs to output t % outputs. `values` f32 [n, features];
 * `nodes` as above; `starts` u32 [trees]: first node of a tree; `depths` i32 [trees]: splits on the way to its deepest leaf, 0 where it splits categories.
 * `columns` u32 [columnCount]: feature * 2, + 1 where missing values are -Infinity; one column of -Infinity alone follows.
 * `block`: 256 bytes a column, that last one among them.
 */
export function treeScores(
  scores: usize,
  values: usize,
  n: i32,
  features: i32,
  nodes: usize,
  starts: usize,
  depths: usize,
  trees: i32,
  outputs: i32,
  sets: usize,
  columns: usize,
  columnCount: i32,
  block: usize,
): void {
  const rowBytes = <usize>features << 2
  const stride = <usize>outputs << 3
  const lowest = block + <usize>columnCount * (BLOCK << 2)
  for (let i = 0; i < BLOCK; i++) store<f32>(lowest + (<usize>i << 2), -Infinity)
  for (let from = 0; from < n; from += BLOCK) {
    const count = min(n - from, BLOCK)
    const first = values + <usize>from * rowBytes
    for (let c = 0; c < columnCount; c++) {
      const source = load<u32>(columns + (<usize>c << 2))
      const column = block + <usize>c * (BLOCK << 2)
      fillColumn(column, first + (<usize>(source >> 1) << 2), rowBytes, count, source & 1)
    }
    const own = scores + <usize>from * stride
    let output = 0
    for (let t = 0; t < trees; t++) {
      const root = nodes + (<usize>load<u32>(starts + (<usize>t << 2)) << 4)
      const at = own + (<usize>output << 3)
      const depth = load<i32>(depths + (<usize>t << 2))
      if (depth >= 2) scoreNumbers(root, depth, block, count, at, stride)
      else scoreAny(root, block, count, at, stride, sets)
      output = output + 1 == outputs ? 0 : output + 1
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
