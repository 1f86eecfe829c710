import type { Features } from 'daybook/frame'
import type { MetricInput } from 'daybook/plugin'

/** Rows of a clustering as a matrix, with the cluster and the weight of each. */
export interface ClusteredRows {
  /** f64 [rows, width] row-major. */
  readonly x: Float64Array
  readonly rows: number
  readonly width: number
  /** Clusters by place, 0 … count-1, in the order of their numbers. */
  readonly cluster: Int32Array
  readonly count: number
  readonly weight: Float64Array
}

/**
 * Rows of weight above 0, at most `limit` of them: every so many in their order, so that no chance comes in. Undefined
 * where there are no features, or a value is missing: nothing can be measured then.
 */
export function clusteredRows(input: MetricInput, limit = Number.POSITIVE_INFINITY): ClusteredRows | undefined {
  const { labels, weight, features } = input
  const X = features?.()
  if (X === undefined || labels === undefined) return undefined
  const present: number[] = []
  for (let row = 0; row < input.rows; row++) if (weight === undefined || (weight[row] as number) > 0) present.push(row)
  const rows = Math.min(present.length, limit)
  const picked = Uint32Array.from(
    { length: rows },
    (_, i) => present[Math.floor((i * present.length) / rows)] as number,
  )
  const x = matrixOf(X, picked)
  if (x.some(Number.isNaN)) return undefined
  const numbers = [...new Set(Array.from(picked, (row) => labels[row] as number))].sort((a, b) => a - b)
  const places = new Map(numbers.map((number, place) => [number, place]))
  return {
    x,
    rows,
    width: X.features.length,
    cluster: Int32Array.from(picked, (row) => places.get(labels[row] as number) as number),
    count: numbers.length,
    weight: Float64Array.from(picked, (row) => (weight === undefined ? 1 : (weight[row] as number))),
  }
}

function matrixOf(X: Features, rows: Uint32Array): Float64Array {
  const width = X.features.length
  const matrix = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) {
    if (X.form === 'dense') matrix.set(X.values.subarray(row * width, (row + 1) * width), i * width)
    else
      for (let at = X.starts[row] as number; at < (X.starts[row + 1] as number); at++)
        matrix[i * width + (X.indices[at] as number)] = X.values[at] as number
  }
  return matrix
}
