import type { Features } from '../../frame/index.ts'
import { labelsOf, type Scored } from '../../model/index.ts'
import type { MetricInput, Task } from '../../plugin/api.ts'

/** Scored rows with what is known to be true of them. */
export interface ScoredRows {
  /** Class codes or values; empty where nothing is known. */
  readonly y: Float32Array | Int32Array
  /** Weight a row, where the page has a weight column. */
  readonly weight?: Float32Array | Float64Array | undefined
  readonly scored: Scored
  /** What reached the algorithm; asked for once, and only where a metric needs it. */
  readonly features?: (() => Features) | undefined
}

/**
 * What metrics see of scored rows. Rows are sorted when a metric first asks, once for all.
 *
 * @param classes of what is known to be true
 */
export function metricInput(
  { y, weight, scored, features }: ScoredRows,
  task: Task,
  classes: readonly string[],
): MetricInput {
  const { rows, output, values } = scored
  const shared = { task, rows, classes, y, ...(weight && { weight: Float64Array.from(weight) }) }
  if (output === 'values') return { ...shared, values, order: orderOf(values, 1) }
  const labels = labelsOf(scored, classes.length)
  if (output === 'clusters') {
    const distances = values.filter((_, i) => i % 2 === 1)
    return { ...shared, labels, distances, order: orderOf(distances, 1), ...(features && { features: once(features) }) }
  }
  const ofClasses = task === 'multiclass'
  const scores = task === 'binary' && output === 'probabilities' ? values.filter((_, i) => i % 2 === 1) : values
  return {
    ...shared,
    labels,
    scores,
    ...(output === 'probabilities' && { probabilities: values }),
    order: orderOf(scores, ofClasses ? classes.length : 1),
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function orderOf(scores: Float64Array, stride: number): (code?: number) => Uint32Array {
  const sorted = new Map<number, Uint32Array>()
  return (code = 0) => {
    const offset = stride === 1 ? 0 : code
    const known = sorted.get(offset)
    if (known !== undefined) return known
    const keys = Float64Array.from(
      { length: scores.length / stride },
      (_, row) => scores[row * stride + offset] as number,
    )
    const order = sortedRows(keys)
    sorted.set(offset, order)
    return order
  }
}

/** Row numbers by ascending key, ties by row. */
export function sortedRows(keys: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: keys.length }, (_, row) => row)
  return order.sort((a, b) => (keys[a] as number) - (keys[b] as number) || a - b)
}
