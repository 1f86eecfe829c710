import type { Features } from 'daybook/frame'
import { alignUp, type Kernels, linearMargins, toProbabilities } from 'daybook/kernels'
import { enterRows, rowBytes } from './rows.ts'

/** A linear model: margins = intercepts + x · coefficients. */
export type LinearModel = {
  /** f64 [features, outputs] row-major. */
  readonly coefficients: Float64Array
  /** f64 [outputs]. */
  readonly intercepts: Float64Array
  /** Means of the training rows, f64 [features]: what contributions are measured from. */
  readonly means: Float64Array
  /** Standard deviations of the training rows, f64 [features]. */
  readonly deviations: Float64Array
}

/** Margins f64 [rows, outputs] of the model. */
export function marginsOf(model: LinearModel, X: Features, kernels: Kernels): Float64Array {
  return evaluate(model, X, kernels, 'margins')
}

/** Probabilities f64 [rows, classes]; a model of one output gives those of two classes, the second one its own. */
export function probabilitiesOf(model: LinearModel, X: Features, kernels: Kernels): Float64Array {
  const own = evaluate(model, X, kernels, 'probabilities')
  if (model.intercepts.length > 1) return own
  const both = new Float64Array(2 * own.length)
  for (let i = 0; i < own.length; i++) {
    both[2 * i] = 1 - (own[i] as number)
    both[2 * i + 1] = own[i] as number
  }
  return both
}

function evaluate(
  { coefficients, intercepts }: LinearModel,
  X: Features,
  kernels: Kernels,
  as: 'margins' | 'probabilities',
): Float64Array {
  const outputs = intercepts.length
  const bytes = rowBytes(X) + alignUp(coefficients.byteLength) + alignUp(intercepts.byteLength) + 8 * X.rows * outputs
  return kernels.scope(bytes + 16, (memory) => {
    const rows = enterRows(memory, X)
    const weights = { coefficients: memory.put(coefficients), intercepts: memory.put(intercepts) }
    const margins = memory.f64(X.rows * outputs)
    linearMargins(kernels, rows, weights, margins)
    if (as === 'probabilities') toProbabilities(kernels, margins, outputs)
    return Float64Array.from(margins)
  })
}

/**
 * Additive parts of margins, f64 [rows, features + 1]: coefficient * (x - mean) per feature, then the margin at the means.
 * `outputOf` says which output a row is explained for.
 */
export function linearContributions(model: LinearModel, X: Features, outputOf: (row: number) => number): Float64Array {
  const { coefficients, intercepts, means } = model
  const columns = means.length
  const outputs = intercepts.length
  const parts = new Float64Array(X.rows * (columns + 1))
  for (let row = 0; row < X.rows; row++) {
    const output = outputOf(row)
    const at = row * (columns + 1)
    let base = intercepts[output] as number
    for (let f = 0; f < columns; f++) {
      const coefficient = coefficients[f * outputs + output] as number
      const mean = means[f] as number
      const x = X.form === 'dense' ? (X.values[row * columns + f] as number) : 0
      parts[at + f] = coefficient * (x - mean)
      base += coefficient * mean
    }
    if (X.form === 'sparse') {
      const end = X.starts[row + 1] as number
      for (let s = X.starts[row] as number; s < end; s++) {
        const f = X.indices[s] as number
        parts[at + f] =
          (coefficients[f * outputs + output] as number) * ((X.values[s] as number) - (means[f] as number))
      }
    }
    parts[at + columns] = base
  }
  return parts
}

/** |coefficient| * standard deviation of the feature, averaged over the outputs. */
export function standardizedSizes({ coefficients, intercepts, deviations }: LinearModel): Float64Array {
  const outputs = intercepts.length
  return deviations.map((deviation, f) => {
    let sum = 0
    for (let k = 0; k < outputs; k++) sum += Math.abs(coefficients[f * outputs + k] as number)
    return (sum / outputs) * deviation
  })
}
