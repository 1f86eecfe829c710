// Nodes of a tree, and what is known of each.
//
// A node of the tree is 12 bytes: u32 word, u32 feature * 4 + flags (1: missing goes left, 2: category), u32 left child (0: a
// leaf; the right child follows it). The word is: in a leaf its value f32, or with classes its number; at a number the last
// bin that goes left; at a category the first word of its set, bits of which bins go left (the bin of missing values too).
import { GOES_LEFT, MISSING_LEFT, PLACE } from './forest-cuts'
import {
  BASE,
  BIN_COUNTS,
  CLASS_SUMS,
  CLASSES,
  IMPORTANCE,
  KINDS,
  LEAF_COUNT,
  LEAVES,
  NODE_COUNT,
  NODES,
  OUTSIDE,
  ROWS,
  SET_WORDS,
  SETS,
  treeOf,
} from './forest-plan'

const NODE_BYTES: u32 = 12

/** What a node gives as a leaf: the sum of squared sums, each by weight. */
export function ownPart(plan: usize, classes: u32, g: f64, h: f64): f64 {
  if (classes == 0) return (g * g) / h
  const sums = load<usize>(plan, CLASS_SUMS)
  let squares: f64 = 0
  for (let k: u32 = 0; k < classes; k++) squares += load<f64>(sums + (k << 3)) * load<f64>(sums + (k << 3))
  return squares / h
}

/** Adds what a split took off the impurity to the feature's importance. */
export function credit(plan: usize, feature: u32, gain: f64): void {
  const at = load<usize>(treeOf(plan), IMPORTANCE) + (feature << 3)
  store<f64>(at, load<f64>(at) + max(gain, 0))
}

/** Writes an inner node, and completes the table of which bins go left. Its children come next. */
export function enterSplit(plan: usize, node: u32, feature: u32, search: usize): void {
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
export function finish(plan: usize, node: u32, begin0: u32, end0: u32, g: f64, h: f64): void {
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
