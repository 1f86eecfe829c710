/**
 * The trees of a forest as flat arrays. Their nodes stand one tree after the other; tree t starts at node `starts[t]`. Leaves
 * give a value or, where there are classes, a distribution over them.
 */
export type ForestTrees = {
  /** Number of features. */
  readonly features: number
  /** Classes of the distributions; 0 where leaves give a value. */
  readonly classes: number
  /** First node of every tree, and the number of nodes: u32 [trees + 1]. */
  readonly starts: Uint32Array
  /**
   * Three words a node: what it holds, feature * 4 + flags, left child counted from the start of its tree (0: a leaf; the right
   * child follows the left one). A number's split holds the bits of its f32 threshold (x <= threshold goes left), a
   * category's the first word of its set, a leaf the bits of its f32 value or the number of its distribution.
   */
  readonly nodes: Uint32Array
  /** Sets of bins of categories, as words of bits; bit b set: bin b goes left. */
  readonly sets: Uint32Array
  /** Distributions f32 [leaves, classes]. */
  readonly leaves: Float32Array
  /** Bins of the codes of categories: those of feature f lie at mapStarts[f] … mapStarts[f + 1]. */
  readonly maps: Uint8Array
  readonly mapStarts: Uint32Array
}

/** Words of a node. */
export const NODE_WORDS = 3
/** Flag: missing values and levels that training did not see go left. */
export const MISSING_LEFT = 1
/** Flag: the node asks for a set of categories. */
export const CATEGORY = 2
