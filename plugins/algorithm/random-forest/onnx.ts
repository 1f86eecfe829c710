import type { OnnxFeatures, OnnxGraph, OnnxPrediction } from 'daybook/plugin'
import { writtenTrees } from '../forest/onnx.ts'
import { writeBothClasses } from '../linear/onnx.ts'
import { writeLeaves, writeSum } from '../trees/onnx.ts'
import type { Forest } from './model.ts'

/** The forest as nodes of an ONNX graph: means of values, or of distributions over classes. */
export function writeForest(
  state: Forest & { readonly task: string },
  X: OnnxFeatures,
  graph: OnnxGraph,
): OnnxPrediction {
  const { classes, starts, task } = state
  const sums = writeSum(graph, writeLeaves(graph, X, writtenTrees(state), Math.max(classes, 1)))
  if (classes > 0) {
    const total = graph.node('ReduceSum', [sums, BigInt64Array.of(1n)], { attributes: { keepdims: { int: 1 } } })
    return { values: graph.node('Div', [sums, total]) }
  }
  const means = graph.node('Div', [sums, starts.length - 1])
  return { values: task === 'binary' ? writeBothClasses(graph, means) : means }
}
