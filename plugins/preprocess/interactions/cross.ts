import { type CategoryColumn, MISSING, UNSEEN } from 'daybook/frame'
import type { OnnxColumn, OnnxGraph, OnnxTensor } from 'daybook/plugin'

/** The levels of two categories joined: pair (a, b) of codes is number a · (levels of b) + b. */
export type Cross = {
  readonly levels: readonly string[]
  /** Numbers of the pairs that have a level, ascending, and the code of each. */
  readonly pairs: Float64Array
  readonly codes: Int32Array
}

/** The `most` most frequent pairs of the rows; of equally frequent ones the first in level order. Levels in code-unit order. */
export function fitCross(a: CategoryColumn, b: CategoryColumn, most: number): Cross {
  const counts = new Map<number, number>()
  for (let row = 0; row < a.values.length; row++) {
    const pair = pairAt(a, b, row)
    if (pair >= 0) counts.set(pair, (counts.get(pair) ?? 0) + 1)
  }
  const kept = [...counts].sort(([p, n], [q, m]) => m - n || p - q).slice(0, most)
  const named = kept.map(([pair]) => ({ pair, level: levelOf(a, b, pair) }))
  const levels = [...new Set(named.map(({ level }) => level))].sort((x, y) => (x < y ? -1 : x > y ? 1 : 0))
  const codeOf = new Map(levels.map((level, code) => [level, code]))
  named.sort((x, y) => x.pair - y.pair)
  return {
    levels,
    pairs: Float64Array.from(named, ({ pair }) => pair),
    codes: Int32Array.from(named, ({ level }) => codeOf.get(level) as number),
  }
}

/** The joined category of two columns: missing where one is missing, unseen where training did not see the pair. */
export function crossed(
  name: string,
  a: CategoryColumn,
  b: CategoryColumn,
  { levels, pairs, codes }: Cross,
): CategoryColumn {
  const codeOf = new Map<number, number>([[MISSING, MISSING]])
  for (const [i, pair] of pairs.entries()) codeOf.set(pair, codes[i] as number)
  const values = new Int32Array(a.values.length)
  for (let row = 0; row < values.length; row++) values[row] = codeOf.get(pairAt(a, b, row)) ?? UNSEEN
  return { type: 'category', name, levels, values }
}

/** {@link crossed} as nodes of an ONNX graph: codes int64 [rows, 1]. */
export function writeCross(graph: OnnxGraph, a: OnnxColumn, b: OnnxColumn, { pairs, codes }: Cross): OnnxTensor {
  const isBelow = (tensor: OnnxTensor, end: number): OnnxTensor => graph.node('Less', [tensor, end])
  const either = (test: (tensor: OnnxTensor) => OnnxTensor): OnnxTensor =>
    graph.node('Or', [test(a.tensor), test(b.tensor)])
  const number = graph.node('Add', [graph.node('Mul', [a.tensor, b.levels?.length ?? 0]), b.tensor])
  const none = BigInt64Array.of(-1n)
  const pair = graph.node('Where', [either((tensor) => isBelow(tensor, 0)), none, number])
  // At most one pair is the row's: its code, moved up so that no pair at all gives UNSEEN.
  const match = graph.cast(graph.node('Equal', [pair, BigInt64Array.from(pairs, (one) => BigInt(one))]), 'int64')
  const moved = graph.node('Mul', [match, BigInt64Array.from(codes, (code) => BigInt(code - UNSEEN))])
  const sum = graph.node('ReduceSum', [moved, BigInt64Array.of(1n)], { attributes: { keepdims: { int: 1 } } })
  const missing = either((tensor) => graph.node('Equal', [tensor, MISSING]))
  return graph.node('Where', [missing, none, graph.node('Add', [sum, UNSEEN])])
}

function pairAt(a: CategoryColumn, b: CategoryColumn, row: number): number {
  const first = a.values[row] as number
  const second = b.values[row] as number
  if (first === MISSING || second === MISSING) return MISSING
  return first < 0 || second < 0 ? UNSEEN : first * b.levels.length + second
}

function levelOf(a: CategoryColumn, b: CategoryColumn, pair: number): string {
  return `${a.levels[Math.floor(pair / b.levels.length)]} & ${b.levels[pair % b.levels.length]}`
}
