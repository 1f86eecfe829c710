import type { OnnxFeatures, OnnxGraph, OnnxTensor } from 'daybook/plugin'

/** A node of a tree as it is written: a leaf's values, or a test with the places of its children. */
export type WrittenNode =
  | { readonly leaf: ArrayLike<number> }
  | {
      readonly feature: number
      /** x <= threshold goes left; or the codes that do, by code, where those beyond the list go the way of missing values. */
      readonly test: number | readonly boolean[]
      readonly missingLeft: boolean
      readonly left: number
      readonly right: number
    }

/**
 * The values of the leaves that rows end in: double [rows, trees, outputs]. A tree ensemble of ONNX adds up its trees in 32-bit
 * floats, so each tree gets targets of its own, where nothing is added: the values are then exactly those of the leaves, and
 * are added in 64 bits behind it.
 *
 * ONNX has no test by a set of categories: each set becomes a feature of its own, looked up by the code, which is 0 for
 * codes that go left, 1 for the others and NaN for those that go the way of missing values.
 */
export function writeLeaves(
  graph: OnnxGraph,
  X: OnnxFeatures,
  trees: Iterable<readonly WrittenNode[]>,
  outputs: number,
): OnnxTensor {
  const sets = new CodeSets(X)
  const nodes = { trees: [] as number[], numbers: [] as number[], features: [] as number[], modes: [] as string[] }
  const values: number[] = []
  const [yes, no, missing]: [number[], number[], number[]] = [[], [], []]
  const leaves = { trees: [] as number[], numbers: [] as number[], targets: [] as number[], values: [] as number[] }
  let count = 0
  for (const tree of trees) {
    for (const [number, node] of tree.entries()) {
      nodes.trees.push(count)
      nodes.numbers.push(number)
      const isLeaf = 'leaf' in node
      nodes.modes.push(isLeaf ? 'LEAF' : 'BRANCH_LEQ')
      nodes.features.push(
        isLeaf ? 0 : typeof node.test === 'number' ? node.feature : sets.featureOf(node.feature, node.test),
      )
      values.push(isLeaf ? 0 : typeof node.test === 'number' ? node.test : 0.5)
      yes.push(isLeaf ? 0 : node.left)
      no.push(isLeaf ? 0 : node.right)
      missing.push(!isLeaf && node.missingLeft ? 1 : 0)
      if (!isLeaf) continue
      for (let output = 0; output < outputs; output++) {
        leaves.trees.push(count)
        leaves.numbers.push(number)
        leaves.targets.push(count * outputs + output)
        leaves.values.push(node.leaf[output] as number)
      }
    }
    count++
  }
  const all = graph.node('TreeEnsembleRegressor', [sets.widened(graph)], {
    attributes: {
      n_targets: { int: count * outputs },
      nodes_treeids: { ints: nodes.trees },
      nodes_nodeids: { ints: nodes.numbers },
      nodes_featureids: { ints: nodes.features },
      nodes_modes: { texts: nodes.modes },
      nodes_values: { floats: Float32Array.from(values) },
      nodes_truenodeids: { ints: yes },
      nodes_falsenodeids: { ints: no },
      nodes_missing_value_tracks_true: { ints: missing },
      target_treeids: { ints: leaves.trees },
      target_nodeids: { ints: leaves.numbers },
      target_ids: { ints: leaves.targets },
      target_weights: { floats: Float32Array.from(leaves.values) },
    },
  })
  return graph.reshape(graph.cast(all, 'double'), [-1, count, outputs])
}

/** Sets of codes as features behind those that there are. */
class CodeSets {
  readonly #X: OnnxFeatures
  /** Sets by feature, each with its place behind the features. */
  readonly #places = new Map<number, Map<string, number>>()
  #count = 0

  constructor(X: OnnxFeatures) {
    this.#X = X
  }

  /** The feature that stands for a set of codes of a feature; places are given as sets come. */
  featureOf(feature: number, codes: readonly boolean[]): number {
    const places = this.#places.get(feature) ?? new Map<string, number>()
    this.#places.set(feature, places)
    const key = codes.map((left) => (left ? '0' : '1')).join('')
    const place = places.get(key) ?? this.#count++
    places.set(key, place)
    return this.#X.features.length + place
  }

  /** All features, then the sets. */
  widened(graph: OnnxGraph): OnnxTensor {
    const { tensor, features } = this.#X
    if (this.#count === 0) return tensor
    const parts = [tensor]
    const order: number[] = []
    for (const [feature, places] of this.#places) {
      const levels = features[feature]?.levels?.length ?? 0
      parts.push(setsOf(graph, tensor, feature, levels, [...places.keys()]))
      order.push(...places.values())
    }
    const wide = graph.node('Concat', parts, { attributes: { axis: { int: 1 } } })
    if (order.every((place, i) => place === i)) return wide
    const back = new BigInt64Array(features.length + order.length)
    for (let i = 0; i < features.length; i++) back[i] = BigInt(i)
    for (const [i, place] of order.entries()) back[features.length + place] = BigInt(features.length + i)
    return graph.node('Gather', [wide, back], { attributes: { axis: { int: 1 } } })
  }
}

/** Float [rows, sets] of the sets of one feature. */
function setsOf(graph: OnnxGraph, X: OnnxTensor, feature: number, levels: number, sets: readonly string[]): OnnxTensor {
  const table = new Float32Array((levels + 1) * sets.length).fill(Number.NaN) // the last row: missing
  for (const [s, codes] of sets.entries())
    for (let code = 0; code < Math.min(levels, codes.length); code++)
      table[code * sets.length + s] = Number(codes[code])
  const own = graph.node('Gather', [X, graph.constant(BigInt64Array.of(BigInt(feature)), [])], {
    attributes: { axis: { int: 1 } },
  })
  const code = graph.cast(graph.node('Where', [graph.node('IsNaN', [own]), levels, own]), 'int64')
  return graph.node('Gather', [graph.constant(table, [levels + 1, sets.length]), code])
}

/** The sum over the trees: double [rows, outputs]. */
export function writeSum(graph: OnnxGraph, leaves: OnnxTensor): OnnxTensor {
  return graph.node('ReduceSum', [leaves, BigInt64Array.of(1n)], { attributes: { keepdims: { int: 0 } } })
}
