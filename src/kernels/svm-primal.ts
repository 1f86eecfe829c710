import type { KernelMemory, Kernels } from './kernels.ts'
import type { LinearRows } from './linear.ts'
import { alignUp } from './memory.ts'

/** Layout of the record that the passes take: these i32, then epsilon and sharpness as f64. */
const [FIELDS, NUMBERS, RECORD_BYTES] = [14, 7, 80]
/** What a partial result says behind the sums of products. */
const [SMOOTH, LOSS, GAP, SAID] = [1, 2, 3, 4]

/** Rows are cut into parts of at least so much work (multiplications), at most so many, with at most so many bytes of results. */
const [SMALLEST, MOST, PARTIAL_BYTES] = [2 ** 17, 64, 2 ** 27]
/** Work of a thread between two turns of the event loop: some 30 ms. */
const BATCH = 2 ** 25
/** What the numbers of a row cost beside its values. */
const ROW_WORK = 16

/** Rows of a machine: what its memory depends on; `stored` is the number of values. */
export interface SvmPrimalShape {
  readonly rows: number
  readonly columns: number
  readonly stored: number
}

/** Bytes of a scope that `SvmPrimal` takes. */
export function svmPrimalBytes(shape: SvmPrimalShape): number {
  const { rows, columns } = shape
  const { count } = partsOf(shape)
  return (
    6 * alignUp(8 * rows) +
    2 * alignUp(4 * rows) +
    alignUp(8 * (columns + 1)) +
    alignUp(8 * count) +
    count * alignUp(8 * (columns + SAID)) +
    RECORD_BYTES
  )
}

/** Losses of all rows of a machine, plain and smooth. */
export interface SvmLosses {
  /** Sums of beta times row, and of beta: f64 [features + 1]. */
  readonly sums: Float64Array
  readonly smooth: number
  readonly loss: number
  /** Sum of what the plain losses exceed the dual's share by: 0 at the optimum. */
  readonly gap: number
  /** Rows whose beta is not 0. */
  readonly support: number
}

/**
 * Passes over the rows of a linear machine (see assembly/svm-primal.ts), shared out among threads in parts that the shape of
 * the data alone fixes. Vectors over the rows stay in the memory of the kernels.
 */
export class SvmPrimal {
  /** f64 [rows], so are the next ones: the caller fills errors, floors and ceilings, and moves `centres` on. */
  readonly errors: Float64Array
  readonly centres: Float64Array
  /** Slopes of the smooth losses at the errors: dual coefficients within their bounds. */
  readonly betas: Float64Array
  readonly floors: Float64Array
  readonly ceilings: Float64Array
  /** f64 [features + 1]: what rows are multiplied by; the last number is added. */
  readonly vector: Float64Array
  readonly #kernels: Kernels
  readonly #shape: SvmPrimalShape
  readonly #edges: readonly number[]
  /** u32 [parts, 2]: bent rows, and rows whose beta is not 0. */
  readonly #counts: Uint32Array
  readonly #partials: readonly Float64Array[]
  readonly #numbers: Float64Array
  readonly #turn: () => Promise<void>
  #sinceTurn = 0

