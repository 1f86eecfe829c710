import type { OnnxFeatures, OnnxGraph, OnnxPrediction } from 'daybook/plugin'
import { writeBothClasses } from '../linear/onnx.ts'
import type { Card } from './card.ts'

/** The card as nodes of an ONNX graph: points of every feature, rounded as the card says, their sum, its odds. */
export function writeCard(card: Card, X: OnnxFeatures, graph: OnnxGraph): OnnxPrediction {
  const { coefficients, base, factor, offset, round } = card
  const slopes = coefficients.map((coefficient) => factor * coefficient)
  const exact = graph.node('Sub', [base, graph.node('Mul', [graph.cast(X.tensor, 'double'), slopes])], {
    type: 'double',
  })
  // Halves go up, by a comparison that is exact: adding one half first would round 0.5 - 2^-54 to 1.
  const whole = graph.node('Floor', [exact])
  const up = graph.node('GreaterOrEqual', [graph.node('Sub', [exact, whole]), 0.5])
  const points = round ? graph.node('Add', [whole, graph.cast(up, 'double')]) : exact
  const score = graph.node('ReduceSum', [points, BigInt64Array.of(1n)], { attributes: { keepdims: { int: 1 } } })
  const logOdds = graph.node('Div', [graph.node('Sub', [offset, score]), factor])
  return { values: writeBothClasses(graph, graph.node('Sigmoid', [logOdds])) }
}
