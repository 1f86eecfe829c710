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
  boostRoundToGrid(gradients: number, n: number): void
  boostSum(gradients: number, rows: number, count: number, out: number): void
  boostLogisticLoss(scores: number, y: number, weight: number, n: number): number
  boostSquaredLoss(scores: number, y: number, weight: number, n: number): number
  boostSoftmaxLoss(scores: number, y: number, weight: number, n: number, classes: number): number
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

/** Loss to boost by: logistic for two classes, multinomial for more, squared error for values. */
export type BoostLoss = 'logistic' | 'softmax' | 'squared'

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
  } else {
    kernel.boostSquaredGradients(at(rows.scores), at(rows.y), at(rows.weight), n, at(gradients))
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

/** Weighted sum of the rows' losses: negative log-likelihoods, or squared errors. */
export function boostLossSum(kernels: Kernels, loss: BoostLoss, rows: BoostRows): number {
  const n = rows.y.length
  const kernel = of(kernels)
  if (n === 0) return 0
  if (loss === 'logistic') return kernel.boostLogisticLoss(at(rows.scores), at(rows.y), at(rows.weight), n)
  if (loss === 'squared') return kernel.boostSquaredLoss(at(rows.scores), at(rows.y), at(rows.weight), n)
  return kernel.boostSoftmaxLoss(at(rows.scores), at(rows.y), at(rows.weight), n, rows.scores.length / n)
}
