import type { Features } from 'daybook/frame'
import {
  addCentredSquares,
  addLinearGradient,
  alignUp,
  type KernelMemory,
  type Kernels,
  type LinearRows,
} from 'daybook/kernels'
import { fail } from 'daybook/plugin'

/** Bytes that `enterRows` takes from a scope. */
export function rowBytes(X: Features): number {
  const values = alignUp(X.values.byteLength)
  return X.form === 'dense' ? values : values + alignUp(X.starts.byteLength) + alignUp(X.indices.byteLength)
}

/** Copies features into kernel memory, in the form that they have. */
export function enterRows(memory: KernelMemory, X: Features): LinearRows {
  const size = { rows: X.rows, columns: X.features.length }
  if (X.form === 'dense') return { form: 'dense', ...size, values: memory.put(X.values) }
  return {
    form: 'sparse',
    ...size,
    starts: memory.put(X.starts),
    indices: memory.put(X.indices),
    values: memory.put(X.values),
  }
}

/** Rows [from, to) of the same features. */
export function someRows(x: LinearRows, from: number, to: number): LinearRows {
  if (x.form === 'sparse') return { ...x, rows: to - from, starts: x.starts.subarray(from, to + 1) }
  return { ...x, rows: to - from, values: x.values.subarray(from * x.columns, to * x.columns) }
}

/** Weighted means and standard deviations of features, f64 [features]. */
export interface Moments {
  /** Sum of the weights. */
  readonly weight: number
  readonly means: Float64Array
  /** 0 for a constant feature. */
  readonly deviations: Float64Array
}

/** Bytes that `momentsOf` takes from a scope. */
export function momentBytes(rows: number, columns: number): number {
  return alignUp(8 * rows) + 2 * alignUp(8 * columns)
}

/**
 * Moments of rows in kernel memory; `weight` lies there too. Sparse rows are not made dense.
 *
 * @throws DaybookError FIT_NO_ROWS where nothing has any weight
 */
export function momentsOf(
  kernels: Kernels,
  memory: KernelMemory,
  x: LinearRows,
  weight: Float32Array | undefined,
): Moments {
  const weights = memory.f64(x.rows)
  weights.set(weight ?? weights.fill(1))
  let total = 0
  for (const w of weights) total += w
  if (!(total > 0))
    throw fail('FIT_NO_ROWS', { reason: x.rows === 0 ? 'the training part is empty' : 'all weights are 0' })
  const means = memory.f64(x.columns)
  const squares = memory.f64(x.columns)
  addLinearGradient(kernels, x, weights, 1, means)
  for (let f = 0; f < x.columns; f++) means[f] = (means[f] as number) / total
  addCentredSquares(kernels, x, means, weight, squares)
  const deviations = new Float64Array(x.columns)
  for (let f = 0; f < x.columns; f++) {
    const mean = means[f] as number
    const sum = (squares[f] as number) + (x.form === 'sparse' ? total * mean * mean : 0)
    const deviation = Math.sqrt(Math.max(sum / total, 0))
    deviations[f] = deviation > 1e-9 * Math.abs(mean) ? deviation : 0
  }
  return { weight: total, means: Float64Array.from(means), deviations }
}
