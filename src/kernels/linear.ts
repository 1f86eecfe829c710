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

/** What the memory of a kernel over rows depends on; `stored` is the number of values. */
export interface RowShape {
  readonly form: 'dense' | 'sparse'
  readonly rows: number
  readonly columns: number
  readonly stored: number
}

/** Weights of a linear model: `coefficients` f64 [features, outputs], `intercepts` f64 [outputs]. */
export interface LinearWeights {
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
}

/** Pointers of rows, as the kernels take them first. */
export function rowPointers(x: LinearRows): number[] {
  if (x.form === 'dense') return [x.values.byteOffset]
  return [x.starts.byteOffset, x.indices.byteOffset, x.values.byteOffset]
}

/** margins f64 [rows, outputs] = intercepts + rows · coefficients. Each sum runs in the order of the features. */
export function linearMargins(kernels: Kernels, x: LinearRows, weights: LinearWeights, margins: Float64Array): void {
  const { coefficients, intercepts } = weights
  const outputs = intercepts.length
  if (x.form === 'dense')
    of(kernels).linearDenseMargins(
      x.values.byteOffset,
      x.rows,
      x.columns,
      coefficients.byteOffset,
      intercepts.byteOffset,
      outputs,
      margins.byteOffset,
    )
  else
    of(kernels).linearSparseMargins(
      x.starts.byteOffset,
      x.indices.byteOffset,
      x.values.byteOffset,
      x.rows,
      coefficients.byteOffset,
      intercepts.byteOffset,
      outputs,
      margins.byteOffset,
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

/** Turns margins f64 [rows, outputs] into probabilities, in place: sigmoid for one output, else softmax. */
export function toProbabilities(kernels: Kernels, margins: Float64Array, outputs: number): void {
  if (outputs === 1) of(kernels).sigmoidRows(margins.byteOffset, margins.length)
  else of(kernels).softmaxRows(margins.byteOffset, margins.length / outputs, outputs)
}
