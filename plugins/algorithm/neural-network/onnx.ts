import type { Activation } from 'daybook/kernels'
import type { OnnxAttribute, OnnxFeatures, OnnxGraph, OnnxPrediction, OnnxTensor } from 'daybook/plugin'
import { writeProbabilities } from '../linear/onnx.ts'
import type { NetworkState } from './scoring.ts'

/** Sums of 32-bit floats in another order. */
const bounds = { absolute: 1e-5, relative: 1e-5 }

/** The network as nodes of an ONNX graph, in 32-bit floats as here; the engine adds up products in an order of its own. */
export function writeNetwork(
  { task, layers, mean, sd }: NetworkState,
  X: OnnxFeatures,
  graph: OnnxGraph,
): OnnxPrediction {
  const raw = layers.reduce((values, { activation, units, weights, bias }) => {
    const matrix = graph.constant(weights, [weights.length / units, units])
    return writeActivation(graph, activation, graph.node('Gemm', [values, matrix, bias]))
  }, X.tensor)
  const outputs = graph.cast(raw, 'double')
  if (task !== 'regression') return { values: writeProbabilities(graph, outputs, layers.at(-1)?.units ?? 1), bounds }
  return { values: graph.node('Add', [graph.node('Mul', [outputs, sd]), mean]), bounds }
}

const operators: Readonly<Record<Exclude<Activation, 'linear'>, readonly [string, Record<string, OnnxAttribute>]>> = {
  relu: ['Relu', {}],
  'leaky-relu': ['LeakyRelu', { alpha: { float: 0.01 } }],
  elu: ['Elu', { alpha: { float: 1 } }],
  tanh: ['Tanh', {}],
  sigmoid: ['Sigmoid', {}],
}

function writeActivation(graph: OnnxGraph, activation: Activation, values: OnnxTensor): OnnxTensor {
  if (activation === 'linear') return values
  const [operator, attributes] = operators[activation]
  return graph.node(operator, [values], { attributes })
}
