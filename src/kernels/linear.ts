import type { Kernels } from './kernels.ts'

type LinearFunctions = {
  linearDenseMargins(x: number, n: number, features: number, w: number, b: number, outputs: number, out: number): void
  linearSparseMargins(
    starts: number,
    indices: number,
    values: number,
    n: number,
    w: number,
    b: number,
    outputs: number,
    out: number,
  ): void
  linearDenseGradient(x: number, n: number, features: number, rest: number, outputs: number, out: number): void
  linearSparseGradient(
    starts: number,
    indices: number,
    values: number,
    n: number,
    rest: number,
    outputs: number,
    out: number,
  ): void
  linearDenseSquares(x: number, n: number, features: number, means: number, weight: number, out: number): void
  linearSparseSquares(
    starts: number,
    indices: number,
    values: number,
    n: number,
    means: number,
    weight: number,
    out: number,
  ): void
  linearDenseGram(
    x: number,
    n: number,
    features: number,
    means: number,
    weight: number,
    gram: number,
    row: number,
  ): void
  linearSparseGram(
    starts: number,
    indices: number,
    values: number,
    n: number,
    features: number,
    weight: number,
    gram: number,
  ): void
  logisticResiduals(margins: number, y: number, weight: number, n: number, out: number): number
  softmaxResiduals(margins: number, y: number, weight: number, n: number, classes: number, out: number): number
  sigmoidRows(margins: number, n: number): void
  softmaxRows(margins: number, n: number, classes: number): void
}

const of = (kernels: Kernels): LinearFunctions => kernels.functions as unknown as LinearFunctions
const at = (array: { readonly byteOffset: number } | undefined): number => array?.byteOffset ?? 0

/** Rows of features in kernel memory: dense f32 [rows, features] row-major, or compressed sparse rows. */
export type LinearRows =
  | { readonly form: 'dense'; readonly rows: number; readonly columns: number; readonly values: Float32Array }
  | {
      readonly form: 'sparse'
      readonly rows: number
      readonly columns: number
      readonly starts: Uint32Array
      readonly indices: Uint32Array
      readonly values: Float32Array
    }

/** Weights of a linear model: `coefficients` f64 [features, outputs], `intercepts` f64 [outputs]. */
export interface LinearWeights {
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
}

/** margins f64 [rows, outputs] = intercepts + rows · coefficients. Each sum runs in the order of the features. */
export function linearMargins(kernels: Kernels, x: LinearRows, weights: LinearWeights, margins: Float64Array): void {
  const { coefficients, intercepts } = weights
  const outputs = intercepts.length
  if (x.form === 'dense')
    of(kernels).linearDenseMargins(
      at(x.values),
      x.rows,
      x.columns,
      at(coefficients),
      at(intercepts),
      outputs,
      at(margins),
    )
  else
    of(kernels).linearSparseMargins(
      at(x.starts),
      at(x.indices),
      at(x.values),
      x.rows,
      at(coefficients),
      at(intercepts),
      outputs,
      at(margins),
    )
}

/** gradient f64 [features, outputs] += transpose(rows) · residuals f64 [rows, outputs], in the order of the rows. */
export function addLinearGradient(
  kernels: Kernels,
  x: LinearRows,
  residuals: Float64Array,
  outputs: number,
  gradient: Float64Array,
): void {
  if (x.form === 'dense')
    of(kernels).linearDenseGradient(at(x.values), x.rows, x.columns, at(residuals), outputs, at(gradient))
  else
    of(kernels).linearSparseGradient(
      at(x.starts),
      at(x.indices),
      at(x.values),
      x.rows,
      at(residuals),
      outputs,
      at(gradient),
    )
}

/**
 * squares f64 [features] += weighted sum of (x - mean)². Of sparse rows only the stored values are visited, and each adds
 * (x - mean)² - mean²: the caller adds mean² times the sum of all weights.
 */
export function addCentredSquares(
  kernels: Kernels,
  x: LinearRows,
  means: Float64Array,
  weight: Float32Array | undefined,
  squares: Float64Array,
): void {
  if (x.form === 'dense')
    of(kernels).linearDenseSquares(at(x.values), x.rows, x.columns, at(means), at(weight), at(squares))
  else
    of(kernels).linearSparseSquares(
      at(x.starts),
      at(x.indices),
      at(x.values),
      x.rows,
      at(means),
      at(weight),
      at(squares),
    )
}

/**
 * gram f64 [features, features] += upper triangle of the weighted products of features. Dense rows are centred by `means`
 * beforehand (`scratch`: f64 [features]), sparse ones are not.
 */
export function addGram(
  kernels: Kernels,
  x: LinearRows,
  means: Float64Array,
  weight: Float32Array | undefined,
  gram: Float64Array,
  scratch: Float64Array,
): void {
  if (x.form === 'dense')
    of(kernels).linearDenseGram(at(x.values), x.rows, x.columns, at(means), at(weight), at(gram), at(scratch))
  else of(kernels).linearSparseGram(at(x.starts), at(x.indices), at(x.values), x.rows, x.columns, at(weight), at(gram))
}

/**
 * Logistic (one output) or multinomial loss of margins f64 [rows, outputs] for class codes `y`: writes weight * (p - target)
 * to `residuals` and gives the weighted sum of losses.
 */
export function classResiduals(
  kernels: Kernels,
  margins: Float64Array,
  y: Int32Array,
  weight: Float32Array | undefined,
  outputs: number,
  residuals: Float64Array,
): number {
  const rows = y.length
  if (outputs === 1) return of(kernels).logisticResiduals(at(margins), at(y), at(weight), rows, at(residuals))
  return of(kernels).softmaxResiduals(at(margins), at(y), at(weight), rows, outputs, at(residuals))
}

/** Turns margins f64 [rows, outputs] into probabilities, in place: sigmoid for one output, else softmax. */
export function toProbabilities(kernels: Kernels, margins: Float64Array, outputs: number): void {
  if (outputs === 1) of(kernels).sigmoidRows(at(margins), margins.length)
  else of(kernels).softmaxRows(at(margins), margins.length / outputs, outputs)
}
