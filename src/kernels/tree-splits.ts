import type { BoostGradients } from './boosting.ts'
import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'
import type { BinnedFeatures } from './tree-bins.ts'

type SplitFunctions = {
  treeLeafWeight(rules: number, node: number): number
  treeSearchScratch(): number
  treeAddHistogram(histogram: number, other: number, bytes: number): void
  treeDecide(
    rules: number,
    node: number,
    best: number,
    first: number,
    bins: number,
    category: number,
    goesLeft: number,
    scratch: number,
  ): void
}

const of = (kernels: Kernels): SplitFunctions => kernels.functions as unknown as SplitFunctions

/** What a split is judged by. */
export interface SplitRules {
  readonly l1: number
  readonly l2: number
  readonly minChildWeight: number
  readonly minGain: number
  /** Added to the hessian when categories are sorted by their gradient. */
  readonly categorySmoothing: number
}

/** A node as the search for splits sees it: its sums, and the bounds that monotone constraints set on its weight. */
export interface NodeSums {
  readonly g: number
  readonly h: number
  readonly lowest: number
  readonly highest: number
}

/** A node whose split is wanted, and the features that it may split on: u8 [stride] in kernel memory, 1 for those. */
export interface SearchedNode extends NodeSums {
  readonly allowed: Uint8Array
}

export interface Split {
  readonly feature: number
  readonly category: boolean
  /** Numbers: the last bin that goes left. */
  readonly place: number
  readonly missingLeft: boolean
  readonly gain: number
  readonly leftG: number
  readonly leftH: number
  /** Weights of the two children, if they are leaves. */
  readonly leftWeight: number
  readonly rightWeight: number
  /** 1 for every bin of the feature that goes left; u8 [256]. */
  readonly goesLeft: Uint8Array
}

/**
 * A histogram to be built of rows, and one to take it off of: the parent's, which becomes the sibling's. The nodes of both are
 * searched for their best split, where one is given.
 */
export interface SearchTask {
  readonly rows: Uint32Array
  readonly built: Float64Array
  readonly builtNode: SearchedNode | undefined
  readonly rest?: Float64Array | undefined
  readonly restNode?: SearchedNode | undefined
}

/** Splits that a task found; undefined where none gains more than `minGain`, or none was wanted. */
export interface Found {
  readonly built: Split | undefined
  readonly rest: Split | undefined
}

/** Columns that one job looks at, at most: what its buffer holds. */
const WIDEST_JOB = 64

/** From so many rows on, threads part the rows of a node and not its columns: each row is then read by one thread alone. */
const ROWS_TO_PART = 2 ** 16

/** Rows that a thread adds up at a time, so that a cancel arrives. */
const ROWS_AT_A_TIME = 2 ** 20

/** Histograms up to this size are worth having one a thread. */
const LARGEST_PART = 2 ** 22

/** Bin updates of one batch of jobs, and between two turns: some 30 ms, so that a cancel arrives in time. */
const WORK_A_BATCH = 5e7

/** What the search over a column's bins costs, in rows. */
const FIXED_WORK = 512

/** Less work than this is not worth waking a thread for. */
const LITTLE_WORK = 1e5

/** Jobs of one batch at most. */
const JOBS_A_BATCH = 256

const SHARED_BYTES = 48
const JOB_WORDS = 12
const NODE_BYTES = 32
const BEST_BYTES = 64

/** Rows to be searched, and the size of a histogram over them. */
export interface SearchSize {
  readonly rows: number
  /** Bytes. */
  readonly histogram: number
  /** Tasks at a time, at most. */
  readonly tasks: number
}

/** Bytes of kernel memory that a search takes. */
export function splitSearchBytes(kernels: Kernels, size: SearchSize): number {
  const nodes = 2 * size.tasks * NODE_BYTES
  const jobs = JOBS_A_BATCH * (4 * JOB_WORDS + 2 * BEST_BYTES)
  const parts = partsFor(kernels, size) * alignUp(size.histogram)
  return SHARED_BYTES + 48 + nodes + jobs + 16 + 256 + parts + kernels.threads * of(kernels).treeSearchScratch()
}

/** Histograms beside the built one that threads add their part of the rows to. */
function partsFor({ threads }: Kernels, { rows, histogram }: SearchSize): number {
  return rows < ROWS_TO_PART || histogram > LARGEST_PART ? 0 : threads - 1
}

interface Job {
  readonly task: number
  readonly from: number
  readonly to: number
  readonly work: number
}

/** Builds histograms of nodes and finds their splits, in memory of a scope. */
export class SplitSearch {
  readonly #kernels: Kernels
  readonly #features: BinnedFeatures
  readonly #shared: Uint32Array
  readonly #steps: Float64Array
  readonly #rules: Float64Array
  readonly #nodes: Float64Array
  readonly #jobs: Uint32Array
  readonly #bests: Float64Array
  readonly #places: Int32Array
  readonly #counter: Int32Array
  readonly #goesLeft: Uint8Array
  readonly #scratch: Uint8Array
  /** One for each thread but the first. */
  readonly #parts: readonly Float64Array[]
  #work = 0

