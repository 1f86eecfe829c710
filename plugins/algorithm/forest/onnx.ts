import type { WrittenNode } from '../trees/onnx.ts'
import { CATEGORY, type ForestTrees, MISSING_LEFT, NODE_WORDS } from './trees.ts'

/** The trees of a forest, as an ONNX graph takes them. */
export function* writtenTrees(forest: ForestTrees): Generator<WrittenNode[]> {
  const { starts, nodes, leaves, classes } = forest
  const floats = new Float32Array(nodes.buffer, nodes.byteOffset, nodes.length)
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const root = starts[tree] as number
    yield Array.from({ length: (starts[tree + 1] as number) - root }, (_, i): WrittenNode => {
      const at = NODE_WORDS * (root + i)
      const left = nodes[at + 2] as number
      if (left === 0) {
        const shares = classes * (nodes[at] as number)
        return { leaf: classes === 0 ? [floats[at] as number] : leaves.subarray(shares, shares + classes) }
      }
      const packed = nodes[at + 1] as number
      const test = (packed & CATEGORY) !== 0 ? codesOf(forest, at) : (floats[at] as number)
      return { feature: packed >>> 2, test, missingLeft: (packed & MISSING_LEFT) !== 0, left, right: left + 1 }
    })
  }
}

/** Does each code of the category that a node asks for go left? */
function codesOf({ nodes, sets, maps, mapStarts }: ForestTrees, at: number): boolean[] {
  const feature = (nodes[at + 1] as number) >>> 2
  const own = maps.subarray(mapStarts[feature] as number, mapStarts[feature + 1] as number)
  return Array.from(own, (bin) => (((sets[(nodes[at] as number) + (bin >> 5)] as number) >>> (bin & 31)) & 1) === 1)
}
