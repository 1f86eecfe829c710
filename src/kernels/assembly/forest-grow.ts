// Growing one tree: open nodes on a stack, the smaller child first, so that the stack stays as short as log2 of the rows.
// The work can stop after any node and go on later.
//
// A node of the tree is 12 bytes: u32 word, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child (0: a
// leaf; the right child follows it). The word is: in a leaf its value f32, or with classes its number; at a number the last
// bin that goes left; at a category the first word of its set, bits of which bins go left (the bin of missing values too).
import { forestBag } from './forest-bag'
import { FEATURE, GAIN, GOES_LEFT, LEFT_G, LEFT_H, MISSING_LEFT, PLACE } from './forest-cuts'
import {
  BASE,
  BIN_COUNTS,
  CLASS_SUMS,
  CLASSES,
  columnOf,
  COUNT_ROWS,
  DRAWN,
  FEATURES,
  IMPORTANCE,
  KINDS,
  LEAF_COUNT,
  LEARNED,
  LEAVES,
  MAX_DEPTH,
  MIN_LEAF,
  NODE_COUNT,
  NODES,
  OPEN,
  ORDER,
  ROWS,
  SCRATCH,
  SEARCH,
  SET_WORDS,
  SETS,
  STACK,
  TARGETS,
  TIMES,
  TRIES,
} from './forest-plan'
import { findSplit } from './forest-splits'
import { treePartition } from './trees-rows'

const NODE_BYTES: u32 = 12

/** An open node is 32 bytes: u32 node, u32 first of its rows, u32 behind the last, u32 depth, f64 G, f64 H. */
function open(plan: usize, node: u32, begin: u32, end: u32, depth: u32, g: f64, h: f64): void {
  const size = load<u32>(plan, OPEN)
  const at = load<usize>(plan, STACK) + (size << 5)
  store<u32>(at, node)
  store<u32>(at, begin, 4)
  store<u32>(at, end, 8)
  store<u32>(at, depth, 12)
  store<f64>(at, g, 16)
  store<f64>(at, h, 24)
  store<u32>(plan, size + 1, OPEN)
}

/** Draws the tree's rows and opens its root. */
export function forestBegin(plan: usize): void {
  forestBag(plan)
  const features = load<u32>(plan, FEATURES)
  const order = load<usize>(plan, ORDER)
  for (let f: u32 = 0; f < features; f++) store<u32>(order + (f << 2), f)
  memory.fill(load<usize>(plan, IMPORTANCE), 0, features << 3)
  const learned = load<u32>(plan, LEARNED)
  const rows = load<usize>(plan, ROWS)
  const drawn = load<usize>(plan, DRAWN)
  let sums = f64x2.splat(0)
  for (let i: u32 = 0; i < learned; i++) {
    sums = f64x2.add(sums, v128.load(drawn + (load<u32>(rows + (i << 2)) << 4)))
  }
  store<u32>(plan, 1, NODE_COUNT)
  store<u32>(plan, 0, SET_WORDS)
  store<u32>(plan, 0, LEAF_COUNT)
  store<u32>(plan, 0, OPEN)
  open(plan, 0, 0, learned, 0, f64x2.extract_lane(sums, 0), f64x2.extract_lane(sums, 1))
}

/** Works on open nodes until none is left, or until about `budget` values of features were read. How many are left. */
export function forestGrow(plan: usize, budget: f64): u32 {
  const tries = <f64>load<u32>(plan, TRIES)
  let work = budget
  while (load<u32>(plan, OPEN) > 0 && work > 0) {
    const top = load<u32>(plan, OPEN) - 1
    const at = load<usize>(plan, STACK) + (top << 5)
    store<u32>(plan, top, OPEN)
    const begin = load<u32>(at, 4)
    const end = load<u32>(at, 8)
    work -= tries * <f64>(end - begin)
    refine(plan, load<u32>(at), begin, end, load<u32>(at, 12), load<f64>(at, 16), load<f64>(at, 24))
  }
  return load<u32>(plan, OPEN)
}

