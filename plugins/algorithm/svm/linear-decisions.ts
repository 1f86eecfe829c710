import type { Features, SparseFeatures } from 'daybook/frame'
import { alignUp, type Kernels, type LinearWeights, linearMargins } from 'daybook/kernels'

/** Stored values that lie in the memory of the kernels at a time. */
const BATCH = 2 ** 20

/** Values f64 [rows, functions] of linear functions for all rows, batch by batch. A row's bits depend on it alone. */
export function linearDecisions(
  kernels: Kernels,
  { coefficients, intercepts }: LinearWeights,
  X: Features,
): Float64Array {
  const columns = X.features.length
  const functions = intercepts.length
  const rowsAtMost = Math.max(1, Math.min(X.rows, Math.floor(BATCH / (columns + functions + 1))))
  const storedAtMost = X.form === 'dense' ? rowsAtMost * columns : mostStored(X, rowsAtMost)
  const bytes =
    alignUp(coefficients.byteLength) +
    alignUp(intercepts.byteLength) +
    alignUp(8 * rowsAtMost * functions) +
    2 * alignUp(4 * storedAtMost) +
    alignUp(4 * (rowsAtMost + 1))
  return kernels.scope(bytes, (memory) => {
    const weights = { coefficients: memory.put(coefficients), intercepts: memory.put(intercepts) }
    const margins = memory.f64(rowsAtMost * functions)
    const values = memory.f32(storedAtMost)
    const indices = memory.u32(X.form === 'dense' ? 0 : storedAtMost)
    const starts = memory.u32(rowsAtMost + 1)
    const out = new Float64Array(X.rows * functions)
    for (let from = 0; from < X.rows; from += rowsAtMost) {
      const rows = Math.min(rowsAtMost, X.rows - from)
      const size = { rows, columns, values }
      if (X.form === 'dense') {
        values.set(X.values.subarray(from * columns, (from + rows) * columns))
        linearMargins(kernels, { form: 'dense', ...size }, weights, margins)
      } else {
        const first = X.starts[from] as number
        const end = X.starts[from + rows] as number
        values.set(X.values.subarray(first, end))
        indices.set(X.indices.subarray(first, end))
        for (let row = 0; row <= rows; row++) starts[row] = (X.starts[from + row] as number) - first
        linearMargins(kernels, { form: 'sparse', ...size, indices, starts }, weights, margins)
      }
      out.set(margins.subarray(0, rows * functions), from * functions)
    }
    return out
  })
}

/** Values that the fullest batch stores. */
function mostStored({ starts, rows }: SparseFeatures, batch: number): number {
  let most = 0
  for (let from = 0; from < rows; from += batch)
    most = Math.max(most, (starts[Math.min(from + batch, rows)] as number) - (starts[from] as number))
  return most
}
