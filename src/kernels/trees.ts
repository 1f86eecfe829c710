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
  treeAddToRows(scores: number, outputs: number, output: number, rows: number, count: number, value: number): void
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
  into: Pick<BinnedFeatures, 'bins' | 'stride'>,
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
  into: Pick<BinnedFeatures, 'bins' | 'stride'>,
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