/** Splits a node, or makes it a leaf. */
function refine(plan: usize, node: u32, begin: u32, end: u32, depth: u32, g: f64, h: f64): void {
  const rows = load<usize>(plan, ROWS) + (begin << 2)
  const count = end - begin
  const classes = load<u32>(plan, CLASSES)
  if (classes > 0) sumByClass(plan, rows, count, classes)
  const size = load<u32>(plan, COUNT_ROWS) == 1 ? sizeOf(plan, rows, count) : h
  const enough = size >= 2.0 * <f64>load<u32>(plan, MIN_LEAF)
  if (count < 2 || depth >= load<u32>(plan, MAX_DEPTH) || !enough || pure(plan, rows, count)) {
    return finish(plan, node, g, h)
  }
  findSplit(plan, rows, count, g, h)
  const search = load<usize>(plan, SEARCH)
  const feature = load<i32>(search, FEATURE)
  if (feature < 0) return finish(plan, node, g, h)

  enterSplit(plan, node, <u32>feature, search)
  credit(plan, <u32>feature, load<f64>(search, GAIN) - ownPart(plan, classes, g, h))
  const column = columnOf(plan, <u32>feature)
  const left = load<u32>(plan, NODE_COUNT)
  store<u32>(plan, left + 2, NODE_COUNT)
  const leftG = load<f64>(search, LEFT_G)
  const leftH = load<f64>(search, LEFT_H)
  const moved = treePartition(
    rows,
    count,
    column,
    1,
    search + GOES_LEFT,
    load<usize>(plan, SCRATCH),
  )
  const middle = begin + <u32>moved
  if (middle - begin <= end - middle) {
    open(plan, left + 1, middle, end, depth + 1, g - leftG, h - leftH)
    open(plan, left, begin, middle, depth + 1, leftG, leftH)
  } else {
    open(plan, left, begin, middle, depth + 1, leftG, leftH)
    open(plan, left + 1, middle, end, depth + 1, g - leftG, h - leftH)
  }
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
  const at = load<usize>(plan, IMPORTANCE) + (feature << 3)
  store<f64>(at, load<f64>(at) + max(gain, 0))
}

/** Writes an inner node, and completes the table of which bins go left. Its children come next. */
function enterSplit(plan: usize, node: u32, feature: u32, search: usize): void {
  const at = load<usize>(plan, NODES) + node * NODE_BYTES
  const category = load<u8>(load<usize>(plan, KINDS) + feature) == 1
  const missingLeft = <u32>load<i32>(search, MISSING_LEFT)
  const goesLeft = search + GOES_LEFT
  store<u32>(at, (feature << 2) | missingLeft | (category ? 2 : 0), 4)
  store<u32>(at, load<u32>(plan, NODE_COUNT), 8)
  if (!category) {
    const place = load<u32>(search, PLACE)
    const bins = load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2))
    memory.fill(goesLeft, 1, place + 1)
    memory.fill(goesLeft + place + 1, 0, 255 - place)
    store<u8>(goesLeft + bins, <u8>missingLeft)
    store<u32>(at, place)
    return
  }
  const first = load<u32>(plan, SET_WORDS)
  const words = (load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2)) >> 5) + 1
  const set = load<usize>(plan, SETS) + (first << 2)
  for (let word: u32 = 0; word < words; word++) {
    let bits: u32 = 0
    for (let bit: u32 = 0; bit < 32; bit++) bits |= <u32>load<u8>(goesLeft + (word << 5) + bit) << bit
    store<u32>(set + (word << 2), bits)
  }
  store<u32>(plan, first + words, SET_WORDS)
  store<u32>(at, first)
}

/** Writes a leaf. One without weight gives the base, or equal shares. */
function finish(plan: usize, node: u32, g: f64, h: f64): void {
  const at = load<usize>(plan, NODES) + node * NODE_BYTES
  const classes = load<u32>(plan, CLASSES)
  store<u32>(at, 0, 4)
  store<u32>(at, 0, 8)
  if (classes == 0) {
    const value = <f32>(load<f64>(plan, BASE) - (h > 0 ? g / h : 0))
    return store<f32>(at, value + 0) // -0 is 0
  }
  const number = load<u32>(plan, LEAF_COUNT)
  const leaf = load<usize>(plan, LEAVES) + ((number * classes) << 2)
  const sums = load<usize>(plan, CLASS_SUMS)
  for (let k: u32 = 0; k < classes; k++) {
    const share = h > 0 ? load<f64>(sums + (k << 3)) / h : 1.0 / <f64>classes
    store<f32>(leaf + (k << 2), <f32>share)
  }
  store<u32>(plan, number + 1, LEAF_COUNT)
  store<u32>(at, number)
}
