import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'
import { enterKernel, SVM_TILE, type SvmKernel, wholeTiles } from './svm.ts'

type SolverFunctions = {
  svmDiagonal(kernel: number, tiles: number, count: number, features: number, out: number): void
  svmPlaceAll(machine: number): void
  svmSteps(machine: number, budget: number): void
  svmKeepValues(source: number, target: number, keep: number, kept: number): void
}

const of = (kernels: Kernels): SolverFunctions => kernels.functions as unknown as SolverFunctions

/** Bytes of a scope that `SvmSolver` takes. */
export function svmSolverBytes(rows: number, features: number, cacheRows: number): number {
  const count = wholeTiles(rows)
  return (
    6 * alignUp(8 * count) +
    2 * alignUp(4 * count) +
    alignUp(4 * count * features) +
    alignUp(4 * count * cacheRows) +
    4 * alignUp(4 * maximalSlots(count, cacheRows)) +
    alignUp(4 * features) +
    16 +
    MACHINE_BYTES
  )
}

/** Layout of the solver's record: four f64, then these i32. */
const [TILES, COUNT, SLOTS, HELD, DONE, WIDE, MISSING] = [1, 3, 12, 13, 22, 23, 24]
const FIELDS = 25
const MACHINE_BYTES = 144
const NONE = -1

/** Values that are moved in the memory for kernel rows between two turns of the event loop. */
const MOVED = 2e7
/** Nanoseconds that a value of a kernel row takes, and each of its features. */
const [VALUE_NS, FEATURE_NS] = [1.5, 0.2]
/** A kernel row that takes fewer nanoseconds is not shared out: a batch of calls has its price. */
const WIDE_NS = 50_000

/** Slots that the cache may be cut into once rows are short. */
function maximalSlots(count: number, cacheRows: number): number {
  return Math.max(2, Math.min(count, 8 * cacheRows))
}

/**
 * Sequential minimal optimization of 1/2 b'Kb - z'b + epsilon |b|₁ for floor <= b <= ceiling, sum(b) unchanged, over the rows
 * that are active (R.-E. Fan, P.-H. Chen and C.-J. Lin, JMLR 6, 2005). Which rows are active is the caller's to say; rows
 * stand by position, 0 … count-1, and a longer list may follow a shorter one that it begins with.
 */
