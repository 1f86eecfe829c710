import type { KernelMemory, Kernels } from './kernels.ts'
import type { BinnedFeatures } from './trees.ts'

type SplitFunctions = {
  treeLeafWeight(settings: number): number
  treeBestSplit(
    histogram: number,
    chosen: number,
    chosenCount: number,
    offsets: number,
    binCounts: number,
    kinds: number,
    monotone: number,
    settings: number,
    best: number,
    scratch: number,
  ): void
  treeSplitTable(
    histogram: number,
    category: number,
    bins: number,
    settings: number,
    best: number,
    goesLeft: number,
    scratch: number,
  ): void
  treePartition(rows: number, count: number, bins: number, stride: number, goesLeft: number, scratch: number): number
}

const of = (kernels: Kernels): SplitFunctions => kernels.functions as unknown as SplitFunctions

/** What a split is judged by. */
export interface SplitRules {
  readonly l1: number
  readonly l2: number
  readonly minChildWeight: number
  readonly minGain: number
  /** Added to the hessian when categories are sorted by their gradient. */
  readonly categorySmoothing: number
}

/** A node as the search for splits sees it: its sums, and the bounds that monotone constraints set on its weight. */
export interface NodeSums {
  readonly g: number
  readonly h: number
  readonly lowest: number
  readonly highest: number
}

export interface Split {
  readonly feature: number
  readonly category: boolean
  /** Numbers: the last bin that goes left. */
  readonly place: number
  readonly missingLeft: boolean
  readonly gain: number
  readonly leftG: number
  readonly leftH: number
  /** Weights of the two children, if they are leaves. */
  readonly leftWeight: number
  readonly rightWeight: number
  /** 1 for every bin of the feature that goes left; u8 [256]. */
  readonly goesLeft: Uint8Array
}

/** Bytes of kernel memory that a search takes. */
export const SPLIT_SEARCH_BYTES = 64 + 64 + 4096 + 256

/** Finds splits of nodes, in memory of a scope. */
export class SplitSearch {
  readonly #kernels: Kernels
  readonly #features: BinnedFeatures
  readonly #minGain: number
  readonly #settings: Float64Array
  readonly #best: Float64Array
  readonly #places: Int32Array
  readonly #goesLeft: Uint8Array
  readonly #scratch: Uint8Array

  constructor(kernels: Kernels, memory: KernelMemory, features: BinnedFeatures, rules: SplitRules) {
    this.#kernels = kernels
    this.#features = features
    this.#minGain = rules.minGain
    this.#settings = memory.f64(8)
    this.#best = memory.f64(8)
    this.#places = new Int32Array(this.#best.buffer, this.#best.byteOffset + 40, 3)
    this.#scratch = memory.u8(4096)
    this.#goesLeft = memory.u8(256)
    this.#settings.set([rules.l1, rules.l2, rules.minChildWeight, 0, 0, rules.categorySmoothing])
  }

  /** The weight that a node has as a leaf. */
  leafWeight(node: NodeSums): number {
    this.#enter(node)
    return of(this.#kernels).treeLeafWeight(this.#settings.byteOffset)
  }

  /**
   * The best split of a node over the features `chosen` (ascending), or undefined where none gains more than `minGain`.
   * Of equal splits the one of the lowest feature, then of the lowest bin, then with missing values to the right wins.
   */
  best(histogram: Float64Array, chosen: Int32Array, node: NodeSums): Split | undefined {
    const { offsets, binCounts, kinds, monotone } = this.#features
    const kernel = of(this.#kernels)
    const best = this.#best
    const places = this.#places
    this.#enter(node)
    best[0] = this.#minGain
    kernel.treeBestSplit(
      histogram.byteOffset,
      chosen.byteOffset,
      chosen.length,
      offsets.byteOffset,
      binCounts.byteOffset,
      kinds.byteOffset,
      monotone.byteOffset,
      this.#settings.byteOffset,
      best.byteOffset,
      this.#scratch.byteOffset,
    )
    const [feature = -1, place = 0, missingLeft = 0] = places
    if (feature < 0) return undefined
    const [gain = 0, leftG = 0, leftH = 0, leftWeight = 0, rightWeight = 0] = best
    kernel.treeSplitTable(
      histogram.byteOffset + (offsets[feature] as number),
      kinds[feature] as number,
      binCounts[feature] as number,
      this.#settings.byteOffset,
      best.byteOffset,
      this.#goesLeft.byteOffset,
      this.#scratch.byteOffset,
    )
    const category = kinds[feature] === 1
    const goesLeft = Uint8Array.from(this.#goesLeft)
    return {
      feature,
      category,
      place,
      missingLeft: missingLeft === 1,
      gain,
      leftG,
      leftH,
      leftWeight,
      rightWeight,
      goesLeft,
    }
  }

  /** Parts `rows` by a split: those that go left first, each side in its order. Gives how many go left. `scratch` is as long. */
  part(rows: Uint32Array, split: Split, scratch: Uint32Array): number {
    const { bins, stride } = this.#features
    this.#goesLeft.set(split.goesLeft)
    const column = bins.byteOffset + split.feature
    const { byteOffset } = this.#goesLeft
    return of(this.#kernels).treePartition(rows.byteOffset, rows.length, column, stride, byteOffset, scratch.byteOffset)
  }

  #enter({ g, h, lowest, highest }: NodeSums): void {
    this.#settings[3] = lowest
    this.#settings[4] = highest
    this.#settings[6] = g
    this.#settings[7] = h
  }
}
