// Growing trees: open nodes on a stack, the smaller child first, so that the stack stays as short as log2 of the rows. The
// work can stop after any node, and between features of a node, and go on later.
import { drawBag } from './forest-bag'
import { FEATURE, GAIN, GOES_LEFT, LEFT_G, LEFT_H } from './forest-cuts'
import {
  CLASS_SUMS,
  CLASSES,
  columnOf,
  COUNT_ROWS,
  COVERS,
  DONE,
  DRAWN,
  FEATURES,
  IMPORTANCE,
  LEAF_COUNT,
  LEARNED,
  LOOKED,
  MAX_DEPTH,
  MIN_LEAF,
  N,
  NODE_COUNT,
  OPEN,
  ORDER,
  OUTSIDE,
  PLACES,
  QUEUED,
  ROWS,
  SCRATCH,
  SEARCH,
  SET_WORDS,
  STACK,
  TARGETS,
  TIMES,
  TREE,
  TREE_BYTES,
  treeOf,
  TREES,
} from './forest-plan'
import { forgetConstants } from './forest-constants'
import { credit, enterSplit, finish, ownPart } from './forest-nodes'
import { findSplit } from './forest-splits'
import { treePartition } from './trees-rows'

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
  forgetConstants(plan, 0)
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
    forgetConstants(plan, depth)
  }
  work = findSplit(plan, rows, count, depth, g, h, work)
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
  return begin + <u32>treePartition(rows, end - begin, column, goesLeft, load<usize>(plan, SCRATCH))
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
