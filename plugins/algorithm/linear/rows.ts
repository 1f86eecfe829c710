import type { DenseFeatures, Features, SparseFeatures } from 'daybook/frame'
import {
  alignUp,
  featureMomentBytes,
  featureMoments,
  type KernelMemory,
  type LinearRows,
  type RowShape,
} from 'daybook/kernels'
import { type FitContext, fail } from 'daybook/plugin'

/** Share of values that are not 0 below which dense rows are trained on as sparse ones: it is the faster form then. */
const SPARSE_BELOW = 0.25
/** Rows that this share is read off. */
const LOOKED_AT = 1000

/** Bytes that `enterRows` takes from a scope. */
export function rowBytes(X: Features): number {
  const values = alignUp(X.values.byteLength)
  return X.form === 'dense' ? values : values + alignUp(X.starts.byteLength) + alignUp(X.indices.byteLength)
}

/** What the memory of kernels over these rows depends on. */
export function shapeOf(X: Features): RowShape {
  return { form: X.form, rows: X.rows, columns: X.features.length, stored: X.values.length }
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

/** The same features, as sparse rows where most values are 0. */
export function packed(X: Features): Features {
  const columns = X.features.length
  if (X.form === 'sparse' || columns < 16) return X
  const step = Math.max(1, Math.floor(X.rows / LOOKED_AT))
  let seen = 0
  let kept = 0
  for (let row = 0; row < X.rows; row += step) {
    for (let at = row * columns; at < (row + 1) * columns; at++) if (X.values[at] !== 0) kept += 1
    seen += columns
  }
  if (!(kept < SPARSE_BELOW * seen)) return X
  return sparseOf(X)
}

/** Dense rows as sparse ones. */
export function sparseOf({ values: dense, rows, features }: DenseFeatures): SparseFeatures {
  const columns = features.length
  const starts = new Uint32Array(rows + 1)
  let stored = 0
  for (let row = 0; row < rows; row++) {
    for (let at = row * columns; at < (row + 1) * columns; at++) if (dense[at] !== 0) stored += 1
    starts[row + 1] = stored
  }
  const indices = new Uint32Array(stored)
  const values = new Float32Array(stored)
  let to = 0
  for (let row = 0; row < rows; row++) {
    for (let f = 0; f < columns; f++) {
      const value = dense[row * columns + f] as number
      if (value === 0) continue
      indices[to] = f
      values[to] = value
      to += 1
    }
  }
  return { form: 'sparse', rows, features, starts, indices, values }
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
export function momentBytes(X: Features): number {
  return featureMomentBytes(shapeOf(X))
}

/**
 * Moments of rows in kernel memory; `weight` lies there too. Sparse rows are not made dense.
 *
 * @throws DaybookError FIT_NO_ROWS where nothing has any weight, FIT_NOT_FINITE
 */
export async function momentsOf(
  memory: KernelMemory,
  X: Features,
  x: LinearRows,
  weight: Float32Array | undefined,
  { kernels }: FitContext,
  turn: () => Promise<void>,
): Promise<Moments> {
  if (x.rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
  const { weight: total, means, squares } = await featureMoments(kernels, memory, x, weight, turn)
  if (!(total > 0)) throw fail('FIT_NO_ROWS', { reason: 'all weights are 0' })
  if (!Number.isFinite(total)) throw fail('FIT_NOT_FINITE', { what: 'the weight' })
  const deviations = new Float64Array(x.columns)
  for (let f = 0; f < x.columns; f++) {
    const mean = means[f] as number
    const deviation = Math.sqrt((squares[f] as number) / total)
    if (!Number.isFinite(deviation)) throw fail('FIT_NOT_FINITE', { what: `\`${X.features[f]?.name}\`` })
    deviations[f] = deviation > 1e-9 * Math.abs(mean) ? deviation : 0
  }
  return { weight: total, means, deviations }
}
