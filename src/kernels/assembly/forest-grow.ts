// Growing trees: open nodes on a stack, the smaller child first, so that the stack stays as short as log2 of the rows. The
// work can stop after any node, and between features of a node, and go on later.
//
// A node of the tree is 12 bytes: u32 word, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child (0: a
// leaf; the right child follows it). The word is: in a leaf its value f32, or with classes its number; at a number the last
// bin that goes left; at a category the first word of its set, bits of which bins go left (the bin of missing values too).
import { drawBag } from './forest-bag'
import { FEATURE, GAIN, GOES_LEFT, LEFT_G, LEFT_H, MISSING_LEFT, PLACE } from './forest-cuts'
import {
  BASE,
  BIN_COUNTS,
  CLASS_SUMS,
  CLASSES,
  columnOf,
  COUNT_ROWS,
  COVERS,
  DONE,
  DRAWN,
  FEATURES,
  IMPORTANCE,
  KINDS,
  LEAF_COUNT,
  LEARNED,
  LEAVES,
  LOOKED,
  MAX_DEPTH,
  MIN_LEAF,
  N,
  NODE_COUNT,
  NODES,
  OPEN,
  ORDER,
  OUTSIDE,
  PLACES,
  QUEUED,
  ROWS,
  SCRATCH,
  SEARCH,
  SET_WORDS,
  SETS,
  STACK,
  TARGETS,
  TIMES,
  TREE,
  TREE_BYTES,
  treeOf,
  TREES,
} from './forest-plan'
import { findSplit } from './forest-splits'
import { treePartition } from './trees-splits'

const NODE_BYTES: u32 = 12

/** What work weighs, in values of features that are read. */
const WORK_A_ROW: f64 = 16
const WORK_A_NODE: f64 = 300

/**
 * An open node is 40 bytes: u32 node, u32 first of its rows, u32 behind the last, u32 depth, u32 first of the rows that the tree
 * did not draw, u32 behind the last, f64 G, f64 H.
 */
const OPEN_BYTES: u32 = 40

function open(
  plan: usize,
  node: u32,
  begin: u32,
  end: u32,
  depth: u32,
  begin0: u32,
  end0: u32,
  g: f64,
  h: f64,
): void {
  const size = load<u32>(plan, OPEN)
  const at = load<usize>(plan, STACK) + size * OPEN_BYTES
  store<u32>(at, node)
  store<u32>(at, begin, 4)
  store<u32>(at, end, 8)
  store<u32>(at, depth, 12)
  store<u32>(at, begin0, 16)
  store<u32>(at, end0, 20)
  store<f64>(at, g, 24)
  store<f64>(at, h, 32)
  store<u32>(plan, size + 1, OPEN)
}

/** Takes the next tree: draws its rows and opens its root. */
function beginTree(plan: usize): void {
  const tree = load<usize>(plan, TREES) + (load<u32>(plan, DONE) % load<u32>(plan, PLACES)) * TREE_BYTES
  store<usize>(plan, tree, TREE)
  drawBag(plan)
  const features = load<u32>(plan, FEATURES)
  const order = load<usize>(plan, ORDER)
  for (let f: u32 = 0; f < features; f++) store<u32>(order + (f << 2), f)
  memory.fill(load<usize>(tree, IMPORTANCE), 0, features << 3)
  const learned = load<u32>(plan, LEARNED)
  const rows = load<usize>(plan, ROWS)
  const drawn = load<usize>(plan, DRAWN)
  let sums = f64x2.splat(0)
  for (let i: u32 = 0; i < learned; i++) {
    sums = f64x2.add(sums, v128.load(drawn + (load<u32>(rows + (i << 2)) << 4)))
  }
  store<u32>(tree, 1, NODE_COUNT)
  store<u32>(tree, 0, SET_WORDS)
  store<u32>(tree, 0, LEAF_COUNT)
  store<u32>(plan, 0, OPEN)
  store<u32>(plan, 0, LOOKED)
  const end = load<usize>(tree, OUTSIDE) == 0 ? learned : load<u32>(plan, N)
  open(plan, 0, 0, learned, 0, learned, end, f64x2.extract_lane(sums, 0), f64x2.extract_lane(sums, 1))
}

