// The plan: what the kernels of a forest work on, as words of 32 bits at the offsets below. Pointers are bytes of memory.
// `src/kernels/forest.ts` writes it in the same order.

/** u32 [n]: all rows; those that the tree learns from first, a node's rows together. */
export const ROWS: usize = 0
/** u32 [n]. */
export const SCRATCH: usize = 4
export const N: usize = 8
/** u8 [n, stride]; the bin behind a feature's last value bin holds missing values. */
export const BINS: usize = 12
export const STRIDE: usize = 16
export const FEATURES: usize = 20
/** i32 [features]: value bins. */
export const BIN_COUNTS: usize = 24
/** u8 [features]: 1 for a category. */
export const KINDS: usize = 28
/** 4 bytes a row: a value f32 or a class code i32. Rows whose bytes are equal have nothing to be split by. */
export const TARGETS: usize = 32
/** Pairs of f64 a row, on a grid on which all sums are exact: (weight * (base - value), weight). */
export const PAIRS: usize = 36
/** Those pairs times the number of times that the tree drew the row. */
export const DRAWN: usize = 40
/** u32 [n]: how often the tree drew a row. */
export const TIMES: usize = 44
/** Classes of leaves that hold distributions; 0 where leaves hold one value. */
export const CLASSES: usize = 48
/** Features that a node looks at. */
export const TRIES: usize = 52
export const MIN_LEAF: usize = 56
export const MAX_DEPTH: usize = 60
/** 1: one random cut a feature. */
export const EXTRA: usize = 64
/** 1: rows of a leaf have to be counted, since weights do not say how many there are. */
export const COUNT_ROWS: usize = 68
export const BOOTSTRAP: usize = 72
/** The two words that key the tree's random numbers. */
export const KEY0: usize = 76
export const KEY1: usize = 80
/** Number of the next random number that is not yet in the buffer, a multiple of 4. */
export const RANDOM_NEXT: usize = 84
/** u32 [RANDOM_WORDS]. */
export const RANDOM: usize = 88
export const RANDOM_USED: usize = 92
/** u32 [features]: a permutation that goes on changing through the tree. */
export const ORDER: usize = 96
/** f64: sums by bin, 4 * 256 pairs or 256 * classes. All zero between features. */
export const CELLS: usize = 100
/** Scratch of the search for a split, see `forest-splits.ts`. */
export const SEARCH: usize = 104
/** Open nodes, see `forest-grow.ts`. */
export const STACK: usize = 108
export const OPEN: usize = 112
/** 12 bytes a node, see `forest-grow.ts`. */
export const NODES: usize = 116
export const NODE_COUNT: usize = 120
/** u32: sets of bins; bit b: bin b goes left. */
export const SETS: usize = 124
export const SET_WORDS: usize = 128
/** f32 [leaves, classes]. */
export const LEAVES: usize = 132
export const LEAF_COUNT: usize = 136
/** f64 [features]: how much the tree's splits on a feature lowered the sum of squared errors (or of weights times Gini impurity). */
export const IMPORTANCE: usize = 140
/** How many rows the tree learns from. */
export const LEARNED: usize = 144
/** f64 [3, classes]: sums by class of a node, of its left side, of its left side with missing values. */
export const CLASS_SUMS: usize = 148
/** f64: what is taken off values before they are summed, so that sums keep their digits. */
export const BASE: usize = 152

/** Random numbers in the buffer. */
export const RANDOM_WORDS: i32 = 256
