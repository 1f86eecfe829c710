import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type ForestFunctions = {
  forestBegin(plan: number): void
  forestGrow(plan: number, budget: number): number
}

const of = (kernels: Kernels): ForestFunctions => kernels.functions as unknown as ForestFunctions

/** The words of the plan, in the order of `assembly/forest-plan.ts`. The base, an f64, follows them. */
const planWords = [
  'rows',
  'scratch',
  'n',
  'bins',
  'features',
  'binCounts',
  'kinds',
  'targets',
  'pairs',
  'drawn',
  'times',
  'classes',
  'tries',
  'minLeaf',
  'maxDepth',
  'extra',
  'countRows',
  'bootstrap',
  'key0',
  'key1',
  'randomNext',
  'random',
  'randomUsed',
  'order',
  'cells',
  'search',
  'stack',
  'open',
  'nodes',
  'nodeCount',
  'sets',
  'setWords',
  'leaves',
  'leafCount',
  'importance',
  'learned',
  'classSums',
] as const
type PlanWord = (typeof planWords)[number]

const PLAN_BYTES = 8 * Math.ceil(planWords.length / 2) + 8
const RANDOM_BYTES = 1024
const SEARCH_BYTES = 3648 + 2048
const STACK_BYTES = 64 * 32
const BINS = 256

/**
 * Features as bytes: u8 [features, n], column by column. The value bins of feature f count from 0 to binCounts[f] - 1, and bin
 * binCounts[f] holds its missing values.
 */
export interface BinnedColumns {
  readonly bins: Uint8Array
  readonly binCounts: Int32Array
  /** 1 for a category. */
  readonly kinds: Uint8Array
}

/** How a tree is grown. */
export interface ForestRules {
  /** Features that a node looks at, 1 … features. */
  readonly tries: number
  /** Rows of a leaf at least; one that is drawn twice counts twice. */
  readonly minLeaf: number
  /** Splits on the way to a leaf; null for no limit. */
  readonly maxDepth: number | null
  /** One random cut a feature in place of the best one. */
  readonly extraTrees: boolean
  /** Rows are drawn with replacement; false: each tree learns from all. */
  readonly bootstrap: boolean
}

/** Rows to learn from, in kernel memory. */
export interface ForestRows {
  /** Values, or class codes. */
  readonly targets: Float32Array | Int32Array
  /** (weight * (base - value), weight) a row, f64 [2 n], on a grid on which sums are exact. With classes the weights alone count. */
  readonly pairs: Float64Array
  /** What values are counted from. */
  readonly base: number
  /** Classes of distributions; 0 where leaves give a value. */
  readonly classes: number
  /** Do weights differ from 1? */
  readonly weighted: boolean
}

/** A grown tree, as views of kernel memory that hold until the next tree begins. */
export interface GrownTree {
  /**
   * Three words a node: what it holds, feature * 4 + flags (1: missing goes left, 2: category), left child (0: a leaf; the
   * right child follows). It holds: a leaf its value as bits of an f32, with classes the number of its distribution; a number's
   * split the last bin that goes left; a category's split the first word of its set.
   */
  readonly nodes: Uint32Array
  /** Sets of bins: bit b: bin b goes left. A set has as many words as bits for the feature's bins, missing values among them. */
  readonly sets: Uint32Array
  /** Distributions f32 [leaves, classes]. */
  readonly leaves: Float32Array
  /** How much splits on each feature lowered the weighted sum of squared errors, or of Gini impurities: f64 [features]. */
  readonly importance: Float64Array
  /** Rows that the tree did not learn from, ascending. */
  readonly others: Uint32Array
}

/** Leaves of a tree at most. */
function mostLeaves(rows: number, { minLeaf, maxDepth }: ForestRules): number {
  return Math.max(1, Math.min(Math.floor(rows / minLeaf), maxDepth === null ? rows : 2 ** Math.min(maxDepth, 32)))
}

/** Words of a set of the feature with the most bins among categories; 0 without categories. */
function setWords({ binCounts, kinds }: Omit<BinnedColumns, 'bins'>): number {
  return binCounts.reduce((most, count, f) => (kinds[f] === 1 ? Math.max(most, (count >> 5) + 1) : most), 0)
}

/** Bytes that a grower takes from a scope, for features of these bins and kinds. `classes`: 0 where leaves give a value. */
export function forestBytes(
  rows: number,
  binned: Omit<BinnedColumns, 'bins'>,
  rules: ForestRules,
  classes: number,
): number {
  const leaves = mostLeaves(rows, rules)
  const features = binned.binCounts.length
  const perRow = 3 * alignUp(4 * rows) + 16 * rows
  const perFeature = alignUp(4 * features) + alignUp(8 * features)
  const tree = alignUp(12 * (2 * leaves - 1)) + alignUp(4 * setWords(binned) * leaves) + alignUp(4 * leaves * classes)
  const search = alignUp(SEARCH_BYTES) + cellBytes(classes) + STACK_BYTES + RANDOM_BYTES + 16 * padded(classes)
  return alignUp(PLAN_BYTES) + perRow + perFeature + tree + search
}

