import type { Kernels } from './kernels.ts'

type BoostFunctions = {
  boostLogisticGradients(scores: number, y: number, weight: number, n: number, gradients: number): void
  boostSquaredGradients(scores: number, y: number, weight: number, n: number, gradients: number): void
  boostSoftmaxGradients(
    probabilities: number,
    y: number,
    weight: number,
    n: number,
    k: number,
    classes: number,
    gradients: number,
  ): void
  boostPinballGradients(
    scores: number,
    y: number,
    weight: number,
    n: number,
    under: number,
    over: number,
    gradients: number,
  ): void
  boostPoissonGradients(scores: number, y: number, weight: number, n: number, gradients: number): void
  boostRoundToGrid(gradients: number, n: number): void
  boostSum(gradients: number, rows: number, count: number, out: number): void
  boostLogisticLoss(scores: number, y: number, weight: number, n: number): number
  boostSquaredLoss(scores: number, y: number, weight: number, n: number): number
  boostSoftmaxLoss(scores: number, y: number, weight: number, n: number, classes: number): number
  boostPinballLoss(scores: number, y: number, weight: number, n: number, under: number, over: number): number
  boostPoissonLoss(scores: number, y: number, weight: number, n: number): number
  boostQuantile(
    scores: number,
    y: number,
    weight: number,
    unit: number,
    rows: number,
    count: number,
    level: number,
    scratch: number,
  ): number
}

const of = (kernels: Kernels): BoostFunctions => kernels.functions as unknown as BoostFunctions

/** Rows to boost on; all arrays lie in kernel memory. */
export interface BoostRows {
  /** Raw scores, f64 [n, outputs]. */
  readonly scores: Float64Array
  /** Class codes i32, or values f32. */
  readonly y: Int32Array | Float32Array
  /** f32 [n], or undefined where every row counts 1. */
  readonly weight: Float32Array | undefined
}

/**
 * Loss to boost by: logistic for two classes, multinomial for more; for values squared error, absolute error, Poisson
 * deviance of scores that are logarithms, or the pinball loss of a quantile.
 */
export type BoostLoss = 'logistic' | 'softmax' | 'squared' | 'absolute' | 'poisson' | { readonly quantile: number }

const at = (array: { readonly byteOffset: number } | undefined): number => array?.byteOffset ?? 0

/**
 * Gradients and hessians of the rows' losses for one output, as pairs f64 [2 n], rounded to a grid on which every sum of them
 * is exact. For softmax, `probabilities` f64 [n, outputs] holds those of the scores.
 */
export function boostGradients(
  kernels: Kernels,
  loss: BoostLoss,
  rows: BoostRows,
  gradients: Float64Array,
  softmax?: { readonly probabilities: Float64Array; readonly output: number; readonly outputs: number },
): void {
  const n = rows.y.length
  const kernel = of(kernels)
  if (loss === 'softmax') {
    if (softmax === undefined) throw new TypeError('softmax gradients need probabilities')
    const { probabilities, output, outputs } = softmax
    kernel.boostSoftmaxGradients(at(probabilities), at(rows.y), at(rows.weight), n, output, outputs, at(gradients))
  } else if (loss === 'logistic') {
    kernel.boostLogisticGradients(at(rows.scores), at(rows.y), at(rows.weight), n, at(gradients))
  } else if (loss === 'squared') {
    kernel.boostSquaredGradients(at(rows.scores), at(rows.y), at(rows.weight), n, at(gradients))
  } else if (loss === 'poisson') {
    kernel.boostPoissonGradients(at(rows.scores), at(rows.y), at(rows.weight), n, at(gradients))
  } else {
    kernel.boostPinballGradients(at(rows.scores), at(rows.y), at(rows.weight), n, ...slopesOf(loss), at(gradients))
  }
  kernel.boostRoundToGrid(at(gradients), n)
}

/** Exact sum of the pairs of some rows, or of the first `count`, into `out` (g, h). */
export function sumGradients(
  kernels: Kernels,
  gradients: Float64Array,
  rows: Uint32Array | number,
  out: Float64Array,
): void {
  const [pointer, count] = typeof rows === 'number' ? [0, rows] : [rows.byteOffset, rows.length]
  of(kernels).boostSum(at(gradients), pointer, count, at(out))
}

/** What a score costs for each unit below its target, and above. */
function slopesOf(loss: 'absolute' | { readonly quantile: number }): [under: number, over: number] {
  return loss === 'absolute' ? [1, 1] : [loss.quantile, 1 - loss.quantile]
}

/**
 * The weighted quantile `level` (0 to 1) of target less score over some rows, in one output: the least such number that
 * holds, with those below it, at least that share of the weight. Weights count in steps of 1 / `unit` (see `weightUnit`), so
 * that the order of rows is no matter. NaN where all are 0. `scratch`: 16 bytes a row given.
 */
export function boostQuantile(
  kernels: Kernels,
  { scores, y, weight }: BoostRows,
  unit: number,
  rows: Uint32Array,
  level: number,
  scratch: Uint8Array,
): number {
  const [pointer, count] = [rows.byteOffset, rows.length]
  return of(kernels).boostQuantile(at(scores), at(y), at(weight), unit, pointer, count, level, at(scratch))
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

/** Weighted sum of the rows' losses: negative log-likelihoods, squared or absolute errors, pinball losses, deviances. */
export function boostLossSum(kernels: Kernels, loss: BoostLoss, rows: BoostRows): number {
  const n = rows.y.length
  const kernel = of(kernels)
  if (n === 0) return 0
  if (loss === 'logistic') return kernel.boostLogisticLoss(at(rows.scores), at(rows.y), at(rows.weight), n)
  if (loss === 'squared') return kernel.boostSquaredLoss(at(rows.scores), at(rows.y), at(rows.weight), n)
  if (loss === 'poisson') return kernel.boostPoissonLoss(at(rows.scores), at(rows.y), at(rows.weight), n)
  if (loss !== 'softmax')
    return kernel.boostPinballLoss(at(rows.scores), at(rows.y), at(rows.weight), n, ...slopesOf(loss))
  return kernel.boostSoftmaxLoss(at(rows.scores), at(rows.y), at(rows.weight), n, rows.scores.length / n)
}