export class SvmSolver {
  /** f32 [capacity / 16, features, 16]: the active rows, by position. The caller fills it. */
  readonly tiles: Float32Array
  /** f64 [capacity], by position, so are the next ones: the caller fills them. */
  readonly errors: Float64Array
  readonly betas: Float64Array
  readonly floors: Float64Array
  readonly ceilings: Float64Array
  readonly up: Float64Array
  readonly low: Float64Array
  /** f32 [capacity]: K(x, x). */
  readonly diagonal: Float32Array
  readonly #kernels: Kernels
  readonly #features: number
  readonly #cache: Float32Array
  readonly #slotOf: Int32Array
  readonly #owners: Int32Array
  readonly #filled: Int32Array
  readonly #used: Uint32Array
  readonly #numbers: Float64Array
  readonly #fields: Int32Array
  #rows: number

  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    kernel: SvmKernel,
    {
      rows,
      features,
      cacheRows,
      epsilon,
      tolerance,
    }: { rows: number; features: number; cacheRows: number; epsilon: number; tolerance: number },
  ) {
    const count = wholeTiles(rows)
    const slots = maximalSlots(count, cacheRows)
    this.#kernels = kernels
    this.#features = features
    this.tiles = memory.f32(count * features)
    this.errors = memory.f64(count)
    this.betas = memory.f64(count)
    this.floors = memory.f64(count)
    this.ceilings = memory.f64(count)
    this.up = memory.f64(count)
    this.low = memory.f64(count)
    this.diagonal = memory.f32(count)
    this.#slotOf = memory.i32(count).fill(NONE)
    this.#owners = memory.i32(slots).fill(NONE)
    this.#filled = memory.i32(slots)
    this.#used = memory.u32(slots)
    this.#numbers = memory.f64(MACHINE_BYTES / 8)
    this.#fields = new Int32Array(this.#numbers.buffer, this.#numbers.byteOffset + 32, FIELDS)
    this.#numbers.set([epsilon, tolerance])
    this.#rows = rows
    const at = [this.tiles, this.errors, this.up, this.low, this.betas, this.floors, this.ceilings, this.diagonal]
    const [tiles, ...rest] = at.map(({ byteOffset }) => byteOffset) as [number, ...number[]]
    const entered = enterKernel(memory, kernel)
    const query = memory.f32(features).byteOffset
    // The rest of the scope, as it is: a kernel row is made before it is read, and filling so much with zeros takes long.
    const { buffer, byteOffset } = memory.f32(0)
    this.#cache = new Float32Array(buffer, byteOffset, count * cacheRows)
    this.#fields.set([
      entered,
      tiles,
      features,
      count,
      ...rest,
      this.#cache.byteOffset,
      this.#slotsFor(count),
      0,
      this.#slotOf.byteOffset,
      this.#owners.byteOffset,
      this.#filled.byteOffset,
      this.#used.byteOffset,
      0,
      query,
    ])
  }

  /** Largest gain of a row by rising and least by falling; optimal where the difference is below the tolerance. */
  get highest(): number {
    return this.#numbers[2] as number
  }

  get lowest(): number {
    return this.#numbers[3] as number
  }

  /** To be called once rows and coefficients are filled in, or were changed from outside. */
  enter(): void {
    const kernel = this.#fields[0] as number
    const tiles = this.#fields[TILES] as number
    of(this.#kernels).svmDiagonal(kernel, tiles, this.#count, this.#features, this.diagonal.byteOffset)
    of(this.#kernels).svmPlaceAll(this.#numbers.byteOffset)
  }

  /**
   * Takes at most `budget` steps; fewer where the tolerance is met. Gives how many it took. Threads share out the values of
   * long kernel rows.
   */
  steps(budget: number): number {
    const fields = this.#fields
    const row = this.#count * (VALUE_NS + FEATURE_NS * this.#features)
    fields[WIDE] = Number(this.#kernels.threads > 1 && row > WIDE_NS)
    let done = 0
    for (;;) {
      of(this.#kernels).svmSteps(this.#numbers.byteOffset, budget - done)
      done += fields[DONE] as number
      const slot = fields[MISSING] as number
      if (slot === NONE) return done
      this.#makeMissing(this.#filled[slot] as number)
    }
  }

  /** Takes steps of several solvers, side by side: at most `budget` each, see {@link steps}. */
  static stepsOf(
    kernels: Kernels,
    calls: readonly { readonly solver: SvmSolver; readonly budget: number }[],
  ): number[] {
    for (const { solver } of calls) solver.#fields[WIDE] = 0
    kernels.parallel(
      'svmSteps',
      calls.map(({ solver, budget }) => [solver.#numbers.byteOffset, budget]),
    )
    return calls.map(({ solver }) => solver.#fields[DONE] as number)
  }

  /** Values of the missing row from `have` on, in as many parts as there are threads: a value's bits depend on its two rows. */
  #makeMissing(have: number): void {
    const tiles = (this.#count - have) / SVM_TILE
    const parts = Math.min(this.#kernels.threads, tiles)
    const edge = (part: number): number => have + SVM_TILE * Math.floor((part * tiles) / parts)
    this.#kernels.parallel(
      'svmMissing',
      Array.from({ length: parts }, (_, part) => [this.#numbers.byteOffset, edge(part), edge(part + 1)]),
    )
  }

  /**
   * The positions that stay, ascending, move together to the front; kept kernel rows go along. What the caller fills, it
   * fills in anew, and calls {@link enter}.
   */
  async shrink(keep: Int32Array, turn: () => Promise<void>): Promise<void> {
    const from = this.#count
    const to = wholeTiles(keep.length)
    const after = new Int32Array(from).fill(NONE)
    for (const [k, position] of keep.entries()) after[position] = k
    // `up` is free until the caller enters the rows again, and lies in the memory of the kernels.
    const list = new Int32Array(this.up.buffer, this.up.byteOffset, keep.length)
    list.set(keep)
    const held = this.#fields[HELD] as number
    let kept = 0
    let moved = 0
    this.#slotOf.fill(NONE)
    for (let slot = 0; slot < held; slot++) {
      const owner = after[this.#owners[slot] as number] as number
      if (owner < 0) continue
      this.#owners[kept] = owner
      this.#slotOf[owner] = kept
      this.#used[kept] = this.#used[slot] as number
      // A row that is filled in part is made anew: its good values need not be at the front any more.
      this.#filled[kept] = this.#filled[slot] === from ? wholeTilesIn(keep.length) : 0
      const start = this.#cache.byteOffset
      of(this.#kernels).svmKeepValues(start + 4 * slot * from, start + 4 * kept * to, list.byteOffset, keep.length)
      kept += 1
      moved += to
      if (moved < MOVED) continue
      moved = 0
      await turn()
    }
    this.#owners.fill(NONE, kept)
    this.#resize(keep.length, kept)
  }

  /** Positions up to `rows` become active. Kept kernel rows are made longer when they are used. */
  async extend(rows: number, turn: () => Promise<void>): Promise<void> {
    const from = this.#count
    const to = wholeTiles(rows)
    const before = this.#fields[HELD] as number
    const held = Math.min(before, this.#slotsFor(to))
    for (let slot = held; slot < before; slot++) {
      this.#slotOf[this.#owners[slot] as number] = NONE
      this.#owners[slot] = NONE
    }
    let moved = 0
    for (let slot = held - 1; slot >= 0; slot--) {
      this.#cache.copyWithin(slot * to, slot * from, (slot + 1) * from)
      this.#filled[slot] = Math.min(this.#filled[slot] as number, wholeTilesIn(this.#rows))
      moved += from
      if (moved < MOVED) continue
      moved = 0
      await turn()
    }
    this.#resize(rows, held)
  }

  get #count(): number {
    return this.#fields[COUNT] as number
  }

  #resize(rows: number, held: number): void {
    const count = wholeTiles(rows)
    this.#rows = rows
    this.#fields[COUNT] = count
    this.#fields[SLOTS] = this.#slotsFor(count)
    this.#fields[HELD] = held
  }

  #slotsFor(count: number): number {
    return Math.max(2, Math.min(count, this.#owners.length, Math.floor(this.#cache.length / count)))
  }
}

/** Vectors in the tiles that are full. */
function wholeTilesIn(vectors: number): number {
  return vectors - (vectors % SVM_TILE)
}