/** Classes, made even: the kernels take two at a time. */
function padded(classes: number): number {
  return classes + (classes % 2)
}

function cellBytes(classes: number): number {
  return classes === 0 ? 4 * 16 * BINS : 8 * BINS * padded(classes)
}

/**
 * Grows trees of a forest, in memory of a scope: one after the other, each from its own random numbers alone. Sums are exact,
 * so without bootstrap a tree does not depend on the order of rows.
 */
export class ForestGrower {
  readonly #kernels: Kernels
  readonly #plan: Uint32Array
  readonly #views: {
    readonly rows: Uint32Array
    readonly nodes: Uint32Array
    readonly sets: Uint32Array
    readonly leaves: Float32Array
    readonly importance: Float64Array
  }
  readonly #classes: number

  constructor(kernels: Kernels, memory: KernelMemory, binned: BinnedColumns, rows: ForestRows, rules: ForestRules) {
    const n = rows.targets.length
    const features = binned.binCounts.length
    const leaves = mostLeaves(n, rules)
    this.#kernels = kernels
    this.#classes = rows.classes
    this.#plan = memory.u32(PLAN_BYTES / 4)
    this.#views = {
      rows: memory.u32(n),
      nodes: memory.u32(3 * (2 * leaves - 1)),
      sets: memory.u32(setWords(binned) * leaves),
      leaves: memory.f32(leaves * rows.classes),
      importance: memory.f64(features),
    }
    const { byteOffset } = this.#plan
    new Float64Array(this.#plan.buffer, byteOffset + PLAN_BYTES - 8, 1)[0] = rows.base
    const anyRows = rows.weighted && rules.minLeaf === 1 // any row will do, whatever it weighs
    this.#set({
      rows: this.#views.rows.byteOffset,
      scratch: memory.u32(n).byteOffset,
      n,
      bins: binned.bins.byteOffset,
      features,
      binCounts: binned.binCounts.byteOffset,
      kinds: binned.kinds.byteOffset,
      targets: rows.targets.byteOffset,
      pairs: rows.pairs.byteOffset,
      drawn: memory.f64(2 * n).byteOffset,
      times: memory.u32(n).byteOffset,
      classes: rows.classes,
      tries: rules.tries,
      minLeaf: anyRows ? 0 : rules.minLeaf,
      maxDepth: rules.maxDepth ?? 0xffffffff,
      extra: rules.extraTrees ? 1 : 0,
      countRows: rows.weighted && !anyRows ? 1 : 0,
      bootstrap: rules.bootstrap ? 1 : 0,
      random: memory.u8(RANDOM_BYTES).byteOffset,
      order: memory.u32(features).byteOffset,
      cells: memory.u8(cellBytes(rows.classes)).byteOffset,
      search: memory.u8(SEARCH_BYTES).byteOffset,
      stack: memory.u8(STACK_BYTES).byteOffset,
      nodes: this.#views.nodes.byteOffset,
      sets: this.#views.sets.byteOffset,
      leaves: this.#views.leaves.byteOffset,
      importance: this.#views.importance.byteOffset,
      classSums: memory.f64(2 * padded(rows.classes)).byteOffset,
    })
  }

  /** Begins a tree with the words that key its random numbers: draws its rows. */
  begin([key0, key1]: readonly [number, number]): void {
    this.#set({ key0, key1 })
    of(this.#kernels).forestBegin(this.#plan.byteOffset)
  }

  /** Goes on until the tree is done, or until about `budget` values of features were read. True once it is done. */
  grow(budget: number): boolean {
    return of(this.#kernels).forestGrow(this.#plan.byteOffset, budget) === 0
  }

  /** The tree, once it is done. */
  get tree(): GrownTree {
    const { rows, nodes, sets, leaves, importance } = this.#views
    return {
      nodes: nodes.subarray(0, 3 * this.#get('nodeCount')),
      sets: sets.subarray(0, this.#get('setWords')),
      leaves: leaves.subarray(0, this.#classes * this.#get('leafCount')),
      importance,
      others: rows.subarray(this.#get('learned')),
    }
  }

  #get(word: PlanWord): number {
    return this.#plan[planWords.indexOf(word)] as number
  }

  #set(words: Partial<Record<PlanWord, number>>): void {
    planWords.forEach((name, at) => {
      const value = words[name]
      if (value !== undefined) this.#plan[at] = value
    })
  }
}
