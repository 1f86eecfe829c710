import type { OnnxFeatures, OnnxGraph, OnnxPrediction } from 'daybook/plugin'
import { writeSmallest, writeSquaredDistances } from '../distance/onnx.ts'
import type { KMeansModel } from './model.ts'

/** The nearest centroid and how far it is, as nodes of an ONNX graph. */
export function writeClusters({ features, centroids }: KMeansModel, X: OnnxFeatures, graph: OnnxGraph): OnnxPrediction {
  const clusters = centroids.length / features
  const points = Array.from({ length: features }, (_, f) =>
    Float64Array.from({ length: clusters }, (_, cluster) => centroids[cluster * features + f] as number),
  )
  const squares = writeSquaredDistances(graph, graph.cast(X.tensor, 'double'), points)
  const { values, places } = writeSmallest(graph, squares, 1)
  return { values: graph.stack([graph.cast(places, 'double'), graph.node('Sqrt', [values])]) }
}
