import { type BoostedTrees, CATEGORY, MISSING_LEFT } from './model.ts'
import { goesLeft } from './walk.ts'

/** Beyond so many different splits of categories, or so many entries, looking them up beforehand costs more than it saves. */
const MOST_SPLITS = 512
const MOST_ENTRIES = 2 ** 20

/** The splits of one category feature: which way each code goes at each of them. */
export interface KnownSplits {
  readonly feature: number
  /** Codes 0 to this one; what lies beyond, and what is missing, has the last row of the table. */
  readonly codes: number
  /** Number of splits. */
  readonly width: number
  /** f32 [codes + 1, width]: 0 left, 1 right. */
  readonly table: Float32Array
}

/** All splits of categories in some trees, as columns of 0 and 1 behind the features. */
export interface SplitColumns {
  readonly features: readonly KnownSplits[]
  /** Columns of all features together. */
  readonly width: number
  /** Column of a category node, counted from the first one behind the features. */
  columnOf(node: number): number
}

/**
 * The different splits of categories. Trees share most of them, and a row's way at each hangs on one code alone: once it
 * is looked up, a tree of categories is a tree of numbers, which the kernel walks without a branch. Undefined where there
 * are none, or too many.
 */
export function splitColumns(model: BoostedTrees): SplitColumns | undefined {
  const { feature, flags, left, set, sets } = model
  const byFeature = new Map<number, Map<string, number[]>>()
  for (let node = 0; node < feature.length; node++) {
    if (left[node] === 0 || ((flags[node] as number) & CATEGORY) === 0) continue
    const start = set[node] as number
    const words = sets.subarray(start + 1, start + 1 + (sets[start] as number))
    const key = `${(flags[node] as number) & MISSING_LEFT}:${words.join()}`
    const splits = byFeature.get(feature[node] as number) ?? new Map<string, number[]>()
    byFeature.set(feature[node] as number, splits)
    splits.set(key, [...(splits.get(key) ?? []), node])
  }
  const columns = new Map<number, number>()
  const features: KnownSplits[] = []
  let width = 0
  for (const [one, splits] of byFeature) {
    const nodes = [...splits.values()]
    for (const [i, same] of nodes.entries()) for (const node of same) columns.set(node, width + i)
    const codes = 32 * Math.max(...nodes.map(([node]) => sets[set[node as number] as number] as number))
    width += nodes.length
    if (width > MOST_SPLITS || (codes + 1) * nodes.length > MOST_ENTRIES) return undefined
    features.push({ feature: one, codes, width: nodes.length, table: tableOf(model, nodes, codes) })
  }
  if (features.length === 0) return undefined
  return { features, width, columnOf: (node) => columns.get(node) as number }
}

function tableOf(model: BoostedTrees, nodes: readonly (readonly number[])[], codes: number): Float32Array {
  const table = new Float32Array((codes + 1) * nodes.length)
  for (let code = 0; code <= codes; code++) {
    const x = code === codes ? Number.NaN : code
    nodes.forEach(([node], i) => {
      table[code * nodes.length + i] = goesLeft(model, node as number, x) ? 0 : 1
    })
  }
  return table
}

/** Copies rows f32 [rows, features] and writes the columns of their splits behind each. */
export function spreadRows(
  { features: splits, width }: SplitColumns,
  from: Float32Array,
  features: number,
  into: Float32Array,
): void {
  const rows = from.length / features
  let at = 0
  for (let row = 0; row < rows; row++) {
    const start = row * features
    for (let f = 0; f < features; f++) into[at + f] = from[start + f] as number
    at += features
    for (const known of splits) {
      const x = from[start + known.feature] as number
      const code = x >= 0 && x < known.codes ? Math.floor(x) : known.codes
      const entry = code * known.width
      for (let i = 0; i < known.width; i++) into[at + i] = known.table[entry + i] as number
      at += known.width
    }
  }
  if (at !== rows * (features + width)) throw new RangeError('every row has its splits')
}
