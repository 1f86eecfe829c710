import { placeInTiles, SVM_TILE } from 'daybook/kernels'
import type { OnnxFeatures, OnnxGraph, OnnxPrediction, OnnxTensor } from 'daybook/plugin'
import { writeSmallest, writeSquaredDistances } from '../distance/onnx.ts'
import type { KnnModel } from './vote.ts'

/** Distances beyond the range of f32 count as its largest number. */
const LARGEST = 3.4028234663852886e38

/** The neighbours and their votes as nodes of an ONNX graph; the file contains the training rows, as the model does. */
export function writeVotes(model: KnnModel, X: OnnxFeatures, graph: OnnxGraph): OnnxPrediction {
  const { k, features, classes, targets, counts, weights } = model
  const points = Array.from({ length: features }, (_, f) =>
    Float32Array.from(targets, (_, row) => model.rows[placeInTiles(row, features) + f * SVM_TILE] as number),
  )
  const exact = writeSquaredDistances(graph, X.tensor, points)
  const within = graph.node('Where', [graph.node('Greater', [exact, LARGEST]), LARGEST, exact], { type: 'float' })
  const { values: distances, places } = writeSmallest(graph, within, k)
  const nearness = weights === 'uniform' ? undefined : writeNearness(graph, distances)
  const own = counts.length === 0 ? undefined : pick(graph, Float64Array.from(counts), [counts.length], places)
  const says = [nearness, own].filter((one) => one !== undefined)
  const say =
    says.length === 0
      ? graph.cast(graph.node('GreaterOrEqual', [distances, 0]), 'double') // each counts 1
      : says.reduce((one, other) => graph.node('Mul', [one, other]))
  const total = sum(graph, say, 1)
  if (classes === 0) {
    const given = pick(graph, Float64Array.from(targets), [targets.length], places)
    return { values: graph.node('Div', [sum(graph, graph.node('Mul', [say, given]), 1), total]) }
  }
  const table = new Float64Array(targets.length * classes)
  for (const [row, code] of targets.entries()) table[row * classes + code] = 1
  const votes = pick(graph, table, [targets.length, classes], places) // [rows, k, classes]
  const weighed = graph.node('Mul', [votes, graph.reshape(say, [-1, k, 1])])
  return { values: graph.node('Div', [graph.reshape(sum(graph, weighed, 1), [-1, classes]), total]) }
}

/** 1 / distance; where the first lies exactly there, 1 for such and 0 for the others. */
function writeNearness(graph: OnnxGraph, distances: OnnxTensor): OnnxTensor {
  const squares = graph.cast(distances, 'double')
  const here = graph.node('Equal', [squares, 0])
  const first = graph.node('Gather', [here, BigInt64Array.of(0n)], { attributes: { axis: { int: 1 } } })
  const away = graph.node('Sqrt', [graph.node('Where', [here, 1, squares])])
  return graph.node('Where', [first, graph.cast(here, 'double'), graph.node('Div', [1, away])], { type: 'double' })
}

function pick(graph: OnnxGraph, table: Float64Array, shape: readonly number[], places: OnnxTensor): OnnxTensor {
  return graph.node('Gather', [graph.constant(table, shape), places])
}

function sum(graph: OnnxGraph, values: OnnxTensor, axis: number): OnnxTensor {
  return graph.node('ReduceSum', [values, BigInt64Array.of(BigInt(axis))], { attributes: { keepdims: { int: 1 } } })
}
