// The plan of a grower: what the kernels of a forest work on, as words of 32 bits at the offsets below. Pointers are bytes of
// memory. `src/kernels/forest.ts` writes it in the same order. Growers share the rows to learn from, and write to memory of
// their own alone: so any of them can work at the same time.

/** u32 [n]: the rows that the tree learns from, then the others; of both, a node's rows stand together. */
export const ROWS: usize = 0
/** u32 [n]. */
export const SCRATCH: usize = 4
export const N: usize = 8
/** u8 [features, n], column by column; the bin behind a feature's last value bin holds missing values. */
export const BINS: usize = 12
export const FEATURES: usize = 16
/** i32 [features]: value bins. */
export const BIN_COUNTS: usize = 20
/** u8 [features]: 1 for a category. */
export const KINDS: usize = 24
/** 4 bytes a row: a value f32 or a class code i32. Rows whose bytes are equal have nothing to be split by. */
export const TARGETS: usize = 28
/** Pairs of f64 a row, on a grid on which all sums are exact: (weight * (base - value), weight). */
export const PAIRS: usize = 32
/** Those pairs times the number of times that the tree drew the row. */
export const DRAWN: usize = 36
/** u32 [n]: how often the tree drew a row. */
export const TIMES: usize = 40
/** Classes of leaves that hold distributions; 0 where leaves hold one value. */
export const CLASSES: usize = 44
/** Features that a node looks at. */
export const TRIES: usize = 48
export const MIN_LEAF: usize = 52
export const MAX_DEPTH: usize = 56
/** 1: one random cut a feature. */
export const EXTRA: usize = 60
/** 1: rows of a leaf have to be counted, since weights do not say how many there are. */
export const COUNT_ROWS: usize = 64
/** Rows that a tree draws. */
export const DRAWS: usize = 68
/** 1: a row can be drawn again. */
export const REPLACE: usize = 72
/** Number of the next random number that is not yet in the buffer, a multiple of 4. */
export const RANDOM_NEXT: usize = 76
/** u32 [RANDOM_WORDS]. */
export const RANDOM: usize = 80
export const RANDOM_USED: usize = 84
/** u32 [features]: a permutation that goes on changing through the tree. */
export const ORDER: usize = 88
/** f64: sums by bin, 4 * 256 pairs or 256 * classes (made even). All zero between features. */
export const CELLS: usize = 92
/** Scratch of the search for a split, see `forest-cuts.ts`. */
export const SEARCH: usize = 96
/** Open nodes, see `forest-grow.ts`. */
export const STACK: usize = 100
export const OPEN: usize = 104
/** Features that the search has looked at for the node on top of the stack. */
export const LOOKED: usize = 108
/** How many rows the tree learns from. */
export const LEARNED: usize = 112
/** f64 [2, classes (made even)]: sums by class of a node, and of the left side of a cut. */
export const CLASS_SUMS: usize = 116
/** Places for trees, TREE_BYTES each: tree number i stands in place i modulo PLACES. */
export const TREES: usize = 120
export const PLACES: usize = 124
/** Trees that were queued since the plan was made, those that are done among them. */
export const QUEUED: usize = 128
export const DONE: usize = 132
/** The place of the tree that grows; 0 between trees. */
export const TREE: usize = 136
/** f64: what is taken off values before they are summed, so that sums keep their digits. */
export const BASE: usize = 144

/** The place of a tree: the two words that key its random numbers, and what is written as it grows. */
export const KEY0: usize = 0
export const KEY1: usize = 4
/** 12 bytes a node, see `forest-grow.ts`. */
export const NODES: usize = 8
export const NODE_COUNT: usize = 12
/** u32: sets of bins; bit b: bin b goes left. */
export const SETS: usize = 16
export const SET_WORDS: usize = 20
/** f32 [leaves, classes]. */
export const LEAVES: usize = 24
export const LEAF_COUNT: usize = 28
/** f64 [features]: how much the tree's splits on a feature lowered the sum of squared errors (or of weights times Gini impurity). */
export const IMPORTANCE: usize = 32
/** u32 [n], or 0: the word of the leaf that each row ends in, `LEARNED_FROM` for rows that the tree learned from. */
export const OUTSIDE: usize = 36
/** f32 a node: weight of the rows that the tree learned it from. */
export const COVERS: usize = 40
export const TREE_BYTES: u32 = 44

/** No leaf has this word: as bits of an f32 it is not a number. */
export const LEARNED_FROM: u32 = 0xffffffff

/** Random numbers in the buffer. */
export const RANDOM_WORDS: i32 = 256

/** The bins of one feature. */
// @ts-ignore: decorator
@inline
export function columnOf(plan: usize, feature: u32): usize {
  return load<usize>(plan, BINS) + feature * load<u32>(plan, N)
}

/** The place of the tree that grows. */
// @ts-ignore: decorator
@inline
export function treeOf(plan: usize): usize {
  return load<usize>(plan, TREE)
}
