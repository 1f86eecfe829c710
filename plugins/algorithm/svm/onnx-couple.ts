import type { OnnxGraph, OnnxTensor } from 'daybook/plugin'
import { LEAST, SWEEPS } from './couple.ts'

export type Pair = readonly [number, number]

const lastAxis = BigInt64Array.of(-1n)

/** `scoresOf` as nodes of an ONNX graph: votes of the pairs, and within less than half a vote the sum of decisions. */
export function writeVotes(
  graph: OnnxGraph,
  decisions: OnnxTensor,
  pairs: readonly Pair[],
  classes: number,
): OnnxTensor {
  const turned = new Float64Array(pairs.length * classes)
  const ofFirst = new Float64Array(classes)
  for (const [p, [first, second]] of pairs.entries()) {
    turned[p * classes + first] = -1
    turned[p * classes + second] = 1
    ofFirst[first] = (ofFirst[first] as number) + 1
  }
  // All votes go to the first of a pair; one that the second wins moves over.
  const moves = graph.constant(turned, [pairs.length, classes])
  const won = graph.cast(graph.node('Greater', [decisions, 0]), 'double')
  const votes = graph.node('Add', [graph.node('MatMul', [won, moves]), ofFirst])
  const sums = graph.node('MatMul', [decisions, moves])
  const room = graph.node('Mul', [graph.node('Add', [graph.node('Abs', [sums]), 1]), 3])
  return graph.node('Add', [votes, graph.node('Div', [sums, room])])
}

/** `couple` as nodes of an ONNX graph: a loop of sweeps in which rows that are done stay as they are. */
export function writeCoupled(graph: OnnxGraph, ofSecond: OnnxTensor, pairs: readonly Pair[], k: number): OnnxTensor {
  const low = graph.node('Where', [graph.node('Less', [ofSecond, LEAST]), LEAST, ofSecond], { type: 'double' })
  const high = 1 - LEAST
  const second = graph.node('Where', [graph.node('Greater', [low, high]), high, low], { type: 'double' })
  const { Q, own } = writePairMatrix(graph, second, pairs, k)
  const sum = (values: OnnxTensor): OnnxTensor =>
    graph.node('ReduceSum', [values, lastAxis], { attributes: { keepdims: { int: 1 } } })
  const ownColumns = graph.unstack(own, k)
  const rows = Array.from({ length: k }, (_, i) =>
    graph.node('Gather', [Q, graph.constant(BigInt64Array.of(BigInt(i)), [])], { attributes: { axis: { int: 1 } } }),
  )
  const start = graph.node('Add', [graph.node('Mul', [own, 0]), 1 / k])
  const going = graph.node('Greater', [sum(own), -1])
  const [coupled] = graph.loop(SWEEPS, [start, going], ([p, active]) => {
    let next = p as OnnxTensor
    let qp = graph.reshape(sum(graph.node('Mul', [Q, graph.reshape(next, [-1, 1, k])])), [-1, k])
    let total = sum(graph.node('Mul', [qp, next]))
    const off = graph.node('GreaterOrEqual', [graph.node('Abs', [graph.node('Sub', [qp, total])]), 0.005 / k])
    const isOff = graph.node('Greater', [sum(graph.cast(off, 'double')), 0])
    const still = graph.node('And', [active as OnnxTensor, isOff])
    for (let i = 0; i < k; i++) {
      const mine = ownColumns[i] as OnnxTensor
      const qpi = graph.unstack(qp, k)[i] as OnnxTensor
      const step = graph.node('Div', [graph.node('Sub', [total, qpi]), mine])
      const one = graph.node('Add', [step, 1])
      const change = graph.node('Add', [graph.node('Mul', [step, mine]), graph.node('Mul', [qpi, 2])])
      const grown = graph.node('Add', [total, graph.node('Mul', [step, change])])
      total = graph.node('Div', [graph.node('Div', [grown, one]), one])
      qp = graph.node('Div', [graph.node('Add', [qp, graph.node('Mul', [step, rows[i] as OnnxTensor])]), one])
      const here = Float64Array.from({ length: k }, (_, j) => (j === i ? 1 : 0))
      next = graph.node('Div', [graph.node('Add', [next, graph.node('Mul', [step, here])]), one])
    }
    const left = graph.node('ReduceSum', [graph.cast(still, 'double')], { attributes: { keepdims: { int: 0 } } })
    return {
      states: [graph.node('Where', [still, next, p as OnnxTensor]), still],
      goesOn: graph.node('Greater', [left, 0]),
    }
  }) as [OnnxTensor]
  return coupled
}

/** The matrix of the pairs' probabilities, [rows, k, k], and its diagonal [rows, k]. */
function writePairMatrix(graph: OnnxGraph, ofSecond: OnnxTensor, pairs: readonly Pair[], k: number) {
  const seconds = new Float64Array(pairs.length * k * k)
  const firsts = new Float64Array(pairs.length * k * k)
  for (const [p, [i, j]] of pairs.entries()) {
    seconds[p * k * k + j * k + i] = 1
    firsts[p * k * k + i * k + j] = 1
  }
  const place = (values: OnnxTensor, table: Float64Array): OnnxTensor =>
    graph.node('MatMul', [values, graph.constant(table, [pairs.length, k * k])])
  const ofFirst = graph.node('Sub', [1, ofSecond])
  // against[i][j]: the probability of i where only i and j are possible.
  const against = graph.reshape(graph.node('Add', [place(ofSecond, seconds), place(ofFirst, firsts)]), [-1, k, k])
  const turned = graph.node('Transpose', [against], { attributes: { perm: { ints: [0, 2, 1] } } })
  const squares = graph.node('Mul', [turned, turned])
  const own = graph.node('ReduceSum', [squares, lastAxis], { attributes: { keepdims: { int: 0 } } })
  const unit = Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0))
  const diagonal = graph.node('Mul', [graph.reshape(own, [-1, k, 1]), graph.constant(unit, [k, k])])
  return { Q: graph.node('Sub', [diagonal, graph.node('Mul', [against, turned])]), own }
}