  /** Over rows in memory of the same kernels. `turn` is awaited after each stretch of work. */
  constructor(kernels: Kernels, memory: KernelMemory, x: LinearRows, epsilon: number, turn: () => Promise<void>) {
    const { rows, columns } = x
    const shape = { rows, columns, stored: x.values.length }
    const { count, edges } = partsOf(shape)
    this.#kernels = kernels
    this.#shape = shape
    this.#edges = edges
    this.#turn = turn
    this.errors = memory.f64(rows)
    this.centres = memory.f64(rows)
    this.betas = memory.f64(rows)
    this.floors = memory.f64(rows)
    this.ceilings = memory.f64(rows)
    const moves = memory.f64(rows)
    const lists = [memory.u32(rows), memory.u32(rows)]
    this.vector = memory.f64(columns + 1)
    this.#counts = memory.u32(2 * count)
    this.#partials = Array.from({ length: count }, () => memory.f64(columns + SAID))
    this.#numbers = memory.f64(RECORD_BYTES / 8)
    this.#numbers[NUMBERS] = epsilon
    const data = x.form === 'dense' ? [x.values, undefined, undefined] : [x.values, x.starts, x.indices]
    const vectors = [this.errors, this.centres, this.betas, this.floors, this.ceilings, moves, ...lists, this.vector]
    new Int32Array(this.#numbers.buffer, this.#numbers.byteOffset, FIELDS).set([
      ...data.map((array) => array?.byteOffset ?? 0),
      columns,
      ...vectors.map(({ byteOffset }) => byteOffset),
    ])
  }

  /** How sharply the smooth losses bend. */
  set sharpness(value: number) {
    this.#numbers[NUMBERS + 1] = value
  }

  /** Takes `length` times the moves off the errors, and finds betas, losses and bent rows there. */
  async losses(length: number): Promise<SvmLosses> {
    const calls = this.#partials.map((partial, part) => [
      this.#numbers.byteOffset,
      this.#edges[part] as number,
      this.#edges[part + 1] as number,
      length,
      partial.byteOffset,
      this.#counts.byteOffset + 8 * part,
    ])
    await this.#run('svmLosses', calls, this.#work)
    const sums = this.#added()
    const said = sums.subarray(this.#shape.columns)
    return {
      sums: sums.slice(0, this.#shape.columns + 1),
      smooth: said[SMOOTH] as number,
      loss: said[LOSS] as number,
      gap: said[GAP] as number,
      support: this.#counted(1),
    }
  }

  /** Multiplies all rows by `vector`: what a step of length 1 along it takes off the errors. */
  async move(): Promise<void> {
    const calls = this.#partials.map((_, part) => [
      this.#numbers.byteOffset,
      this.#edges[part] as number,
      this.#edges[part + 1] as number,
    ])
    await this.#run('svmMoves', calls, this.#work)
  }

  /** Sum of smooth losses `length` moves on. */
  async search(length: number): Promise<number> {
    const calls = this.#partials.map((partial, part) => [
      this.#numbers.byteOffset,
      this.#edges[part] as number,
      this.#edges[part + 1] as number,
      length,
      partial.byteOffset,
    ])
    await this.#run('svmSearch', calls, ROW_WORK * this.#shape.rows)
    return this.#partials.reduce((sum, partial) => sum + (partial[this.#shape.columns + SMOOTH] as number), 0)
  }

  /** Sum over the bent rows of row times (row times `vector`), with a last feature of 1: f64 [features + 1]. */
  bends(): Promise<Float64Array> {
    return this.#overBent('svmBends')
  }

  /** Sums of squares over the bent rows, and how many they are: f64 [features + 1]. */
  squares(): Promise<Float64Array> {
    return this.#overBent('svmSquares')
  }

  async #overBent(name: string): Promise<Float64Array> {
    const calls = this.#partials.map((partial, part) => [
      this.#numbers.byteOffset,
      this.#edges[part] as number,
      this.#counts[2 * part] as number,
      partial.byteOffset,
    ])
    await this.#run(name, calls, (this.#work * this.#counted(0)) / this.#shape.rows)
    return this.#added().slice(0, this.#shape.columns + 1)
  }

  get #work(): number {
    return workOf(this.#shape)
  }

  #counted(which: 0 | 1): number {
    return this.#partials.reduce((sum, _, part) => sum + (this.#counts[2 * part + which] as number), 0)
  }

  #added(): Float64Array {
    const sums = new Float64Array(this.#shape.columns + SAID)
    for (const partial of this.#partials)
      for (let f = 0; f < sums.length; f++) sums[f] = (sums[f] as number) + (partial[f] as number)
    return sums
  }

  /** Makes calls of `work` in all, with turns between. */
  async #run(name: string, calls: readonly (readonly number[])[], work: number): Promise<void> {
    const { threads, functions } = this.#kernels
    const batch = Math.max(1, Math.floor((BATCH * calls.length) / work)) * threads
    for (let from = 0; from < calls.length; from += batch) {
      const own = calls.slice(from, from + batch)
      if (work < SMALLEST) for (const call of own) functions[name]?.(...call)
      else this.#kernels.parallel(name, own)
      this.#sinceTurn += (work * own.length) / calls.length
      if (this.#sinceTurn < BATCH) continue
      this.#sinceTurn = 0
      await this.#turn()
    }
  }
}

function workOf({ rows, stored }: SvmPrimalShape): number {
  return 2 * stored + ROW_WORK * rows
}

/** Parts of about equal length. Partial results are not to cost more than the products that they sum up. */
function partsOf(shape: SvmPrimalShape): { count: number; edges: number[] } {
  const { rows, columns } = shape
  const work = workOf(shape)
  const affordable = Math.min(PARTIAL_BYTES / (8 * (columns + SAID)), work / (8 * (columns + SAID)))
  const count = Math.max(1, Math.floor(Math.min(MOST, rows, affordable, work / SMALLEST)))
  return { count, edges: Array.from({ length: count + 1 }, (_, i) => Math.floor((rows * i) / count)) }
}
