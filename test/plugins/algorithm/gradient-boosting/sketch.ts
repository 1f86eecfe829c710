import { type BoostedTrees, ModelBuilder } from '../../../../plugins/algorithm/gradient-boosting/model.ts'

/** A tree as a test writes it down: a leaf's value, or a split. `test`: a threshold, or words of the codes that go left. */
export type SketchedTree =
  | number
  | {
      readonly feature: number
      readonly test: number | readonly number[]
      readonly missingLeft: boolean
      readonly children: readonly [SketchedTree, SketchedTree]
    }

/** A model of trees without a base; every leaf covers one row. */
export function modelOf(trees: readonly SketchedTree[], features: number, outputs: number): BoostedTrees {
  const builder = new ModelBuilder(features, new Float64Array(outputs))
  const coverOf = (tree: SketchedTree): number =>
    typeof tree === 'number' ? 1 : coverOf(tree.children[0]) + coverOf(tree.children[1])
  const grow = (node: number, tree: SketchedTree): void => {
    if (typeof tree === 'number') {
      builder.leaf(node, tree)
      return
    }
    const [left, right] = tree.children
    const { feature, test, missingLeft } = tree
    const covers = { leftCover: coverOf(left), rightCover: coverOf(right) }
    const child = builder.split(node, { feature, test, missingLeft, gain: 1, ...covers })
    grow(child, left)
    grow(child + 1, right)
  }
  for (const tree of trees) {
    builder.beginTree(coverOf(tree))
    grow(0, tree)
  }
  return builder.build(trees.length)
}
