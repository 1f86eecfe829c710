import type { Kernels } from './kernels.ts'

/** Regression losses in the order of their codes in the kernels: squared error, absolute error, Huber's with delta 1. */
const regressionLosses = ['mse', 'mae', 'huber'] as const
export type RegressionLoss = (typeof regressionLosses)[number]

type LossFunctions = {
  softmaxLoss(d: number, z: number, y: number, weight: number, m: number, classes: number, factor: number): number
  sigmoidLoss(d: number, z: number, y: number, weight: number, m: number, factor: number): number
  regressionLoss(kind: number, d: number, z: number, y: number, weight: number, m: number, factor: number): number
  softmax(out: number, z: number, m: number, classes: number): void
}

const of = (kernels: Kernels): LossFunctions => kernels.functions as unknown as LossFunctions

/** Rows whose loss is taken: raw outputs z[rows, outputs], targets and weights of the rows. */
export interface LossRows<Target> {
  readonly z: Float32Array
  readonly y: Target
  readonly weight: Float32Array
  /** Gets the gradient of factor · loss by z. */
  readonly d: Float32Array
  readonly factor: number
}

/** Cross-entropy of softmax(z[rows, classes]); with one output, of sigmoid(z). Returns the weighted sum over the rows. */
export function crossEntropy(kernels: Kernels, { z, y, weight, d, factor }: LossRows<Int32Array>): number {
  const classes = outputsOf({ z, y, weight, d })
  if (classes === 1)
    return of(kernels).sigmoidLoss(d.byteOffset, z.byteOffset, y.byteOffset, weight.byteOffset, y.length, factor)
  return of(kernels).softmaxLoss(d.byteOffset, z.byteOffset, y.byteOffset, weight.byteOffset, y.length, classes, factor)
}

/** Regression loss of z[rows]. Returns the weighted sum over the rows. */
export function regressionLoss(
  kernels: Kernels,
  loss: RegressionLoss,
  { z, y, weight, d, factor }: LossRows<Float32Array>,
): number {
  outputsOf({ z, y, weight, d })
  const kind = regressionLosses.indexOf(loss)
  return of(kernels).regressionLoss(kind, d.byteOffset, z.byteOffset, y.byteOffset, weight.byteOffset, y.length, factor)
}

/** Probabilities f64 [rows, classes] of raw outputs z[rows, classes]. */
export function softmax(kernels: Kernels, out: Float64Array, z: Float32Array, classes: number): void {
  if (out.length < z.length) throw new TypeError('softmax: the output is too short')
  of(kernels).softmax(out.byteOffset, z.byteOffset, z.length / classes, classes)
}

function outputsOf({ z, y, weight, d }: Pick<LossRows<ArrayLike<number>>, 'z' | 'y' | 'weight' | 'd'>): number {
  if (d.length < z.length || weight.length < y.length || z.length % Math.max(y.length, 1) !== 0)
    throw new TypeError('loss: lengths of outputs, targets and weights do not fit')
  return y.length === 0 ? 1 : z.length / y.length
}
