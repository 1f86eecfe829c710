import {
  alignUp,
  type BinnedFeatures,
  buildHistogram,
  type KernelMemory,
  type Kernels,
  type NodeSums,
  SPLIT_SEARCH_BYTES,
  type Split,
  type SplitRules,
  SplitSearch,
  subtractHistogram,
} from 'daybook/kernels'
import type { FeatureBins } from '../trees/bins.ts'
import { allowedFeatures, type Groups, groupsAfter } from './interactions.ts'
import type { Leaf } from './leaves.ts'
import type { ModelBuilder } from './model.ts'

/** How large a tree may get, and what its splits are judged by. */
export interface GrowRules extends SplitRules {
  /** Splits on the way to a leaf; null for no limit. */
  readonly maxDepth: number | null
  /** With a number, the node of the largest gain is split next; null: every node that gains is split. */
  readonly maxLeaves: number | null
  /**
   * Histograms that are kept at most, in bytes (never fewer than two). A node whose histogram was given up has its
   * children's built from rows: slower, and the same tree.
   */
  readonly histogramBytes: number
  /** Features that may stand together on a path; undefined: all. */
  readonly groups: Groups | undefined
}

/** A node that can be split: its rows, its sums, its split. */
interface OpenNode extends NodeSums {
  readonly node: number
  readonly depth: number
  /** Its rows that the tree learns from: [begin, end) of the order. */
  readonly begin: number
  readonly end: number
  /** Its other rows, which are only scored. */
  readonly otherBegin: number
  readonly otherEnd: number
  readonly weight: number
  /** What its path leaves of the groups. */
  readonly groups: Groups | undefined
  split: Split | undefined
  /** Its histogram, or -1 where that was given up for lack of memory. */
  slot: number
}

/** Bin updates after which the event loop gets a turn, so that a cancel arrives. */
const WORK_A_TURN = 3e7

/** Bytes that a grower takes from a scope, for trees over `rows` rows, those that are only scored among them. */
export function growBytes(rows: number, pairs: number, features: number, rules: GrowRules): number {
  return SPLIT_SEARCH_BYTES + 2 * alignUp(4 * rows) + alignUp(4 * features) + slotsFor(rows, pairs, rules) * 16 * pairs
}

function slotsFor(rows: number, pairs: number, { maxDepth, maxLeaves, histogramBytes }: GrowRules): number {
  const wanted = maxLeaves === null ? (maxDepth ?? 64) + 2 : maxLeaves + 1
  return Math.max(2, Math.min(wanted, rows, Math.floor(histogramBytes / (16 * pairs))))
}

/**
 * Grows trees on gradients. Sums over rows are exact (the gradients lie on a grid), so a tree depends neither on the order of
 * rows, nor on which child's histogram was built and which was subtracted, nor on the order in which nodes are split.
 */
