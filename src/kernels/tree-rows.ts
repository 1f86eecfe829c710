import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'
import type { BinnedFeatures } from './tree-bins.ts'

type RowFunctions = {
  treeNumberRows(rows: number, first: number, count: number): void
}

/** Rows that one call parts: fixed, so that a large node is shared among threads. */
const ROWS_A_CALL = 8192

/** Fewer rows than this are not worth waking a thread for. */
const FEW_ROWS = 2 * ROWS_A_CALL

/** Rows whose scores one call adds to: what stays in a core's own cache. */
const SCORES_A_CALL = 32768

/** Rows [begin, end) of the order that are to be parted by a split. */
export interface Parting {
  readonly begin: number
  readonly end: number
  readonly feature: number
  /** 1 for every bin of the feature that goes left; u8 [256]. */
  readonly goesLeft: Uint8Array
}

/** Rows [begin, end) of the order, ascending, that get a leaf's value. */
export interface LeafRows {
  readonly begin: number
  readonly end: number
  readonly value: number
}

/** Bytes of kernel memory that the rows of trees take, of which up to `partings` nodes are parted at a time. */
export function treeRowsBytes(rows: number, partings: number): number {
  return 3 * alignUp(4 * rows) + alignUp(256 * partings) + alignUp(4 * callsFor(rows, partings))
}

/** Calls that partings of `rows` rows make at most. */
function callsFor(rows: number, partings: number): number {
  return Math.ceil(rows / ROWS_A_CALL) + partings
}

/** The rows of a tree in order, those of a node together, in memory of a scope. */
export class TreeRows {
  readonly #kernels: Kernels
  readonly #features: BinnedFeatures
  readonly #left: Uint32Array
  readonly #right: Uint32Array
  readonly #tables: Uint8Array
  readonly #counts: Int32Array
  readonly order: Uint32Array

  constructor(kernels: Kernels, memory: KernelMemory, features: BinnedFeatures, partings: number) {
    const { rows } = features
    this.#kernels = kernels
    this.#features = features
    this.order = memory.u32(rows)
    this.#left = memory.u32(rows)
    this.#right = memory.u32(rows)
    this.#tables = memory.u8(256 * partings)
    this.#counts = memory.i32(callsFor(rows, partings))
  }

  /** Puts the rows into their own order. */
  reset(): void {
    const { treeNumberRows } = this.#kernels.functions as unknown as RowFunctions
    treeNumberRows(this.order.byteOffset, 0, this.order.length)
  }

  /** Parts the rows of nodes: those that go left first, each side in its order. Gives how many go left, parting by parting. */
  part(partings: readonly Parting[]): number[] {
    const { columns, rows } = this.#features
    const order = this.order.byteOffset
    const parts: number[][] = []
    let sum = 0
    partings.forEach(({ begin, end, feature, goesLeft }, p) => {
      this.#tables.set(goesLeft, 256 * p)
      const alone = end - begin <= ROWS_A_CALL
      for (let from = begin; from < end; from += ROWS_A_CALL) {
        parts.push([
          order + 4 * from,
          Math.min(ROWS_A_CALL, end - from),
          columns.byteOffset + feature * rows,
          this.#tables.byteOffset + 256 * p,
          (alone ? order : this.#left.byteOffset) + 4 * from,
          this.#right.byteOffset + 4 * from,
          this.#counts.byteOffset + 4 * parts.length,
        ])
      }
      sum += end - begin
    })
    this.#run('treePart', parts, sum)
    const joins: number[][] = []
    let call = 0
    const lefts = partings.map(({ begin, end }) => {
      const calls = Math.ceil((end - begin) / ROWS_A_CALL)
      const own = this.#counts.subarray(call, call + calls)
      call += calls
      const left = own.reduce((a, b) => a + b, 0)
      let toLeft = begin
      let toRight = begin + left
      own.forEach((count, i) => {
        const from = begin + i * ROWS_A_CALL
        const others = Math.min(ROWS_A_CALL, end - from) - count
        joins.push([
          order + 4 * toLeft,
          this.#left.byteOffset + 4 * from,
          calls === 1 ? 0 : count,
          order + 4 * toRight,
          this.#right.byteOffset + 4 * from,
          others,
        ])
        toLeft += count
        toRight += others
      })
      return left
    })
    this.#run('treeJoin', joins, sum)
    return lefts
  }

  /** Adds the values of leaves to column `output` of `scores` f64 [rows, outputs]. */
  addLeaves(leaves: readonly LeafRows[], scores: Float64Array, outputs: number, output: number): void {
    this.#kernels.scope(16 * leaves.length, (memory) => {
      const values = memory.f64(2 * leaves.length)
      const words = new Uint32Array(values.buffer, values.byteOffset, 4 * leaves.length)
      leaves.forEach(({ begin, end, value }, i) => {
        words[4 * i] = this.order.byteOffset + 4 * begin
        words[4 * i + 1] = end - begin
        values[2 * i + 1] = value
      })
      const rows = this.order.length
      const rowsACall = Math.max(SCORES_A_CALL, 256 * leaves.length)
      const calls = Array.from({ length: Math.ceil(rows / rowsACall) }, (_, i) => [
        scores.byteOffset,
        outputs,
        output,
        values.byteOffset,
        leaves.length,
        i * rowsACall,
        Math.min((i + 1) * rowsACall, rows),
      ])
      this.#run('treeAddLeaves', calls, rows)
    })
  }

  #run(name: string, calls: readonly (readonly number[])[], rows: number): void {
    if (rows > FEW_ROWS) this.#kernels.parallel(name, calls)
    else for (const call of calls) this.#kernels.functions[name]?.(...call)
  }
}
