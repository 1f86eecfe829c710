import type { OnnxGraph, OnnxTensor } from 'daybook/plugin'

/**
 * Squared distances [rows, points] of rows [rows, features] from points, added feature by feature in the order and the
 * precision of `points`: bits are those of the kernels, so that equal distances stay equal.
 */
export function writeSquaredDistances(
  graph: OnnxGraph,
  rows: OnnxTensor,
  /** Of each feature, its value at every point. */
  points: readonly (Float32Array | Float64Array)[],
): OnnxTensor {
  const columns = graph.unstack(rows, points.length)
  const squares = points.map((values, f) => {
    const apart = graph.node('Sub', [columns[f] as OnnxTensor, values])
    return graph.node('Mul', [apart, apart])
  })
  return squares.reduce((sum, square) => graph.node('Add', [sum, square]))
}

/** The `count` smallest of values [rows, n], ascending, and their places; of equal ones the first. */
export function writeSmallest(
  graph: OnnxGraph,
  values: OnnxTensor,
  count: number,
): { readonly values: OnnxTensor; readonly places: OnnxTensor } {
  const [smallest, places] = graph.nodes('TopK', [values, BigInt64Array.of(BigInt(count))], [values.type, 'int64'], {
    attributes: { axis: { int: 1 }, largest: { int: 0 }, sorted: { int: 1 } },
  }) as [OnnxTensor, OnnxTensor]
  return { values: smallest, places }
}
