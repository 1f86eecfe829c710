import type { Kernels } from './kernels.ts'

type PairFunctions = {
  treePairs(y: number, base: number, weight: number, n: number, pairs: number): void
  treeSumPairs(pairs: number, n: number, out: number): void
}

const of = (kernels: Kernels): PairFunctions => kernels.functions as unknown as PairFunctions

/**
 * Writes pairs (weight * (base - target), weight) f64 [2 n] of targets f32 [n], rounded to a grid on which every sum of them is
 * exact. All arrays lie in kernel memory; without `weight` (f32 [n]) every row counts 1.
 */
export function targetPairs(
  kernels: Kernels,
  targets: Float32Array,
  base: number,
  weight: Float32Array | undefined,
  pairs: Float64Array,
): void {
  const { treePairs } = of(kernels)
  treePairs(targets.byteOffset, base, weight?.byteOffset ?? 0, targets.length, pairs.byteOffset)
}

/** Exact sum of all pairs into `out` (first, second). */
export function sumPairs(kernels: Kernels, pairs: Float64Array, out: Float64Array): void {
  of(kernels).treeSumPairs(pairs.byteOffset, pairs.length / 2, out.byteOffset)
}
