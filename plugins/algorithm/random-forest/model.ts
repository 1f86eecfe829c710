import type { GrownTree } from 'daybook/kernels'
import { CATEGORY, type ForestTrees, NODE_WORDS } from '../forest/trees.ts'
import type { FeatureBins } from '../trees/bins.ts'

/** A forest; with two classes leaves give the share of the positive one. */
export type Forest = ForestTrees & {
  /** Weight of the rows that each node was learned from, f32 [nodes]. */
  readonly covers: Float32Array
  /** Mean decrease of impurity a feature. */
  readonly importance: Float64Array
}

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
  readonly #covers: Float32Array[] = []
  #setWords = 0
  #leafCount = 0

  /** `classes`: of distributions; 0 where leaves give a value. */
  constructor(classes: number) {
    this.#classes = classes
  }

  /** Takes a tree with thresholds over; what its nodes number in its own sets and leaves, they number in those of the forest then. */
  add({ nodes, sets, leaves, covers }: GrownTree): void {
    for (let at = 0; at < nodes.length; at += NODE_WORDS) {
      const leaf = nodes[at + 2] === 0
      if (leaf && this.#classes > 0) nodes[at] = (nodes[at] as number) + this.#leafCount
      else if (!leaf && ((nodes[at + 1] as number) & CATEGORY) !== 0) nodes[at] = (nodes[at] as number) + this.#setWords
    }
    this.#nodes.push(nodes)
    this.#sets.push(sets)
    this.#leaves.push(leaves)
    this.#covers.push(covers)
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
      covers: joined(this.#covers, new Float32Array(starts.at(-1) as number)),
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
