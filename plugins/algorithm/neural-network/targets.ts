import { crossEntropy, type Kernels, type RegressionLoss, regressionLoss } from 'daybook/kernels'
import { fail, type LabelledFeatures, type Task } from 'daybook/plugin'

/** What the `loss` param can say. */
export type LossName = 'auto' | 'cross-entropy' | RegressionLoss

/** Targets as the network sees them: class codes, or values standardized by the training rows. */
export interface Targets {
  readonly y: Int32Array | Float32Array
  /** One f32 a row. */
  readonly weight: Float32Array
}

/** Mean and standard deviation of the training target, 0 and 1 where there is nothing to standardize. */
export interface TargetScale {
  readonly mean: number
  readonly sd: number
}

/** Takes gradients and the weighted sum of losses over a chunk of rows. */
export type LossFunction = (
  kernels: Kernels,
  rows: { readonly z: Float32Array; readonly d: Float32Array; readonly factor: number } & Targets,
) => number

/** @throws DaybookError FIT_PARAM where the loss is not one for the task */
export function lossFor(task: Task, loss: LossName): LossFunction {
  if (task === 'regression') {
    if (loss === 'cross-entropy') throw wrongLoss(loss, 'the target is a number', 'Take `mse`, `mae` or `huber`.')
    const name = loss === 'auto' ? 'mse' : loss
    return (kernels, rows) => regressionLoss(kernels, name, { ...rows, y: rows.y as Float32Array })
  }
  if (loss !== 'auto' && loss !== 'cross-entropy')
    throw wrongLoss(loss, 'the target has classes', 'Take `cross-entropy`.')
  return (kernels, rows) => crossEntropy(kernels, { ...rows, y: rows.y as Int32Array })
}

function wrongLoss(value: LossName, reason: string, hint: string): Error {
  return fail('FIT_PARAM', { param: 'loss', value, reason }, { hint })
}

/** Two passes in f64, rows in order. A constant target has standard deviation 1. */
export function scaleOf(task: Task, y: Int32Array | Float32Array): TargetScale {
  if (task !== 'regression') return { mean: 0, sd: 1 }
  let sum = 0
  for (const value of y) sum += value
  const mean = sum / y.length
  let squares = 0
  for (const value of y) squares += (value - mean) * (value - mean)
  return { mean, sd: Math.sqrt(squares / y.length) || 1 }
}

/**
 * Targets of rows on the network's scale; weights are multiplied so that their mean is 1, which keeps step lengths apart
 * from the scale of the weights.
 *
 * @throws DaybookError FIT_NO_ROWS where all weights are 0
 */
export function targetsOf({ X, y, weight }: LabelledFeatures, { mean, sd }: TargetScale): Targets {
  const ready = y instanceof Float32Array ? y.map((value) => (value - mean) / sd) : y
  if (weight === undefined) return { y: ready, weight: new Float32Array(X.rows).fill(1) }
  let sum = 0
  for (const value of weight) sum += value
  if (!(sum > 0)) throw fail('FIT_NO_ROWS', { reason: 'every row has weight 0' })
  const factor = X.rows / sum
  return { y: ready, weight: weight.map((value) => value * factor) }
}