/** Grows the queued trees until all are done, or until about `budget` values of features were read. */
export function forestGrow(plan: usize, budget: f64): void {
  let work = budget
  while (work > 0) {
    if (treeOf(plan) == 0) {
      if (load<u32>(plan, DONE) == load<u32>(plan, QUEUED)) return
      beginTree(plan)
      work -= WORK_A_ROW * <f64>load<u32>(plan, N)
    } else if (load<u32>(plan, OPEN) == 0) {
      store<u32>(plan, load<u32>(plan, DONE) + 1, DONE)
      store<usize>(plan, 0, TREE)
    } else work = refine(plan, work)
  }
}

/** Splits the node on top of the stack, or makes it a leaf; or begins to, where the work is up. The work that is left. */
function refine(plan: usize, budget: f64): f64 {
  const top = load<u32>(plan, OPEN) - 1
  const at = load<usize>(plan, STACK) + top * OPEN_BYTES
  const node = load<u32>(at)
  const begin = load<u32>(at, 4)
  const end = load<u32>(at, 8)
  const depth = load<u32>(at, 12)
  const begin0 = load<u32>(at, 16)
  const end0 = load<u32>(at, 20)
  const g = load<f64>(at, 24)
  const h = load<f64>(at, 32)
  const rows = load<usize>(plan, ROWS) + (begin << 2)
  const count = end - begin
  const classes = load<u32>(plan, CLASSES)
  const search = load<usize>(plan, SEARCH)
  let work = budget
  if (load<u32>(plan, LOOKED) == 0) {
    store<f32>(load<usize>(treeOf(plan), COVERS) + (node << 2), <f32>h)
    work -= WORK_A_NODE + WORK_A_ROW * <f64>count
    if (classes > 0) sumByClass(plan, rows, count, classes)
    if (isLeaf(plan, rows, count, depth, h)) {
      store<u32>(plan, top, OPEN)
      finish(plan, node, begin0, end0, g, h)
      return work
    }
  }
  work = findSplit(plan, rows, count, g, h, work)
  if (load<u32>(plan, LOOKED) > 0) return work
  store<u32>(plan, top, OPEN)
  const feature = load<i32>(search, FEATURE)
  if (feature < 0) {
    finish(plan, node, begin0, end0, g, h)
    return work
  }

  enterSplit(plan, node, <u32>feature, search)
  credit(plan, <u32>feature, load<f64>(search, GAIN) - ownPart(plan, classes, g, h))
  const tree = treeOf(plan)
  const left = load<u32>(tree, NODE_COUNT)
  store<u32>(tree, left + 2, NODE_COUNT)
  const leftG = load<f64>(search, LEFT_G)
  const leftH = load<f64>(search, LEFT_H)
  const middle = part(plan, <u32>feature, begin, end)
  const middle0 = part(plan, <u32>feature, begin0, end0)
  if (middle - begin <= end - middle) {
    open(plan, left + 1, middle, end, depth + 1, middle0, end0, g - leftG, h - leftH)
    open(plan, left, begin, middle, depth + 1, begin0, middle0, leftG, leftH)
  } else {
    open(plan, left, begin, middle, depth + 1, begin0, middle0, leftG, leftH)
    open(plan, left + 1, middle, end, depth + 1, middle0, end0, g - leftG, h - leftH)
  }
  return work
}

/** Puts the rows of a part that go left first, by the table of bins. Where those end that go right begin. */
function part(plan: usize, feature: u32, begin: u32, end: u32): u32 {
  const rows = load<usize>(plan, ROWS) + (begin << 2)
  const goesLeft = load<usize>(plan, SEARCH) + GOES_LEFT
  const column = columnOf(plan, feature)
  return begin + <u32>treePartition(rows, end - begin, column, 1, goesLeft, load<usize>(plan, SCRATCH))
}

/** Is there no way, or no reason, to split a node of these rows? */
function isLeaf(plan: usize, rows: usize, count: u32, depth: u32, h: f64): bool {
  if (count < 2 || depth >= load<u32>(plan, MAX_DEPTH)) return true
  const size = load<u32>(plan, COUNT_ROWS) == 1 ? sizeOf(plan, rows, count) : h
  return size < 2.0 * <f64>load<u32>(plan, MIN_LEAF) || pure(plan, rows, count)
}

/** Rows of a node, each as often as it was drawn. */
function sizeOf(plan: usize, rows: usize, count: u32): f64 {
  const times = load<usize>(plan, TIMES)
  let size: u32 = 0
  for (let i: u32 = 0; i < count; i++) size += load<u32>(times + (load<u32>(rows + (i << 2)) << 2))
  return <f64>size
}

