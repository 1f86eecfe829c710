import {
  type BinnedColumns,
  cellBytes,
  type ForestRules,
  leavesRowsOut,
  mostLeaves,
  PLAN_BYTES,
  type PlanWord,
  padded,
  planWords,
  RANDOM_BYTES,
  SEARCH_BYTES,
  STACK_BYTES,
  setWords,
  type TreeWord,
  treeWords,
} from './forest-plan.ts'
import type { KernelMemory, Kernels } from './kernels.ts'

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

/** A grown tree. */
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
  /** Weight of the rows that the tree learned each node from: f32 [nodes]. */
  readonly covers: Float32Array
  /**
   * What the leaf holds that a row ends in, u32 [rows]; {@link LEARNED_FROM} for rows that the tree learned from. Undefined where
   * trees draw all rows once.
   */
  readonly outside: Uint32Array | undefined
}

/** Stands for a row that the tree learned from. */
export const LEARNED_FROM = 0xffffffff

/**
 * Grows trees of a forest, in memory of a scope: one after the other, each from its own random numbers alone. Sums are exact,
 * so where trees draw all rows once, a tree does not depend on the order of rows.
 */
export class ForestGrower {
  /** Where the plan lies: what the kernel `forestGrow` takes. */
  readonly plan: number
  /** Trees that can wait or stand here. */
  readonly places: number
  readonly #words: Uint32Array
  readonly #trees: Uint32Array
  readonly #rows: number
  readonly #features: number
  readonly #classes: number
  #taken = 0

  constructor(memory: KernelMemory, binned: BinnedColumns, rows: ForestRows, rules: ForestRules, places: number) {
    const n = rows.targets.length
    const features = binned.binCounts.length
    this.places = places
    this.#rows = n
    this.#features = features
    this.#classes = rows.classes
    this.#words = memory.u32(PLAN_BYTES / 4)
    this.plan = this.#words.byteOffset
    new Float64Array(this.#words.buffer, this.plan + PLAN_BYTES - 8, 1)[0] = rows.base
    this.#trees = memory.u32(treeWords.length * places)
    const leaves = mostLeaves(rules)
    for (let place = 0; place < places; place++) {
      this.#setTree(place, {
        nodes: memory.u32(3 * (2 * leaves - 1)).byteOffset,
        sets: memory.u32(setWords(binned) * leaves).byteOffset,
        leaves: memory.f32(leaves * rows.classes).byteOffset,
        importance: memory.f64(features).byteOffset,
        outside: leavesRowsOut(n, rules) ? memory.u32(n).byteOffset : 0,
        covers: memory.f32(2 * leaves - 1).byteOffset,
      })
    }
    const anyRows = rows.weighted && rules.minLeaf === 1 // any row will do, whatever it weighs
    this.#set({
      rows: memory.u32(n).byteOffset,
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
      draws: rules.draws,
      replace: rules.bootstrap ? 1 : 0,
      random: memory.u8(RANDOM_BYTES).byteOffset,
      order: memory.u32(features).byteOffset,
      constant: memory.u8(features).byteOffset,
      found: memory.u32(2 * features).byteOffset,
      cells: memory.u8(cellBytes(rows.classes)).byteOffset,
      search: memory.u8(SEARCH_BYTES).byteOffset,
      stack: memory.u8(STACK_BYTES).byteOffset,
      classSums: memory.f64(2 * padded(rows.classes)).byteOffset,
      trees: this.#trees.byteOffset,
      places,
    })
  }

  /** How many trees can still be queued before the next `take`. */
  get room(): number {
    return this.places - (this.#get('queued') - this.#taken)
  }

  /** Is nothing left to grow? */
  get idle(): boolean {
    return this.#get('queued') === this.#get('done')
  }

  /** Queues a tree by the words that key its random numbers. */
  queue([key0, key1]: readonly [number, number]): void {
    if (this.room < 1) throw new TypeError('no place is left for a tree')
    const queued = this.#get('queued')
    this.#setTree(queued % this.places, { key0, key1 })
    this.#set({ queued: queued + 1 })
  }

  /** Copies of the trees that were done since the last time, in the order in which they were queued. */
  take(): GrownTree[] {
    const trees: GrownTree[] = []
    for (; this.#taken < this.#get('done'); this.#taken++) trees.push(this.#copy(this.#taken % this.places))
    return trees
  }

  #copy(place: number): GrownTree {
    const { buffer } = this.#words
    const word = (name: TreeWord): number => this.#trees[place * treeWords.length + treeWords.indexOf(name)] as number
    return {
      nodes: new Uint32Array(buffer, word('nodes'), 3 * word('nodeCount')).slice(),
      sets: new Uint32Array(buffer, word('sets'), word('setWords')).slice(),
      leaves: new Float32Array(buffer, word('leaves'), this.#classes * word('leafCount')).slice(),
      importance: new Float64Array(buffer, word('importance'), this.#features).slice(),
      covers: new Float32Array(buffer, word('covers'), word('nodeCount')).slice(),
      outside: word('outside') === 0 ? undefined : new Uint32Array(buffer, word('outside'), this.#rows).slice(),
    }
  }

  #get(word: PlanWord): number {
    return this.#words[planWords.indexOf(word)] as number
  }

  #set(words: Partial<Record<PlanWord, number>>): void {
    planWords.forEach((name, at) => {
      const value = words[name]
      if (value !== undefined) this.#words[at] = value
    })
  }

  #setTree(place: number, words: Partial<Record<TreeWord, number>>): void {
    treeWords.forEach((name, at) => {
      const value = words[name]
      if (value !== undefined) this.#trees[place * treeWords.length + at] = value
    })
  }
}

/**
 * Lets each grower work, on as many threads as there are, until its trees are done or about `budget` values of features were
 * read. What grows does not depend on which grower a tree is queued at.
 */
export function growForest(kernels: Kernels, growers: readonly ForestGrower[], budget: number): void {
  const calls = growers.filter(({ idle }) => !idle).map(({ plan }) => [plan, budget])
  if (calls.length > 0) kernels.parallel('forestGrow', calls)
}
