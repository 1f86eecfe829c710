import {
  alignUp,
  type BinnedFeatures,
  type BoostGradients,
  histogramBytes,
  type KernelMemory,
  type Kernels,
  type LeafRows,
  type NodeSums,
  type SearchTask,
  type Split,
  type SplitRules,
  SplitSearch,
  splitSearchBytes,
  TreeRows,
  treeRowsBytes,
} from 'daybook/kernels'
import type { FeatureBins } from '../trees/bins.ts'
import { type Groups, groupsAfter, markAllowed } from './interactions.ts'
import type { Leaf } from './leaves.ts'
import type { ModelBuilder } from './model.ts'
import type { Sample } from './sample.ts'

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

/** A node of the tree that grows: its rows, its sums, its split. */
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
  /** Features that it may split on, u8 [stride] in kernel memory: until the next nodes are split. */
  readonly allowed: Uint8Array
  split: Split | undefined
  /** Its histogram, or -1 where that was given up for lack of memory. */
  slot: number
}

/** Nodes that are split at a time, where it is no matter which comes first. */
const NODES_A_BATCH = 32

/** Levels of a tree without a limit on its depth that room is made for. */
const USUAL_DEPTH = 64

/** Bytes that a grower takes from a scope, for trees over `rows` rows, those that are only scored among them. */
export function growBytes(kernels: Kernels, rows: number, bins: readonly FeatureBins[], rules: GrowRules): number {
  const histogram = histogramBytes(bins)
  return (
    splitSearchBytes(kernels, { rows, histogram, tasks: 2 * NODES_A_BATCH }) +
    treeRowsBytes(rows, 2 * NODES_A_BATCH) +
    (rules.groups === undefined ? 1 : 1 + NODES_A_BATCH) * alignUp(bins.length + 4) +
    slotsFor(rows, histogram, rules) * histogram
  )
}

function slotsFor(rows: number, histogram: number, rules: GrowRules): number {
  const wanted = rules.maxLeaves === null ? widthOf(rules) + 1 : rules.maxLeaves + 1
  return Math.max(2, Math.min(wanted, rows, Math.floor(rules.histogramBytes / histogram)))
}

/** Nodes that may be open at a time, where batches of nodes are split. */
function widthOf({ maxDepth }: GrowRules): number {
  const depth = maxDepth ?? USUAL_DEPTH
  return Math.min(depth < 12 ? 2 ** (depth - 1) : Number.POSITIVE_INFINITY, NODES_A_BATCH * depth)
}

/**
 * Grows trees on gradients. Sums over rows are exact (the gradients lie on a grid), so a tree depends neither on the order of
 * rows, nor on which child's histogram was built and which was subtracted, nor on the order in which nodes are split.
 */
