import { alignUp, type KernelMemory, type PackedTrees, SCORED_ROWS } from 'daybook/kernels'
import { type SplitColumns, splitColumns } from './known-splits.ts'
import { type BoostedTrees, CATEGORY, MISSING_LEFT } from './model.ts'

/** Trees as the scoring kernel reads them, before they are copied into its memory. */
interface Packed {
  readonly nodes: Uint8Array
  readonly starts: Uint32Array
  readonly depths: Int32Array
  readonly columns: Uint32Array
  /** Columns behind the features that the trees ask for in place of sets; absent where they ask for the sets. */
  readonly splits: SplitColumns | undefined
}

/** A model is packed when it first scores; what was packed goes when the model goes (states never change). */
const packs = new WeakMap<BoostedTrees, Packed>()

/** Bytes that `packTrees` takes from a scope, with room for so many threads. */
export function packedBytes(model: BoostedTrees, threads: number): number {
  const { nodes, starts, depths, columns } = packOf(model)
  const arrays = [nodes, starts, depths, columns, model.sets]
  return arrays.reduce((sum, { byteLength }) => sum + alignUp(byteLength), threads * blockBytes(columns))
}

/** Copies the trees into kernel memory, as the scoring kernel reads them. */
export function packTrees(model: BoostedTrees, memory: KernelMemory, threads: number): PackedTrees {
  const { nodes, starts, depths, columns } = packOf(model)
  return {
    nodes: memory.put(nodes),
    starts: memory.put(starts),
    depths: memory.put(depths),
    sets: memory.put(model.sets),
    columns: memory.put(columns),
    block: memory.f32((threads * blockBytes(columns)) / 4),
  }
}

/** The columns that rows must have behind their features, for the trees as they are packed. */
export function splitsOf(model: BoostedTrees): SplitColumns | undefined {
  return packOf(model).splits
}

function blockBytes(columns: Uint32Array): number {
  return 4 * SCORED_ROWS * (columns.length + 1)
}

function packOf(model: BoostedTrees): Packed {
  const kept = packs.get(model)
  if (kept !== undefined) return kept
  const packed = pack(model)
  packs.set(model, packed)
  return packed
}

function pack(model: BoostedTrees): Packed {
  const { features, feature, threshold, left, flags, set, starts } = model
  const splits = splitColumns(model)
  const isCategory = (node: number): boolean => ((flags[node] as number) & CATEGORY) !== 0
  const source = (node: number): number => {
    if (splits !== undefined && isCategory(node)) return 2 * (features + splits.columnOf(node))
    const low = flags[node] === MISSING_LEFT // a number whose missing values go left
    return 2 * (feature[node] as number) + (low ? 1 : 0)
  }
  const asked = new Set<number>()
  for (let node = 0; node < feature.length; node++) if (left[node] !== 0) asked.add(source(node))
  const columns = Uint32Array.from(asked).sort()
  const placeOf = new Map(Array.from(columns, (column, place) => [column, place]))

  const nodes = new Uint8Array(16 * feature.length)
  const words = new Uint32Array(nodes.buffer)
  const floats = new Float32Array(nodes.buffer)
  const depths = new Int32Array(starts.length - 1)
  for (let tree = 0; tree < depths.length; tree++) {
    const root = starts[tree] as number
    const end = starts[tree + 1] as number
    for (let node = root; node < end; node++) {
      const child = left[node] as number
      const category = splits === undefined && isCategory(node)
      const looksUp = splits !== undefined && isCategory(node) && child !== 0
      const place = child === 0 ? columns.length : (placeOf.get(source(node)) as number)
      floats[4 * node] = looksUp ? 0.5 : (threshold[node] as number)
      words[4 * node + 1] = 4 * SCORED_ROWS * place + (category ? (flags[node] as number) : 0)
      words[4 * node + 2] = child === 0 ? 16 : 16 * (root + child + 1 - node)
      words[4 * node + 3] = set[node] as number
    }
    depths[tree] = depthOf(model, root, end, splits !== undefined)
  }
  return { nodes, starts: starts.slice(0, -1), depths, columns, splits }
}

/** Splits between the root of a tree and its deepest leaf; 0 where it splits categories that are not looked up. */
function depthOf({ left, flags }: BoostedTrees, root: number, end: number, lookedUp: boolean): number {
  const depths = new Uint32Array(end - root)
  let deepest = 0
  for (let node = root; node < end; node++) {
    const child = left[node] as number
    if (child === 0) continue
    if (!lookedUp && ((flags[node] as number) & CATEGORY) !== 0) return 0
    const depth = (depths[node - root] as number) + 1
    depths.fill(depth, child, child + 2)
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
