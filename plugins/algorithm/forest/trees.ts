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

/** The trees of a forest of numbers whose leaves give a value, out of the nodes of each. */
export function joinTrees(trees: readonly Uint32Array[], features: number): ForestTrees {
  const starts = new Uint32Array(trees.length + 1)
  trees.forEach((nodes, tree) => {
    starts[tree + 1] = (starts[tree] as number) + nodes.length / NODE_WORDS
  })
  const nodes = new Uint32Array(NODE_WORDS * (starts.at(-1) as number))
  trees.forEach((own, tree) => {
    nodes.set(own, NODE_WORDS * (starts[tree] as number))
  })
  return {
    features,
    classes: 0,
    starts,
    nodes,
    sets: new Uint32Array(0),
    leaves: new Float32Array(0),
    maps: new Uint8Array(0),
    mapStarts: new Uint32Array(features + 1),
  }
}
