import type { OnnxFeatures, OnnxGraph, OnnxPrediction, OnnxTensor } from 'daybook/plugin'

/** x · coefficients + intercepts, double [rows, outputs]: what the margins of linear models and machines are. */
export function writeMargins(
  graph: OnnxGraph,
  X: OnnxFeatures,
  { coefficients, intercepts }: { readonly coefficients: Float64Array; readonly intercepts: Float64Array },
): OnnxTensor {
  const weights = graph.constant(coefficients, [coefficients.length / intercepts.length, intercepts.length])
  return graph.node('Add', [graph.node('MatMul', [graph.cast(X.tensor, 'double'), weights]), intercepts])
}

/** Probabilities of all classes, out of scores: a sigmoid of one output, else softmax. */
export function writeProbabilities(graph: OnnxGraph, scores: OnnxTensor, outputs: number): OnnxTensor {
  if (outputs > 1) return graph.node('Softmax', [scores], { attributes: { axis: { int: 1 } } })
  return writeBothClasses(graph, graph.node('Sigmoid', [scores]))
}

/** Probabilities of two classes, out of those of the second, [rows, 1]. */
export function writeBothClasses(graph: OnnxGraph, positive: OnnxTensor): OnnxTensor {
  return graph.stack([graph.node('Sub', [1, positive]), positive])
}

/** A linear model of a value. */
export function writeValues(
  state: { readonly coefficients: Float64Array; readonly intercepts: Float64Array },
  X: OnnxFeatures,
  graph: OnnxGraph,
): OnnxPrediction {
  return { values: writeMargins(graph, X, state) }
}