export class TreeGrower {
  readonly #bins: readonly FeatureBins[]
  readonly #features: BinnedFeatures
  readonly #rules: GrowRules
  readonly #search: SplitSearch
  readonly #rows: TreeRows
  readonly #chosen: Uint8Array
  /** With groups: what may be split on next, for each node of a batch. */
  readonly #allowed: readonly Uint8Array[]
  readonly #histograms: readonly Float64Array[]
  readonly #batch: number
  #free: number[] = []

  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    features: BinnedFeatures,
    bins: readonly FeatureBins[],
    rules: GrowRules,
  ) {
    const histogram = histogramBytes(bins)
    const slots = slotsFor(features.rows, histogram, rules)
    this.#features = features
    this.#bins = bins
    this.#rules = rules
    this.#search = new SplitSearch(kernels, memory, features, rules, {
      rows: features.rows,
      histogram,
      tasks: 2 * NODES_A_BATCH,
    })
    this.#rows = new TreeRows(kernels, memory, features, 2 * NODES_A_BATCH)
    this.#chosen = memory.u8(features.stride)
    const masks = rules.groups === undefined ? 0 : NODES_A_BATCH
    this.#allowed = Array.from({ length: masks }, () => memory.u8(features.stride))
    this.#histograms = Array.from({ length: slots }, () => memory.f64(histogram / 8))
    if (rules.maxLeaves !== null) this.#batch = 1
    else if (slots > widthOf(rules)) this.#batch = NODES_A_BATCH
    else this.#batch = Math.min(NODES_A_BATCH, Math.max(1, Math.floor((slots - 2) / (rules.maxDepth ?? USUAL_DEPTH))))
  }

  /** All rows: first those that the tree learns from, then the others. A node's rows stand together in both parts. */
  get order(): Uint32Array {
    return this.#rows.order
  }

  /** Puts the rows into their own order: to be called before a tree's rows are drawn. */
  begin(): void {
    this.#rows.reset()
  }

  /**
   * Grows one tree over the first `learning` rows of `order` with their `gradients`, into `model`, and gives its leaves: their
   * values are left to the caller.
   */
  async grow(
    model: ModelBuilder,
    gradients: BoostGradients,
    { rows, learning, chosen }: Sample & { readonly rows: number },
    turn: () => Promise<void>,
  ): Promise<Leaf[]> {
    const { maxLeaves } = this.#rules
    this.#free = this.#histograms.map((_, slot) => slot)
    this.#chosen.fill(0)
    for (const feature of chosen) this.#chosen[feature] = 1
    const finished: Leaf[] = []
    const open: OpenNode[] = []
    const settle = (node: OpenNode): void => {
      if (node.split !== undefined) open.push(node)
      else {
        if (node.slot >= 0) this.#free.push(node.slot)
        finished.push(node)
      }
    }

    const sums = gradients.sum(learning === rows ? undefined : this.order.subarray(0, learning))
    const root = this.#root(sums, learning)
    model.beginTree(sums.h)
    if (this.#mayRefine(root)) {
      root.slot = this.#take(open)
      const [found] = await this.#search.run([this.#task(root)], gradients, turn)
      root.split = found?.built
    }
    settle(root)
    let leaves = 1
    while (open.length > 0 && (maxLeaves === null || leaves < maxLeaves)) {
      const parents = maxLeaves === null ? this.#takeLast(open) : [takeBest(open)]
      const children = this.#divide(parents, model)
      await this.#refine(parents, children, gradients, open, turn)
      for (const child of children) settle(child)
      leaves += parents.length
    }
    return [...finished, ...open]
  }

  /** Adds the values of leaves, by their nodes, to column `output` of `scores` f64 [rows, outputs], for all rows. */
  addLeaves(
    leaves: readonly Leaf[],
    values: Float64Array,
    target: { readonly scores: Float64Array; readonly outputs: number; readonly output: number },
  ): void {
    const rows: LeafRows[] = []
    for (const { node, begin, end, otherBegin, otherEnd } of leaves) {
      const value = values[node] as number
      rows.push({ begin, end, value })
      if (otherBegin < otherEnd) rows.push({ begin: otherBegin, end: otherEnd, value })
    }
    this.#rows.addLeaves(rows, target.scores, target.outputs, target.output)
  }

  #root(sums: { readonly g: number; readonly h: number }, learning: number): OpenNode {
    const free = { g: sums.g, h: sums.h, lowest: Number.NEGATIVE_INFINITY, highest: Number.POSITIVE_INFINITY }
    return {
      node: 0,
      depth: 0,
      begin: 0,
      end: learning,
      otherBegin: learning,
      otherEnd: this.order.length,
      g: free.g,
      h: free.h,
      weight: this.#search.leafWeight(free),
      lowest: free.lowest,
      highest: free.highest,
      groups: this.#rules.groups,
      allowed: this.#chosen,
      split: undefined,
      slot: -1,
    }
  }

  /** The last open nodes: so many that their children find free histograms. */
  #takeLast(open: OpenNode[]): OpenNode[] {
    let count = 0
    let needed = 0
    for (const { slot } of open.toReversed()) {
      needed += slot >= 0 ? 1 : 2
      if (count > 0 && (count === this.#batch || needed > this.#free.length)) break
      count += 1
    }
    return open.splice(open.length - count)
  }

  /**
   * Finds the splits of children that may be split. Of a pair, the one of fewer rows has its histogram built, the other takes
   * its parent's less that; only where the parent's was given up are both built.
   */
  async #refine(
    parents: readonly OpenNode[],
    children: readonly OpenNode[],
    gradients: BoostGradients,
    open: readonly OpenNode[],
    turn: () => Promise<void>,
  ): Promise<void> {
    const tasks: SearchTask[] = []
    const nodes: { readonly built: OpenNode; readonly rest: OpenNode | undefined }[] = []
    const spare: number[] = []
    parents.forEach((parent, p) => {
      const [left, right] = children.slice(2 * p, 2 * p + 2) as [OpenNode, OpenNode]
      const [small, large] = left.end - left.begin <= right.end - right.begin ? [left, right] : [right, left]
      const smallWants = this.#mayRefine(small)
      if (parent.slot >= 0 && this.#mayRefine(large)) {
        const slot = this.#take(open)
        large.slot = parent.slot
        if (smallWants) small.slot = slot
        else spare.push(slot)
        nodes.push({ built: small, rest: large })
        tasks.push({
          rows: this.order.subarray(small.begin, small.end),
          built: this.#histogram(slot),
          builtNode: smallWants ? small : undefined,
          rest: this.#histogram(parent.slot),
          restNode: large,
        })
        return
      }
      if (parent.slot >= 0) this.#free.push(parent.slot)
      for (const node of [small, large]) {
        if (!this.#mayRefine(node)) continue
        node.slot = this.#take(open)
        nodes.push({ built: node, rest: undefined })
        tasks.push(this.#task(node))
      }
    })
    const found = await this.#search.run(tasks, gradients, turn)
    nodes.forEach(({ built, rest }, i) => {
      built.split = found[i]?.built
      if (rest !== undefined) rest.split = found[i]?.rest
    })
    this.#free.push(...spare)
  }

  /** The search for the split of a node from its own rows. */
  #task(node: OpenNode): SearchTask {
    return {
      rows: this.order.subarray(node.begin, node.end),
      built: this.#histogram(node.slot),
      builtNode: node,
      rest: undefined,
      restNode: undefined,
    }
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

  /** Splits nodes: parts their rows, enters the splits into the model, gives the children pair by pair. */
  #divide(parents: readonly OpenNode[], model: ModelBuilder): OpenNode[] {
    const partings = parents.flatMap(({ split, begin, end, otherBegin, otherEnd }) => {
      const { feature, goesLeft } = split as Split
      return [
        { begin, end, feature, goesLeft },
        { begin: otherBegin, end: otherEnd, feature, goesLeft },
      ]
    })
    const lefts = this.#rows.part(partings)
    return parents.flatMap((parent, p) => {
      const middle = parent.begin + (lefts[2 * p] as number)
      const otherMiddle = parent.otherBegin + (lefts[2 * p + 1] as number)
      return this.#childrenOf(parent, p, middle, otherMiddle, model)
    })
  }

  /** Children of the p-th parent of a batch. */
  #childrenOf(
    parent: OpenNode,
    p: number,
    middle: number,
    otherMiddle: number,
    model: ModelBuilder,
  ): [OpenNode, OpenNode] {
    const split = parent.split as Split
    const { begin, end, otherBegin, otherEnd, lowest, highest } = parent
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
    const allowed = groups === undefined ? this.#chosen : (this.#allowed[p] as Uint8Array)
    if (groups !== undefined) markAllowed(groups, this.#chosen, allowed)
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
        lowest: direction < 0 ? halfWay : lowest,
        highest: direction > 0 ? halfWay : highest,
        groups,
        allowed,
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
        lowest: direction > 0 ? halfWay : lowest,
        highest: direction < 0 ? halfWay : highest,
        groups,
        allowed,
        split: undefined,
        slot: -1,
      },
    ]
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
