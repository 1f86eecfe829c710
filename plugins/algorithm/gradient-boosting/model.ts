import type { TreeShape } from './leaves.ts'

/**
 * Boosted trees as flat arrays. The nodes of all trees stand one tree after the other; tree t starts at `starts[t]` and
 * belongs to output t % outputs. Within a tree, children stand behind their parents, right ones behind their left siblings.
 */
export type BoostedTrees = {
  /** Number of features. */
  readonly features: number
  /** First score of each output: log-odds, logarithms of shares, or the mean. */
  readonly base: Float64Array
  /** First node of every tree, and the number of nodes: u32 [trees + 1]. */
  readonly starts: Uint32Array
  /** Feature that a node asks for; -1 in a leaf. */
  readonly feature: Int32Array
  /** x <= threshold goes left; in a leaf its value, learning rate included. */
  readonly threshold: Float32Array
  /** Left child, counted from the start of its tree; the right child follows it. 0 in a leaf. */
  readonly left: Uint32Array
  /** MISSING_LEFT and CATEGORY. */
  readonly flags: Uint8Array
  /** First word of a category node's set in `sets`. */
  readonly set: Uint32Array
  /** Sets: a count of words, then as many words of bits; bit c set: code c goes left. */
  readonly sets: Uint32Array
  /** Hessian sum of a node: how much of the training rows it stands for. */
  readonly cover: Float32Array
  /** Gain of all splits by feature. */
  readonly gain: Float64Array
}

/** Splits of all trees by feature. */
export function splitCounts({ feature, features }: BoostedTrees): Float64Array {
  const counts = new Float64Array(features)
  for (const f of feature) if (f >= 0) counts[f] = (counts[f] as number) + 1
  return counts
}

/** Flag: missing values and levels that no set knows go left. */
export const MISSING_LEFT = 1
/** Flag: the node asks for a set of categories. */
export const CATEGORY = 2

/** Collects trees node by node. */
export class ModelBuilder {
  readonly #features: number
  readonly #base: Float64Array
  readonly #starts: number[] = []
  readonly #setStarts: number[] = []
  readonly #feature: number[] = []
  readonly #threshold: number[] = []
  readonly #left: number[] = []
  readonly #flags: number[] = []
  readonly #set: number[] = []
  readonly #sets: number[] = []
  readonly #cover: number[] = []
  readonly #gain: { readonly feature: number; readonly gain: number }[][] = []

  constructor(features: number, base: Float64Array) {
    this.#features = features
    this.#base = base
  }

  get trees(): number {
    return this.#starts.length
  }

  /** Begins a tree with its root, node 0. */
  beginTree(cover: number): void {
    this.#starts.push(this.#feature.length)
    this.#setStarts.push(this.#sets.length)
    this.#gain.push([])
    this.#addNode(cover)
  }

  /** The splits of the current tree. */
  shape(): TreeShape {
    const root = this.#at(0)
    return { feature: this.#feature.slice(root), left: this.#left.slice(root) }
  }

  /** Gives a leaf its value. */
  leaf(node: number, value: number): void {
    this.#threshold[this.#at(node)] = value
  }

  /** Splits a node of the current tree; gives the left child's number, the right one's follows it. */
  split(
    node: number,
    split: {
      readonly feature: number
      readonly missingLeft: boolean
      readonly gain: number
      readonly leftCover: number
      readonly rightCover: number
      /** A threshold, or the codes' directions as words of bits. */
      readonly test: number | readonly number[]
    },
  ): number {
    const at = this.#at(node)
    const left = this.#feature.length - (this.#starts.at(-1) as number)
    const category = typeof split.test !== 'number'
    this.#feature[at] = split.feature
    this.#flags[at] = (split.missingLeft ? MISSING_LEFT : 0) | (category ? CATEGORY : 0)
    this.#left[at] = left
    if (typeof split.test === 'number') this.#threshold[at] = split.test
    else {
      this.#set[at] = this.#sets.length
      this.#sets.push(split.test.length)
      for (const word of split.test) this.#sets.push(word)
    }
    this.#gain.at(-1)?.push({ feature: split.feature, gain: split.gain })
    this.#addNode(split.leftCover)
    this.#addNode(split.rightCover)
    return left
  }

  /** The model of the first `trees` trees. */
  build(trees: number): BoostedTrees {
    const nodes = this.#starts[trees] ?? this.#feature.length
    const words = this.#setStarts[trees] ?? this.#sets.length
    const gain = new Float64Array(this.#features)
    for (const splits of this.#gain.slice(0, trees)) {
      for (const split of splits) gain[split.feature] = (gain[split.feature] as number) + split.gain
    }
    return {
      features: this.#features,
      base: this.#base,
      starts: Uint32Array.from([...this.#starts.slice(0, trees), nodes]),
      feature: Int32Array.from(this.#feature.slice(0, nodes)),
      threshold: Float32Array.from(this.#threshold.slice(0, nodes)),
      left: Uint32Array.from(this.#left.slice(0, nodes)),
      flags: Uint8Array.from(this.#flags.slice(0, nodes)),
      set: Uint32Array.from(this.#set.slice(0, nodes)),
      sets: Uint32Array.from(this.#sets.slice(0, words)),
      cover: Float32Array.from(this.#cover.slice(0, nodes)),
      gain,
    }
  }

  #at(node: number): number {
    return (this.#starts.at(-1) as number) + node
  }

  #addNode(cover: number): void {
    this.#feature.push(-1)
    this.#threshold.push(0)
    this.#left.push(0)
    this.#flags.push(0)
    this.#set.push(0)
    this.#cover.push(cover)
  }
}
