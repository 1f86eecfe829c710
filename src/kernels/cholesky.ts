import type { Kernels } from './kernels.ts'

/**
 * A = transpose(U) U for a symmetric positive semi-definite A f64 [n, n] in kernel memory, rows `stride` elements apart: its
 * upper triangle is read and becomes U. A column that depends on those before it gets a diagonal of 0, and its solution is 0.
 * `scratch`: f64 [n]. Gives the number of such columns.
 */
export function choleskyFactor(
  kernels: Kernels,
  a: Float64Array,
  n: number,
  stride: number,
  scratch: Float64Array,
): number {
  const { choleskyFactor: factor } = kernels.functions
  return (factor as NonNullable<typeof factor>)(a.byteOffset, n, stride, scratch.byteOffset)
}

/** Solves A X = B for B f64 [n, width] in place, by the U of {@link choleskyFactor}. */
export function choleskySolve(
  kernels: Kernels,
  u: Float64Array,
  n: number,
  stride: number,
  b: Float64Array,
  width: number,
): void {
  kernels.functions.choleskySolve?.(u.byteOffset, n, stride, b.byteOffset, width)
}
