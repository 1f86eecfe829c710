import type { GrownTree } from 'daybook/kernels'
import type { FeatureBins } from '../trees/bins.ts'

/**
 * A forest as flat arrays. The nodes of all trees stand one tree after the other; tree t starts at node `starts[t]`. Leaves
 * give a value (regression: the mean; two classes: the share of the positive one) or, with more classes, a distribution.
 */
export type Forest = {
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
  /** Mean decrease of impurity a feature. */
  readonly importance: Float64Array
}

/** Words of a node. */
export const NODE_WORDS = 3
/** Flag: missing values and levels that training did not see go left. */
export const MISSING_LEFT = 1
/** Flag: the node asks for a set of categories. */
export const CATEGORY = 2

/** The maps from codes to bins of all features, one behind the other. */
export function mapsOf(bins: readonly FeatureBins[]): { maps: Uint8Array; mapStarts: Uint32Array } {
  const mapStarts = new Uint32Array(bins.length + 1)
  bins.forEach((bin, f) => {
    mapStarts[f + 1] = (mapStarts[f] as number) + (bin.kind === 'category' ? bin.binOf.length : 0)
  })
  const maps = new Uint8Array(mapStarts[bins.length] as number)
  bins.forEach((bin, f) => {
    if (bin.kind === 'category') maps.set(bin.binOf, mapStarts[f])
  })
  return { maps, mapStarts }
}

/** Puts thresholds for the bins that a grown tree's numbers are cut behind; infinity: all values go left. In place. */
export function enterThresholds({ nodes }: GrownTree, bins: readonly FeatureBins[]): void {
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  for (let at = 0; at < nodes.length; at += NODE_WORDS) {
    const packed = nodes[at + 1] as number
    if (nodes[at + 2] === 0 || (packed & CATEGORY) !== 0) continue
    const bin = bins[packed >>> 2] as FeatureBins
    floats[at] = (bin.kind === 'number' ? bin.cuts[nodes[at] as number] : undefined) ?? Number.POSITIVE_INFINITY
  }
}

/** Collects the trees of a forest. */
export class ForestBuilder {
  readonly #classes: number
  readonly #nodes: Uint32Array[] = []
  readonly #sets: Uint32Array[] = []
  readonly #leaves: Float32Array[] = []
  #setWords = 0
  #leafCount = 0

  /** `classes`: of distributions; 0 where leaves give a value. */
  constructor(classes: number) {
    this.#classes = classes
  }

  /** Takes a tree with thresholds over; what its nodes number in its own sets and leaves, they number in those of the forest then. */
  add({ nodes, sets, leaves }: GrownTree): void {
    for (let at = 0; at < nodes.length; at += NODE_WORDS) {
      const leaf = nodes[at + 2] === 0
      if (leaf && this.#classes > 0) nodes[at] = (nodes[at] as number) + this.#leafCount
      else if (!leaf && ((nodes[at + 1] as number) & CATEGORY) !== 0) nodes[at] = (nodes[at] as number) + this.#setWords
    }
    this.#nodes.push(nodes)
    this.#sets.push(sets)
    this.#leaves.push(leaves)
    this.#setWords += sets.length
    if (this.#classes > 0) this.#leafCount += leaves.length / this.#classes
  }

  build(bins: readonly FeatureBins[], importance: Float64Array): Forest {
    const starts = new Uint32Array(this.#nodes.length + 1)
    this.#nodes.forEach((nodes, tree) => {
      starts[tree + 1] = (starts[tree] as number) + nodes.length / NODE_WORDS
    })
    return {
      features: bins.length,
      classes: this.#classes,
      starts,
      nodes: joined(this.#nodes, new Uint32Array(NODE_WORDS * (starts.at(-1) as number))),
      sets: joined(this.#sets, new Uint32Array(this.#setWords)),
      leaves: joined(this.#leaves, new Float32Array(this.#leafCount * this.#classes)),
      ...mapsOf(bins),
      importance,
    }
  }
}

function joined<T extends Uint32Array | Float32Array>(parts: readonly T[], into: T): T {
  let at = 0
  for (const part of parts) {
    into.set(part, at)
    at += part.length
  }
  return into
}
