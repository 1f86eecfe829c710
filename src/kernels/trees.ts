import type { Kernels } from './kernels.ts'

type TreeFunctions = {
  treeBinNumbers(values: number, n: number, cuts: number, cutCount: number, bins: number, stride: number): void
  treeBinCategories(
    values: number,
    n: number,
    binOf: number,
    levels: number,
    missingBin: number,
    bins: number,
    stride: number,
  ): void
  treeHistogram(
    histogram: number,
    rows: number,
    count: number,
    bins: number,
    stride: number,
    gradients: number,
    offsets: number,
    from: number,
    to: number,
  ): void
  treeSubtract(histogram: number, other: number, pairs: number): void
  treeClear(histogram: number, pairs: number): void
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
  treeScores(
    scores: number,
    values: number,
    n: number,
    features: number,
    nodes: number,
    starts: number,
    trees: number,
    outputs: number,
    sets: number,
  ): void
  treeAddToRows(scores: number, outputs: number, output: number, rows: number, count: number, value: number): void
  treeContributions(
    parts: number,
    row: number,
    nodes: number,
    covers: number,
    starts: number,
    trees: number,
    first: number,
    step: number,
    sets: number,
    scratch: number,
  ): void
}

const of = (kernels: Kernels): TreeFunctions => kernels.functions as unknown as TreeFunctions

/**
 * Features as bytes: u8 [rows, stride] row-major, stride a multiple of 4. The value bins of feature f count from 0 to
 * binCounts[f] - 1, and bin binCounts[f] holds its missing values.
 */
export interface BinnedFeatures {
  readonly bins: Uint8Array
  readonly stride: number
  /** Bytes from the start of a histogram to the first bin of each of the `stride` columns: 16 a bin. */
  readonly offsets: Uint32Array
  readonly binCounts: Int32Array
  /** 1 for a category. */
  readonly kinds: Uint8Array
  /** 1, -1 or 0 a feature, as bytes. */
  readonly monotone: Uint8Array
  /** Bins of all columns together: a histogram is f64 [2 * pairs]. */
  readonly pairs: number
}

/** Writes the bins of numeric column `feature`: the number of `cuts` (ascending) below a value; a NaN counts as missing. */
export function binNumbers(
  kernels: Kernels,
  into: BinnedFeatures,
  feature: number,
  values: Float32Array,
  cuts: Float32Array,
): void {
  const at = into.bins.byteOffset + feature
  of(kernels).treeBinNumbers(values.byteOffset, values.length, cuts.byteOffset, cuts.length, at, into.stride)
}

/** Writes the bins of category column `feature`: `binOf[code]`, or `missingBin` for NaN and unknown codes. */
export function binCategories(
  kernels: Kernels,
  into: BinnedFeatures,
  feature: number,
  values: Float32Array,
  binOf: Uint8Array,
  missingBin: number,
): void {
  const at = into.bins.byteOffset + feature
  const { byteOffset, length } = values
  of(kernels).treeBinCategories(byteOffset, length, binOf.byteOffset, binOf.length, missingBin, at, into.stride)
}

/** histogram = sums of `gradients` (pairs g, h a row) over `rows`, for every bin of the first `columns` columns. */
export function buildHistogram(
  kernels: Kernels,
  histogram: Float64Array,
  features: BinnedFeatures,
  rows: Uint32Array,
  gradients: Float64Array,
): void {
  const { treeClear, treeHistogram } = of(kernels)
  treeClear(histogram.byteOffset, features.pairs)
  treeHistogram(
    histogram.byteOffset,
    rows.byteOffset,
    rows.length,
    features.bins.byteOffset,
    features.stride,
    gradients.byteOffset,
    features.offsets.byteOffset,
    0,
    features.stride,
  )
}

/** histogram -= other: the sibling's out of the parent's. */
export function subtractHistogram(kernels: Kernels, histogram: Float64Array, other: Float64Array): void {
  of(kernels).treeSubtract(histogram.byteOffset, other.byteOffset, histogram.length / 2)
}

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

  constructor(
    kernels: Kernels,
    memory: { f64(n: number): Float64Array; u8(n: number): Uint8Array },
    features: BinnedFeatures,
    rules: SplitRules,
  ) {
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

/** Trees packed for scoring: nodes of 16 bytes, see `assembly/trees-scores.ts`. All arrays lie in kernel memory. */
export interface PackedTrees {
  readonly nodes: Uint8Array
  /** First node of each tree. */
  readonly starts: Uint32Array
  /** Sets of categories. */
  readonly sets: Uint32Array
}

/** Adds what the trees give for rows `values` f32 [n, features] to `scores` f64 [n, outputs]; tree t goes to output t % outputs. */
export function addTreeScores(
  kernels: Kernels,
  scores: Float64Array,
  values: Float32Array,
  features: number,
  trees: PackedTrees,
  outputs: number,
): void {
  of(kernels).treeScores(
    scores.byteOffset,
    values.byteOffset,
    scores.length / outputs,
    features,
    trees.nodes.byteOffset,
    trees.starts.byteOffset,
    trees.starts.length,
    outputs,
    trees.sets.byteOffset,
  )
}

/** Adds `value` to column `output` of `scores` f64 [n, outputs], for the rows given. */
export function addToRows(
  kernels: Kernels,
  scores: Float64Array,
  outputs: number,
  output: number,
  rows: Uint32Array,
  value: number,
): void {
  of(kernels).treeAddToRows(scores.byteOffset, outputs, output, rows.byteOffset, rows.length, value)
}

/** Bytes of scratch memory that contributions of trees of this depth take. */
export function contributionScratch(depth: number): number {
  return 16 * (depth + 2) * (depth + 3)
}

/**
 * Adds to `parts` f64 [features] what each feature adds to the score of one row (f32 [features]) in output `output`: exact
 * Shapley values, with `covers` f32 [nodes] as the shares of the training rows.
 */
export function addTreeContributions(
  kernels: Kernels,
  parts: Float64Array,
  row: Float32Array,
  trees: PackedTrees,
  covers: Float32Array,
  { output, outputs, scratch }: { readonly output: number; readonly outputs: number; readonly scratch: Uint8Array },
): void {
  of(kernels).treeContributions(
    parts.byteOffset,
    row.byteOffset,
    trees.nodes.byteOffset,
    covers.byteOffset,
    trees.starts.byteOffset,
    trees.starts.length,
    output,
    outputs,
    trees.sets.byteOffset,
    scratch.byteOffset,
  )
}
