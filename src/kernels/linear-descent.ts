import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type DescentFunctions = {
  descendByProducts(...args: number[]): number
  slopesByProducts(...args: number[]): void
  descendByColumns(...args: number[]): number
}

const of = (kernels: Kernels): DescentFunctions => kernels.functions as unknown as DescentFunctions

/** v' A v / 2 - b' v + sum l1 |v| + l2 v² / 2: A f64 [n, stride], whole and symmetric; b, l1, l2, v f64 [n]; all in kernel memory. */
export interface PenalizedProducts {
  readonly matrix: Float64Array
  readonly stride: number
  readonly side: Float64Array
  readonly l1: Float64Array
  readonly l2: Float64Array
  readonly v: Float64Array
  /** b - A v, f64 [n]: kept by {@link descendByProducts}, made anew by {@link slopesByProducts}. */
  readonly slopes: Float64Array
}

/**
 * `sweeps` rounds of coordinate descent over the coordinates of `order`. Gives the largest sqrt(diagonal) * |change of v| of the
 * last round.
 */
export function descendByProducts(
  kernels: Kernels,
  { matrix, stride, slopes, l1, l2, v }: PenalizedProducts,
  order: Uint32Array,
  sweeps: number,
): number {
  return of(kernels).descendByProducts(
    matrix.byteOffset,
    v.length,
    stride,
    slopes.byteOffset,
    l1.byteOffset,
    l2.byteOffset,
    v.byteOffset,
    order.byteOffset,
    order.length,
    sweeps,
  )
}

/** slopes = b - A v. */
export function slopesByProducts(kernels: Kernels, { matrix, stride, side, v, slopes }: PenalizedProducts): void {
  const { byteOffset } = matrix
  of(kernels).slopesByProducts(byteOffset, v.length, stride, side.byteOffset, v.byteOffset, slopes.byteOffset)
}

/** Compressed columns of features: column f holds `rows[starts[f] … starts[f + 1])`, ascending. */
export interface FeatureColumns {
  readonly starts: Uint32Array
  readonly rows: Uint32Array
  readonly values: Float32Array
}

/** Features by column, weights f32 [rows], targets f64 [rows] less their mean; moments f64 [features]. */
export interface ColumnTask extends FeatureColumns {
  readonly weight: Float32Array | undefined
  readonly targets: Float64Array
  readonly means: Float64Array
  /** Weighted squares of the centred columns. */
  readonly squares: Float64Array
  /** Sum of the weights. */
  readonly total: number
}

/** Bytes that a {@link ColumnDescent} takes from a scope. */
export function columnDescentBytes(features: number, rows: number, stored: number): number {
  return (
    alignUp(4 * (features + 1)) +
    2 * alignUp(4 * stored) +
    alignUp(4 * rows) +
    alignUp(8 * rows) +
    4 * alignUp(8 * features) +
    16
  )
}

/**
 * Minimizes sum(weight * (target - prediction)²) / 2 + l1 * |coefficients| + l2 / 2 * |coefficients|² over columns of features,
 * which are centred without being changed: sparse ones stay sparse.
 */
export class ColumnDescent {
  /** f64 [features], 0 at first. */
  readonly coefficients: Float64Array
  /** Derivatives of the first term, negated, f64 [features], as of the last {@link readSlopes}. */
  readonly slopes: Float64Array
  readonly #kernels: Kernels
  readonly #pointers: number[]
  readonly #means: Float64Array
  readonly #squares: Float64Array
  readonly #total: number
  readonly #weight: number
  readonly #rest: Float64Array
  readonly #shift: Float64Array

  constructor(kernels: Kernels, memory: KernelMemory, task: ColumnTask) {
    const { starts, rows, values, weight, targets, means, squares, total } = task
    this.#kernels = kernels
    this.#pointers = [starts, rows, values].map((array) => memory.put(array).byteOffset)
    this.#weight = weight === undefined ? 0 : memory.put(weight).byteOffset
    this.#means = memory.put(means)
    this.#squares = memory.put(squares)
    this.#total = total
    this.#rest = memory.f64(targets.length)
    for (let i = 0; i < targets.length; i++) this.#rest[i] = (weight?.[i] ?? 1) * (targets[i] as number)
    this.#shift = memory.f64(1)
    this.coefficients = memory.f64(means.length)
    this.slopes = memory.f64(means.length)
  }

  /** Rounds over the columns of `order`, in kernel memory; gives the largest sqrt(squares) * |change| of the last round. */
  descend(l1: number, l2: number, order: Uint32Array, sweeps: number): number {
    return of(this.#kernels).descendByColumns(
      ...this.#pointers,
      this.#weight,
      this.#means.byteOffset,
      this.#squares.byteOffset,
      this.#total,
      l1,
      l2,
      this.coefficients.byteOffset,
      this.#rest.byteOffset,
      this.#shift.byteOffset,
      order.byteOffset,
      order.length,
      sweeps,
    )
  }

  /** Writes {@link slopes}; columns are shared out over the threads. */
  readSlopes(): void {
    const features = this.slopes.length
    const count = Math.max(1, Math.min(64, features >> 4))
    this.#kernels.parallel(
      'slopesByColumns',
      Array.from({ length: count }, (_, i) => [
        ...this.#pointers,
        this.#means.byteOffset,
        this.#total,
        this.#rest.byteOffset,
        this.#shift.byteOffset,
        Math.floor((features * i) / count),
        Math.floor((features * (i + 1)) / count),
        this.slopes.byteOffset,
      ]),
    )
  }
}