  constructor(kernels: Kernels, memory: KernelMemory, features: BinnedFeatures, rules: SplitRules, size: SearchSize) {
    this.#kernels = kernels
    this.#features = features
    this.#rules = memory.f64(6)
    this.#rules.set([rules.l1, rules.l2, rules.minChildWeight, rules.categorySmoothing, rules.minGain])
    this.#shared = memory.u32(SHARED_BYTES / 4)
    this.#steps = new Float64Array(this.#shared.buffer, this.#shared.byteOffset + 32, 2)
    this.#nodes = memory.f64((2 * size.tasks * NODE_BYTES) / 8)
    this.#jobs = memory.u32(JOBS_A_BATCH * JOB_WORDS)
    this.#bests = memory.f64((2 * JOBS_A_BATCH * BEST_BYTES) / 8)
    this.#places = new Int32Array(this.#bests.buffer, this.#bests.byteOffset, 2 * this.#bests.length)
    this.#counter = memory.i32(1)
    this.#goesLeft = memory.u8(256)
    this.#scratch = memory.u8(kernels.threads * of(kernels).treeSearchScratch())
    this.#parts = Array.from({ length: partsFor(kernels, size) }, () => memory.f64(size.histogram / 8))
    const { bins, stride, offsets, binCounts, kinds, monotone } = features
    const arrays = [offsets, binCounts, kinds, monotone, this.#rules].map(({ byteOffset }) => byteOffset)
    this.#shared.set([bins.byteOffset, stride, 0, ...arrays])
  }

  /** The weight that a node has as a leaf. */
  leafWeight(node: NodeSums): number {
    return of(this.#kernels).treeLeafWeight(this.#rules.byteOffset, this.#enter(node, 0))
  }

  /**
   * Does the tasks. Of equal splits the one of the lowest feature, then of the lowest bin, then with missing values to the right
   * wins. `turn` is awaited after long work.
   */
  async run(tasks: readonly SearchTask[], gradients: BoostGradients, turn?: () => Promise<void>): Promise<Found[]> {
    this.#shared[2] = gradients.pairs.byteOffset
    this.#steps.set([gradients.stepG, gradients.stepH])
    tasks.forEach(({ builtNode, restNode }, task) => {
      if (builtNode !== undefined) this.#enter(builtNode, 2 * task)
      if (restNode !== undefined) this.#enter(restNode, 2 * task + 1)
    })
    const parted = tasks.map(({ rows }) => this.#parts.length > 0 && rows.length >= ROWS_TO_PART)
    for (const [i, { rows, built }] of tasks.entries()) if (parted[i]) await this.#addRows(rows, built, turn)
    const splits: (Split | undefined)[] = new Array(2 * tasks.length)
    const jobs = this.#jobsOf(tasks, parted)
    let from = 0
    while (from < jobs.length) {
      let work = 0
      let to = from
      while (to < jobs.length && to - from < JOBS_A_BATCH && (to === from || work < WORK_A_BATCH))
        work += (jobs[to++] as Job).work
      const batch = jobs.slice(from, to)
      this.#batch(batch, tasks, parted, work)
      batch.forEach((_, j) => {
        const { task } = batch[j] as Job
        for (const side of [0, 1]) this.#collect(tasks[task] as SearchTask, side, 2 * task + side, 2 * j + side, splits)
      })
      from = to
      this.#work += work
      if (this.#work < WORK_A_BATCH) continue
      this.#work = 0
      await turn?.()
    }
    return tasks.map((_, task) => ({ built: splits[2 * task], rest: splits[2 * task + 1] }))
  }

  /** Adds all rows to a histogram, each thread a part of them to one of its own; the sums are exact, so parts add up to it. */
  async #addRows(rows: Uint32Array, built: Float64Array, turn?: () => Promise<void>): Promise<void> {
    const histograms = [built, ...this.#parts]
    for (const histogram of histograms) histogram.fill(0)
    const scratch = this.#scratch.length / this.#kernels.threads
    const step = ROWS_AT_A_TIME * histograms.length
    for (let from = 0; from < rows.length; from += step) {
      const count = Math.min(step, rows.length - from)
      const part = Math.ceil(count / histograms.length)
      this.#kernels.parallel(
        'treeAddRows',
        histograms.map((histogram, i) => [
          this.#shared.byteOffset,
          histogram.byteOffset,
          rows.byteOffset + 4 * (from + i * part),
          Math.max(0, Math.min(part, count - i * part)),
          this.#scratch.byteOffset + i * scratch,
        ]),
      )
      if (count === step) await turn?.()
    }
    const { treeAddHistogram } = of(this.#kernels)
    for (const part of this.#parts) treeAddHistogram(built.byteOffset, part.byteOffset, built.byteLength)
  }

  /**
   * Cuts the tasks into jobs, the largest first: the fewer tasks, the fewer columns a job, so that all threads have enough of
   * them. Narrow jobs read the same rows again, so two threads get wide ones.
   */
  #jobsOf(tasks: readonly SearchTask[], parted: readonly boolean[]): Job[] {
    const { stride } = this.#features
    const { threads } = this.#kernels
    const parts = threads === 1 ? 1 : Math.ceil((2 * threads) / tasks.length)
    const unit = threads < 3 && stride > 16 ? 16 : stride > 16 ? 8 : 4
    const width = Math.min(WIDEST_JOB, Math.ceil(stride / parts / unit) * unit)
    const largestFirst = Array.from(tasks.keys()).sort(
      (a, b) => (tasks[b] as SearchTask).rows.length - (tasks[a] as SearchTask).rows.length || a - b,
    )
    const jobs: Job[] = []
    for (const task of largestFirst) {
      const rows = parted[task] ? 0 : (tasks[task] as SearchTask).rows.length
      for (let from = 0; from < stride; from += width) {
        const to = Math.min(from + width, stride)
        jobs.push({ task, from, to, work: (rows + FIXED_WORK) * (to - from) })
      }
    }
    return jobs
  }

  #batch(batch: readonly Job[], tasks: readonly SearchTask[], parted: readonly boolean[], work: number): void {
    batch.forEach(({ task, from, to }, j) => {
      const { rows, built, builtNode, rest, restNode } = tasks[task] as SearchTask
      const best = this.#bests.byteOffset + 2 * j * BEST_BYTES
      this.#jobs.set(
        [
          rows.byteOffset,
          parted[task] ? -1 : rows.length,
          built.byteOffset,
          rest?.byteOffset ?? 0,
          from,
          to,
          builtNode === undefined ? 0 : this.#nodes.byteOffset + 2 * task * NODE_BYTES,
          builtNode?.allowed.byteOffset ?? 0,
          best,
          restNode === undefined ? 0 : this.#nodes.byteOffset + (2 * task + 1) * NODE_BYTES,
          restNode?.allowed.byteOffset ?? 0,
          best + BEST_BYTES,
        ],
        j * JOB_WORDS,
      )
    })
    this.#counter[0] = 0
    const lanes = work < LITTLE_WORK ? 1 : Math.min(this.#kernels.threads, batch.length)
    const scratch = this.#scratch.length / this.#kernels.threads
    this.#kernels.parallel(
      'treeSearch',
      Array.from({ length: lanes }, (_, lane) => [
        this.#shared.byteOffset,
        this.#jobs.byteOffset,
        batch.length,
        this.#counter.byteOffset,
        this.#scratch.byteOffset + lane * scratch,
      ]),
    )
  }

  /** Takes a job's result up, where it beats those of the columns before. Jobs of a task stand in the order of columns. */
  #collect(task: SearchTask, side: number, node: number, result: number, splits: (Split | undefined)[]): void {
    const [wanted, histogram] = side === 0 ? [task.builtNode, task.built] : [task.restNode, task.rest]
    if (wanted === undefined || histogram === undefined) return
    const numbers = (result * BEST_BYTES) / 8
    const places = (result * BEST_BYTES + 40) / 4
    const feature = this.#places[places] as number
    const gain = this.#bests[numbers] as number
    if (feature < 0 || !(gain > (splits[node]?.gain ?? Number.NEGATIVE_INFINITY))) return
    const { offsets, binCounts, kinds } = this.#features
    of(this.#kernels).treeDecide(
      this.#rules.byteOffset,
      this.#nodes.byteOffset + node * NODE_BYTES,
      this.#bests.byteOffset + result * BEST_BYTES,
      histogram.byteOffset + (offsets[feature] as number),
      binCounts[feature] as number,
      kinds[feature] as number,
      this.#goesLeft.byteOffset,
      this.#scratch.byteOffset,
    )
    splits[node] = {
      feature,
      category: kinds[feature] === 1,
      place: this.#places[places + 1] as number,
      missingLeft: this.#places[places + 2] === 1,
      gain,
      leftG: this.#bests[numbers + 1] as number,
      leftH: this.#bests[numbers + 2] as number,
      leftWeight: this.#bests[numbers + 3] as number,
      rightWeight: this.#bests[numbers + 4] as number,
      goesLeft: this.#goesLeft.slice(),
    }
  }

  #enter({ g, h, lowest, highest }: NodeSums, node: number): number {
    this.#nodes.set([g, h, lowest, highest], (node * NODE_BYTES) / 8)
    return this.#nodes.byteOffset + node * NODE_BYTES
  }
}
