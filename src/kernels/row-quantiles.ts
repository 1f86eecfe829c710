import type { Kernels } from './kernels.ts'

/** Rows [begin, end) of an order. */
export interface RowRange {
  readonly begin: number
  readonly end: number
}

/** What {@link rowQuantiles} choose from; all arrays lie in kernel memory. */
export interface QuantileRows {
  /** f64 [n]. */
  readonly scores: Float64Array
  /** f32 [n]. */
  readonly y: Float32Array | Int32Array
  /** f32 [n], or undefined where every row counts 1. */
  readonly weight: Float32Array | undefined
  /** Numbers of rows. */
  readonly order: Uint32Array
  /** 16 bytes a row of the order. */
  readonly scratch: Uint8Array
}

/** So many rows are not worth waking a thread for. */
const LITTLE_WORK = 10_000

/**
 * The weighted quantile `level` (0 to 1) of target less score over each of some ranges of the order that do not overlap: the
 * least such number that holds, with those below it, at least that share of the weight; NaN where no row has any. Weights
 * count in steps of 1 / `unit` (see {@link weightUnit}), so that the order of rows is no matter. `out` f64, one a range, in
 * kernel memory.
 */
export function rowQuantiles(
  kernels: Kernels,
  { scores, y, weight, order, scratch }: QuantileRows,
  { level, unit }: { readonly level: number; readonly unit: number },
  ranges: readonly RowRange[],
  out: Float64Array,
): void {
  const calls = ranges.map(({ begin, end }, i) => [
    scores.byteOffset,
    y.byteOffset,
    weight?.byteOffset ?? 0,
    unit,
    order.byteOffset + 4 * begin,
    end - begin,
    level,
    scratch.byteOffset + 16 * begin,
    out.byteOffset + 8 * i,
  ])
  const rows = ranges.reduce((sum, { begin, end }) => sum + end - begin, 0)
  if (rows > LITTLE_WORK) kernels.parallel('rowQuantile', calls)
  else for (const args of calls) kernels.functions.rowQuantile?.(...args)
}

/** The largest power of two such that weights in steps of 1 / it have exact sums: at most 2^52 steps all together. */
export function weightUnit(weight: Float32Array | undefined): number {
  if (weight === undefined) return 1
  const most = weight.length * weight.reduce((largest, w) => Math.max(largest, w), 0)
  let unit = 1
  while (most * unit > 2 ** 52) unit /= 2
  while (most > 0 && 2 * most * unit <= 2 ** 52) unit *= 2
  return unit
}