export class TreeGrower {
  readonly #kernels: Kernels
  readonly #features: BinnedFeatures
  readonly #bins: readonly FeatureBins[]
  readonly #rules: GrowRules
  readonly #search: SplitSearch
  readonly #histograms: Float64Array[]
  readonly #scratch: Uint32Array
  readonly #allowed: Int32Array
  /** All rows: first those that the tree learns from, then the others. A node's rows stand together in both parts. */
  readonly order: Uint32Array
  #free: number[] = []
  #work = 0

  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    features: BinnedFeatures,
    bins: readonly FeatureBins[],
    rows: number,
    rules: GrowRules,
  ) {
    this.#kernels = kernels
    this.#features = features
    this.#bins = bins
    this.#rules = rules
    this.#search = new SplitSearch(kernels, memory, features, rules)
    this.order = memory.u32(rows)
    this.#scratch = memory.u32(rows)
    this.#allowed = memory.i32(bins.length)
    this.#histograms = Array.from({ length: slotsFor(rows, features.pairs, rules) }, () =>
      memory.f64(2 * features.pairs),
    )
  }

  /**
   * Grows one tree over the first `learning` rows of `order` with their `gradients`, into `model`, and gives its leaves, whose
   * values are left to the caller. `chosen`: the features it may split on.
   */
  async grow(
    model: ModelBuilder,
    gradients: Float64Array,
    sums: { readonly g: number; readonly h: number },
    learning: number,
    chosen: Int32Array,
    turn: () => Promise<void>,
  ): Promise<Leaf[]> {
    const { maxLeaves } = this.#rules
    this.#free = this.#histograms.map((_, slot) => slot)
    const open: OpenNode[] = []
    const leaves: Leaf[] = []
    const settle = (node: OpenNode): void => {
      if (node.slot >= 0) {
        const allowed = allowedFeatures(node.groups, chosen, this.#allowed)
        node.split = this.#search.best(this.#histogram(node.slot), allowed, node)
      }
      if (node.split !== undefined) open.push(node)
      else {
        if (node.slot >= 0) this.#free.push(node.slot)
        leaves.push(node)
      }
    }

    const root = this.#root(sums, learning)
    model.beginTree(sums.h)
    if (this.#mayRefine(root)) root.slot = this.#build(root, gradients, this.#take(open))
    settle(root)
    let count = 1
    while (open.length > 0 && (maxLeaves === null || count < maxLeaves)) {
      const parent = maxLeaves === null ? (open.pop() as OpenNode) : takeBest(open)
      const [left, right] = this.#divide(parent, model)
      this.#inherit(parent, left, right, gradients, open)
      settle(left)
      settle(right)
      count += 1
      if (this.#work > WORK_A_TURN) {
        this.#work = 0
        await turn()
      }
    }
    leaves.push(...open)
    return leaves
  }

  #root(sums: { readonly g: number; readonly h: number }, learning: number): OpenNode {
    const free = { ...sums, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
    const weight = this.#search.leafWeight(free)
    const rows = { begin: 0, end: learning, otherBegin: learning, otherEnd: this.order.length }
    return { ...free, ...rows, weight, groups: this.#rules.groups, node: 0, depth: 0, split: undefined, slot: -1 }
  }

  /**
   * Gives the children that may be split their histograms. The one of fewer rows has its own built, the other takes its
   * parent's less that; only where the parent's was given up are both built.
   */
  #inherit(
    parent: OpenNode,
    left: OpenNode,
    right: OpenNode,
    gradients: Float64Array,
    open: readonly OpenNode[],
  ): void {
    const [small, large] = left.end - left.begin <= right.end - right.begin ? [left, right] : [right, left]
    const smallWants = this.#mayRefine(small)
    const largeWants = this.#mayRefine(large)
    if (parent.slot >= 0 && largeWants) {
      const slot = this.#build(small, gradients, this.#take(open))
      subtractHistogram(this.#kernels, this.#histogram(parent.slot), this.#histogram(slot))
      large.slot = parent.slot
      if (smallWants) small.slot = slot
      else this.#free.push(slot)
      return
    }
    if (parent.slot >= 0) this.#free.push(parent.slot)
    if (smallWants) small.slot = this.#build(small, gradients, this.#take(open))
    if (largeWants) large.slot = this.#build(large, gradients, this.#take(open))
  }

  #histogram(slot: number): Float64Array {
    return this.#histograms[slot] as Float64Array
  }

  /** Could a split of this node be allowed at all? */
  #mayRefine({ depth, begin, end, h }: OpenNode): boolean {
    const { maxDepth, minChildWeight } = this.#rules
    return end - begin >= 2 && h >= 2 * minChildWeight && (maxDepth === null || depth < maxDepth)
  }

  /** A slot for a histogram: a free one, or that of the waiting node that gains least. */
  #take(open: readonly OpenNode[]): number {
    const free = this.#free.pop()
    if (free !== undefined) return free
    const loser = open.filter((node) => node.slot >= 0).reduce((a, b) => (gainOf(b) < gainOf(a) ? b : a))
    const { slot } = loser
    loser.slot = -1
    return slot
  }

  #build(node: OpenNode, gradients: Float64Array, slot: number): number {
    const rows = this.order.subarray(node.begin, node.end)
    buildHistogram(this.#kernels, this.#histogram(slot), this.#features, rows, gradients)
    this.#work += rows.length * this.#features.stride
    return slot
  }

  /** Splits a node: parts its rows, enters the split into the model, gives the two children. */
  #divide(parent: OpenNode, model: ModelBuilder): [OpenNode, OpenNode] {
    const split = parent.split as Split
    const { begin, end, otherBegin, otherEnd, lowest, highest } = parent
    const middle = begin + this.#part(begin, end, split)
    const otherMiddle = otherBegin + this.#part(otherBegin, otherEnd, split)
    const bins = this.#bins[split.feature] as FeatureBins
    const rightG = parent.g - split.leftG
    const rightH = parent.h - split.leftH
    const left = model.split(parent.node, {
      feature: split.feature,
      missingLeft: split.missingLeft,
      gain: split.gain,
      leftCover: split.leftH,
      rightCover: rightH,
      test: bins.kind === 'number' ? thresholdOf(bins.cuts, split.place) : wordsOf(bins.binOf, split),
    })
    const direction = ((this.#features.monotone[split.feature] as number) << 24) >> 24
    const halfWay = (split.leftWeight + split.rightWeight) / 2
    const depth = parent.depth + 1
    const groups = groupsAfter(parent.groups, split.feature)
    return [
      {
        node: left,
        depth,
        begin,
        end: middle,
        otherBegin,
        otherEnd: otherMiddle,
        g: split.leftG,
        h: split.leftH,
        weight: split.leftWeight,
        groups,
        lowest: direction < 0 ? halfWay : lowest,
        highest: direction > 0 ? halfWay : highest,
        split: undefined,
        slot: -1,
      },
      {
        node: left + 1,
        depth,
        begin: middle,
        end,
        otherBegin: otherMiddle,
        otherEnd,
        g: rightG,
        h: rightH,
        weight: split.rightWeight,
        groups,
        lowest: direction > 0 ? halfWay : lowest,
        highest: direction < 0 ? halfWay : highest,
        split: undefined,
        slot: -1,
      },
    ]
  }

  #part(begin: number, end: number, split: Split): number {
    return begin === end ? 0 : this.#search.part(this.order.subarray(begin, end), split, this.#scratch)
  }
}