/** Have all rows of a node the same target? */
function pure(plan: usize, rows: usize, count: u32): bool {
  const targets = load<usize>(plan, TARGETS)
  const first = load<u32>(targets + (load<u32>(rows) << 2))
  for (let i: u32 = 1; i < count; i++) {
    if (load<u32>(targets + (load<u32>(rows + (i << 2)) << 2)) != first) return false
  }
  return true
}

/** Sums of a node's weights by class. */
function sumByClass(plan: usize, rows: usize, count: u32, classes: u32): void {
  const sums = load<usize>(plan, CLASS_SUMS)
  const drawn = load<usize>(plan, DRAWN)
  const targets = load<usize>(plan, TARGETS)
  memory.fill(sums, 0, classes << 3)
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(rows + (i << 2))
    const at = sums + (load<u32>(targets + (row << 2)) << 3)
    store<f64>(at, load<f64>(at) + load<f64>(drawn + (row << 4), 8))
  }
}

/** What a node gives as a leaf: the sum of squared sums, each by weight. */
function ownPart(plan: usize, classes: u32, g: f64, h: f64): f64 {
  if (classes == 0) return (g * g) / h
  const sums = load<usize>(plan, CLASS_SUMS)
  let squares: f64 = 0
  for (let k: u32 = 0; k < classes; k++) squares += load<f64>(sums + (k << 3)) * load<f64>(sums + (k << 3))
  return squares / h
}

function credit(plan: usize, feature: u32, gain: f64): void {
  const at = load<usize>(treeOf(plan), IMPORTANCE) + (feature << 3)
  store<f64>(at, load<f64>(at) + max(gain, 0))
}

/** Writes an inner node, and completes the table of which bins go left. Its children come next. */
function enterSplit(plan: usize, node: u32, feature: u32, search: usize): void {
  const tree = treeOf(plan)
  const at = load<usize>(tree, NODES) + node * NODE_BYTES
  const category = load<u8>(load<usize>(plan, KINDS) + feature) == 1
  const missingLeft = <u32>load<i32>(search, MISSING_LEFT)
  const goesLeft = search + GOES_LEFT
  store<u32>(at, (feature << 2) | missingLeft | (category ? 2 : 0), 4)
  store<u32>(at, load<u32>(tree, NODE_COUNT), 8)
  if (!category) {
    const place = load<u32>(search, PLACE)
    const bins = load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2))
    memory.fill(goesLeft, 1, place + 1)
    memory.fill(goesLeft + place + 1, 0, 255 - place)
    store<u8>(goesLeft + bins, <u8>missingLeft)
    store<u32>(at, place)
    return
  }
  const first = load<u32>(tree, SET_WORDS)
  const words = (load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2)) >> 5) + 1
  const set = load<usize>(tree, SETS) + (first << 2)
  for (let word: u32 = 0; word < words; word++) {
    let bits: u32 = 0
    for (let bit: u32 = 0; bit < 32; bit++) bits |= <u32>load<u8>(goesLeft + (word << 5) + bit) << bit
    store<u32>(set + (word << 2), bits)
  }
  store<u32>(tree, first + words, SET_WORDS)
  store<u32>(at, first)
}

/** Writes a leaf, and its word for the rows that the tree did not draw. One without weight gives the base, or equal shares. */
function finish(plan: usize, node: u32, begin0: u32, end0: u32, g: f64, h: f64): void {
  const tree = treeOf(plan)
  const at = load<usize>(tree, NODES) + node * NODE_BYTES
  const classes = load<u32>(plan, CLASSES)
  store<u32>(at, 0, 4)
  store<u32>(at, 0, 8)
  if (classes == 0) {
    const value = <f32>(load<f64>(plan, BASE) - (h > 0 ? g / h : 0))
    store<f32>(at, value + 0) // -0 is 0
  } else {
    const number = load<u32>(tree, LEAF_COUNT)
    const leaf = load<usize>(tree, LEAVES) + ((number * classes) << 2)
    const sums = load<usize>(plan, CLASS_SUMS)
    for (let k: u32 = 0; k < classes; k++) {
      const share = h > 0 ? load<f64>(sums + (k << 3)) / h : 1.0 / <f64>classes
      store<f32>(leaf + (k << 2), <f32>share)
    }
    store<u32>(tree, number + 1, LEAF_COUNT)
    store<u32>(at, number)
  }
  const word = load<u32>(at)
  const rows = load<usize>(plan, ROWS)
  const outside = load<usize>(tree, OUTSIDE)
  for (let i = begin0; i < end0; i++) store<u32>(outside + (load<u32>(rows + (i << 2)) << 2), word)
}
