import type { OnnxFeatures, OnnxGraph, OnnxPrediction } from 'daybook/plugin'
import { writeProbabilities } from '../linear/onnx.ts'
import { type WrittenNode, writeLeaves, writeSum } from '../trees/onnx.ts'
import { type BoostedTrees, CATEGORY, MISSING_LEFT } from './model.ts'

/** Boosted trees as nodes of an ONNX graph: every row takes the branches that it takes here. */
export function writeBoosted(
  state: BoostedTrees & { readonly link: string },
  X: OnnxFeatures,
  graph: OnnxGraph,
): OnnxPrediction {
  const { base, starts, link } = state
  const outputs = base.length
  const trees = starts.length - 1
  const none: WrittenNode[][] = Array.from(base, () => [{ leaf: [0] }]) // early stopping may keep no tree at all
  const leaves = writeLeaves(graph, X, trees === 0 ? none : treesOf(state), 1)
  // Tree t belongs to output t % outputs.
  const rounds = Math.max(1, trees / outputs)
  const sums = writeSum(graph, graph.reshape(leaves, [-1, rounds, outputs]))
  const scores = graph.node('Add', [sums, base])
  if (link === 'logit') return { values: writeProbabilities(graph, scores, outputs) }
  return { values: link === 'log' ? graph.node('Exp', [scores]) : scores }
}

function* treesOf(model: BoostedTrees): Generator<WrittenNode[]> {
  const { starts, feature, threshold, left, flags } = model
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const root = starts[tree] as number
    yield Array.from({ length: (starts[tree + 1] as number) - root }, (_, i): WrittenNode => {
      const node = root + i
      const child = left[node] as number
      if (child === 0) return { leaf: [threshold[node] as number] }
      const flag = flags[node] as number
      const test = (flag & CATEGORY) !== 0 ? codesOf(model, node) : (threshold[node] as number)
      const missingLeft = (flag & MISSING_LEFT) !== 0
      return { feature: feature[node] as number, test, missingLeft, left: child, right: child + 1 }
    })
  }
}

/** Does each code of a category node's set go left? */
function codesOf({ set, sets }: BoostedTrees, node: number): boolean[] {
  const start = set[node] as number
  return Array.from({ length: 32 * (sets[start] as number) }, (_, code) => {
    return (((sets[start + 1 + (code >> 5)] as number) >>> (code & 31)) & 1) === 1
  })
}