/** Takes the node of the largest gain out of the list; of equal ones the first made. */
function takeBest(open: OpenNode[]): OpenNode {
  let best = 0
  for (let i = 1; i < open.length; i++) {
    const ahead = gainOf(open[i]) - gainOf(open[best])
    if (ahead > 0 || (ahead === 0 && (open[i]?.node ?? 0) < (open[best]?.node ?? 0))) best = i
  }
  return open.splice(best, 1)[0] as OpenNode
}

function gainOf(node: OpenNode | undefined): number {
  return node?.split?.gain ?? 0
}

/** Threshold of a numeric split: infinity where all values go left and missing ones right. */
function thresholdOf(cuts: Float32Array, place: number): number {
  return cuts[place] ?? Number.POSITIVE_INFINITY
}

/** Directions of a category's codes as words of bits; codes beyond the levels go where missing values go. */
function wordsOf(binOf: Uint8Array, { goesLeft, missingLeft }: Split): number[] {
  const words = new Array<number>(Math.ceil(binOf.length / 32)).fill(0)
  for (let code = 0; code < words.length * 32; code++) {
    const bin = binOf[code]
    const left = bin === undefined ? missingLeft : goesLeft[bin] === 1
    if (left) words[code >> 5] = ((words[code >> 5] as number) | (1 << (code & 31))) >>> 0
  }
  return words
}
