import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type BinFunctions = {
  treeCutCounters(): number
  treeBinCategories(values: number, n: number, binOf: number, levels: number, missingBin: number, bins: number): void
}

const of = (kernels: Kernels): BinFunctions => kernels.functions as unknown as BinFunctions

/** Rows that one call lays out row by row. */
const ROWS_A_CALL = 8192

/** Bytes of a column that holds 256 pairs: the kernels know its place beforehand. */
const WHOLE_COLUMN = 4096

/** Features as bytes. The value bins of feature f count from 0 to binCounts[f] - 1; bin binCounts[f] holds missing values. */
export interface BinnedFeatures {
  readonly rows: number
  /** Row by row: u8 [rows, stride], stride a multiple of 4. */
  readonly bins: Uint8Array
  readonly stride: number
  /** Column by column: u8 [features, rows]. */
  readonly columns: Uint8Array
  /** Bytes from the start of a histogram to the first bin of each column, 16 a bin, and to its end: u32 [stride + 1]. */
  readonly offsets: Uint32Array
  readonly binCounts: Int32Array
  /** 1 for a category. */
  readonly kinds: Uint8Array
  /** 1, -1 or 0 a feature, as bytes. */
  readonly monotone: Uint8Array
}

/** A feature's bins, as the layout has to know them. */
export interface BinShape {
  readonly count: number
  readonly kind: 'number' | 'category'
  readonly monotone: number
}

/** Bytes of a row of so many features. */
export function binStride(features: number): number {
  return Math.max(4, Math.ceil(features / 4) * 4)
}

/**
 * Where the columns of a histogram start, and its end. Eight columns that would fill half of it anyway get 256 bins each, at
 * places that the kernels know beforehand.
 */
function histogramOffsets(counts: readonly number[]): Uint32Array {
  const stride = binStride(counts.length)
  const offsets = new Uint32Array(stride + 1)
  const bytes = (f: number): number => 16 * ((counts[f] ?? 0) + 1)
  for (let f = 0; f < stride; f += 8) {
    const own = Array.from({ length: Math.min(8, stride - f) }, (_, i) => bytes(f + i))
    const whole = own.length === 8 && own.reduce((a, b) => a + b) >= 4 * WHOLE_COLUMN
    own.forEach((size, i) => {
      offsets[f + i + 1] = (offsets[f + i] as number) + (whole ? WHOLE_COLUMN : size)
    })
  }
  return offsets
}

/** Bytes of a histogram of features of these bins. */
export function histogramBytes(bins: readonly { readonly count: number }[]): number {
  return histogramOffsets(bins.map(({ count }) => count)).at(-1) as number
}

/** Bytes that {@link layOutBins} takes from a scope. */
export function layoutBytes(rows: number, features: number): number {
  const stride = binStride(features)
  return alignUp(rows * stride) + alignUp(4 * (stride + 1)) + alignUp(4 * stride) + 2 * alignUp(stride)
}

/** Lays columns u8 [features, rows] out row by row too, with what the search for splits has to know of them. */
export function layOutBins(
  kernels: Kernels,
  memory: KernelMemory,
  columns: Uint8Array,
  rows: number,
  shapes: readonly BinShape[],
): BinnedFeatures {
  const stride = binStride(shapes.length)
  const bins = memory.u8(rows * stride)
  const calls = Array.from({ length: Math.ceil(rows / ROWS_A_CALL) }, (_, i) => [
    columns.byteOffset,
    rows,
    shapes.length,
    bins.byteOffset,
    stride,
    i * ROWS_A_CALL,
    Math.min((i + 1) * ROWS_A_CALL, rows),
  ])
  kernels.parallel('treeRowBytes', calls)
  const features: BinnedFeatures = {
    rows,
    bins,
    stride,
    columns,
    offsets: memory.put(histogramOffsets(shapes.map(({ count }) => count))),
    binCounts: memory.i32(stride),
    kinds: memory.u8(stride),
    monotone: memory.u8(stride),
  }
  features.binCounts.set(shapes.map(({ count }) => count))
  features.kinds.set(shapes.map(({ kind }) => (kind === 'category' ? 1 : 0)))
  features.monotone.set(shapes.map(({ monotone }) => monotone & 255))
  return features
}

/** Bytes of scratch memory that cuts of a column of n values take. */
export function cutScratch(kernels: Kernels, n: number): number {
  return of(kernels).treeCutCounters() + 8 * n
}

/** What cuts of a column are chosen by: memory for the cuts f32 [most], and scratch memory of its own. */
export interface CutColumn {
  readonly values: Float32Array
  readonly cuts: Float32Array
  readonly scratch: Uint8Array
  /** Gets the number of cuts: i32 [1]. */
  readonly count: Int32Array
}

/**
 * Chooses cuts between the values of columns (NaN left out), each: one between any two distinct values where there are at most
 * `most`, else such that bins hold about equally many rows and a frequent value has a bin of its own. The order of rows is no
 * matter.
 */
export function chooseCuts(kernels: Kernels, columns: readonly CutColumn[], most: number): void {
  const calls = columns.map(({ values, cuts, scratch, count }) => [
    values.byteOffset,
    values.length,
    most,
    cuts.byteOffset,
    scratch.byteOffset,
    count.byteOffset,
  ])
  kernels.parallel('treeCuts', calls)
}

/** A column to be cut into bins u8 [n]: by ascending `cuts`, or the bin of each code (`missingBin` for NaN and unknown codes). */
export type BinTask = { readonly values: Float32Array; readonly bins: Uint8Array } & (
  | { readonly cuts: Float32Array }
  | { readonly binOf: Uint8Array; readonly missingBin: number }
)

/** Writes the bins of columns: of a number how many cuts are below it; NaN counts as missing, in the bin behind the last. */
export function binColumns(kernels: Kernels, tasks: readonly BinTask[]): void {
  const numbers: number[][] = []
  for (const task of tasks) {
    const { byteOffset, length } = task.values
    if ('cuts' in task) numbers.push([byteOffset, length, task.cuts.byteOffset, task.cuts.length, task.bins.byteOffset])
    else {
      const { binOf, missingBin, bins } = task
      of(kernels).treeBinCategories(byteOffset, length, binOf.byteOffset, binOf.length, missingBin, bins.byteOffset)
    }
  }
  kernels.parallel('treeBinNumbers', numbers)
}
