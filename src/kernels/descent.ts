import type { Kernels } from './kernels.ts'

type DescentFunctions = {
  descend(p: number, g: number, n: number, rate: number): void
  descendWithMomentum(p: number, g: number, v: number, n: number, rate: number, decay: number, nesterov: number): void
  descendByAdam(
    p: number,
    g: number,
    mean: number,
    variance: number,
    n: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
    unbias1: number,
    unbias2: number,
  ): void
}

const of = (kernels: Kernels): DescentFunctions => kernels.functions as unknown as DescentFunctions

/** p -= rate · g, in f32. */
export function descend(kernels: Kernels, p: Float32Array, g: Float32Array, rate: number): void {
  expectEqualLengths(p, g)
  of(kernels).descend(p.byteOffset, g.byteOffset, p.length, rate)
}

/** v = decay · v + g; p -= rate · v, or with Nesterov's look ahead p -= rate · (g + decay · v). */
export function descendWithMomentum(
  kernels: Kernels,
  { p, g, v }: { readonly p: Float32Array; readonly g: Float32Array; readonly v: Float32Array },
  { rate, decay, nesterov }: { readonly rate: number; readonly decay: number; readonly nesterov: boolean },
): void {
  expectEqualLengths(p, g, v)
  of(kernels).descendWithMomentum(p.byteOffset, g.byteOffset, v.byteOffset, p.length, rate, decay, nesterov ? 1 : 0)
}

/** One step of Adam, the `t`-th, with bias correction. */
export function descendByAdam(
  kernels: Kernels,
  vectors: {
    readonly p: Float32Array
    readonly g: Float32Array
    readonly mean: Float32Array
    readonly variance: Float32Array
  },
  step: {
    readonly t: number
    readonly rate: number
    readonly beta1: number
    readonly beta2: number
    readonly epsilon: number
  },
): void {
  const { p, g, mean, variance } = vectors
  const { t, rate, beta1, beta2, epsilon } = step
  expectEqualLengths(p, g, mean, variance)
  const unbias1 = 1 / (1 - kernels.math.pow(beta1, t))
  const unbias2 = 1 / (1 - kernels.math.pow(beta2, t))
  of(kernels).descendByAdam(
    p.byteOffset,
    g.byteOffset,
    mean.byteOffset,
    variance.byteOffset,
    p.length,
    rate,
    beta1,
    beta2,
    epsilon,
    unbias1,
    unbias2,
  )
}

function expectEqualLengths(first: Float32Array, ...others: readonly Float32Array[]): void {
  if (others.some((other) => other.length !== first.length))
    throw new TypeError('vectors of an update differ in length')
}
