import type { OnnxFeatures, OnnxGraph, OnnxPrediction, ScoringContext } from 'daybook/plugin'
import { writtenTrees } from '../forest/onnx.ts'
import { writeLeaves, writeSum } from '../trees/onnx.ts'
import { type IsolationForest, TYPICAL } from './score.ts'

/**
 * The forest as nodes of an ONNX graph. Sums of path lengths are exact in any order, so whether a row is an anomaly is told
 * by them: thresholds are scores of training rows, and an engine's own power of 2 may end on the other side of them.
 */
export function writeIsolation(
  state: IsolationForest,
  X: OnnxFeatures,
  graph: OnnxGraph,
  { kernels }: ScoringContext,
): OnnxPrediction {
  const { starts, meanPath, threshold } = state
  const paths = writeSum(graph, writeLeaves(graph, X, writtenTrees(state), 1))
  const expected = (starts.length - 1) * meanPath
  const scoreOf = (sum: number): number => (meanPath === 0 ? TYPICAL : kernels.math.pow(2, -sum / expected))
  const power = graph.node('Div', [graph.node('Neg', [paths]), meanPath === 0 ? 1 : expected])
  const scores = graph.node('Pow', [graph.constant(Float64Array.of(2), [1]), power])
  const values = meanPath === 0 ? graph.node('Add', [graph.node('Mul', [paths, 0]), TYPICAL]) : scores
  const strange = graph.node('LessOrEqual', [paths, longestAbove(scoreOf, threshold)])
  return { values, labels: graph.cast(graph.reshape(strange, [-1]), 'int64') }
}

/** The largest sum of paths whose score lies above the threshold, by bisection down to neighbouring numbers. */
function longestAbove(scoreOf: (sum: number) => number, threshold: number): number {
  let low = -1 // sums are 0 or more
  let high = 2 ** 40
  if (scoreOf(high) > threshold) return high
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return low
    if (scoreOf(middle) > threshold) low = middle
    else high = middle
  }
}
