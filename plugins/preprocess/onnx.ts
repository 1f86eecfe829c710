import type { OnnxColumn, OnnxGraph, OnnxTensor } from 'daybook/plugin'

// What the ONNX hooks of several preprocess cells have in common.

/** Number columns as one block [rows, columns], changed, and taken apart again. Without columns nothing is written. */
export function changeBlock(
  columns: readonly OnnxColumn[],
  graph: OnnxGraph,
  change: (block: OnnxTensor) => OnnxTensor,
): readonly OnnxColumn[] {
  if (columns.length === 0) return columns
  const block = change(graph.stack(columns.map(({ tensor }) => tensor)))
  const tensors = graph.unstack(block, columns.length)
  return columns.map((column, i) => ({ ...column, tensor: tensors[i] as OnnxTensor }))
}

/** Values brought to two bounds, column by column; NaN stays. */
export function clipBlock(graph: OnnxGraph, block: OnnxTensor, low: Float64Array, high: Float64Array): OnnxTensor {
  const lifted = graph.node('Where', [graph.node('Less', [block, low]), low, block])
  return graph.node('Where', [graph.node('Greater', [lifted, high]), high, lifted])
}

/**
 * What a table says of codes [rows, 1]: `values` holds an entry for each code, then that of missing values, then that of
 * levels that training did not see.
 */
export function lookUp(graph: OnnxGraph, codes: OnnxTensor, values: Float64Array | BigInt64Array): OnnxTensor {
  // -1 and -2 are the places behind those of `levels` codes.
  const levels = values.length - 2
  const mirrored = graph.node('Sub', [BigInt64Array.of(BigInt(levels - 1)), codes])
  const place = graph.node('Where', [graph.node('Less', [codes, 0]), mirrored, codes])
  return graph.node('Gather', [graph.constant(values, [values.length]), place])
}

/** Columns of a state in the order in which columns come. */
export function inOrder(
  columns: readonly OnnxColumn[],
  values: Float64Array,
  place: (name: string) => number,
): Float64Array {
  return Float64Array.from(columns, ({ name }) => values[place(name)] as number)
}
