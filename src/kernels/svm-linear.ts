import type { KernelMemory, Kernels } from './kernels.ts'
import type { LinearRows } from './linear.ts'
import { alignUp } from './memory.ts'

type LinearSvmFunctions = {
  svmLinearSquares(machine: number, n: number): void
  svmLinearPass(machine: number, order: number, count: number, slack: number): number
  svmLinearGap(machine: number, from: number, to: number): number
}

const of = (kernels: Kernels): LinearSvmFunctions => kernels.functions as unknown as LinearSvmFunctions

const MACHINE_BYTES = 64

/** A linear support vector machine to be trained: rows in kernel memory, the others f64 [rows]. */
export interface LinearSvmProblem {
  readonly x: LinearRows
  readonly targets: Float64Array
  readonly floors: Float64Array
  readonly ceilings: Float64Array
  readonly epsilon: number
}

/** Bytes of a scope that `LinearSvm` takes. */
export function linearSvmBytes(rows: number, features: number): number {
  return 5 * alignUp(8 * rows) + alignUp(4 * rows) + alignUp(8 * (features + 1)) + MACHINE_BYTES
}

/**
 * Dual coordinate descent (C.-J. Hsieh et al., ICML 2008; C.-H. Ho and C.-J. Lin, JMLR 13, 2012). Minimizes
 * 1/2 |w|² - z'b + epsilon |b|₁ for floor <= b <= ceiling, w = sum of b times row, where a row has one more feature that is 1:
 * the intercept.
 */
export class LinearSvm {
  /** f64 [features + 1]: the weights, the intercept last. */
  readonly weights: Float64Array
  /** f64 [rows]. */
  readonly betas: Float64Array
  /** u32 [rows]: the order in which rows are visited; the caller fills it. */
  readonly order: Uint32Array
  readonly #kernels: Kernels
  readonly #machine: number
  readonly #record: Float64Array

  constructor(kernels: Kernels, memory: KernelMemory, { x, targets, floors, ceilings, epsilon }: LinearSvmProblem) {
    this.#kernels = kernels
    this.weights = memory.f64(x.columns + 1)
    this.betas = memory.f64(x.rows)
    this.order = memory.u32(x.rows)
    const squares = memory.f64(x.rows)
    const record = memory.f64(MACHINE_BYTES / 8)
    record[0] = epsilon
    this.#record = record
    this.#machine = record.byteOffset
    new Uint32Array(record.buffer, record.byteOffset + 16, 10).set([
      x.form === 'sparse' ? x.starts.byteOffset : 0,
      x.form === 'sparse' ? x.indices.byteOffset : 0,
      x.values.byteOffset,
      x.columns,
      memory.put(targets).byteOffset,
      memory.put(floors).byteOffset,
      memory.put(ceilings).byteOffset,
      this.betas.byteOffset,
      squares.byteOffset,
      this.weights.byteOffset,
    ])
    of(kernels).svmLinearSquares(this.#machine, x.rows)
  }

  /** The largest slope that a row could still go down when it was visited, since this was set to 0. */
  get violation(): number {
    return this.#record[1] as number
  }

  set violation(value: number) {
    this.#record[1] = value
  }

  /**
   * Visits rows order[from … to). Those at a bound whose slope points beyond it by more than `slack` leave the list, the
   * others move together: gives how many stay.
   */
  pass(from: number, to: number, slack: number): number {
    return of(this.#kernels).svmLinearPass(this.#machine, this.order.byteOffset + 4 * from, to - from, slack)
  }

  /** Part of the primal minus the dual objective that comes from rows [from, to). */
  gap(from: number, to: number): number {
    return of(this.#kernels).svmLinearGap(this.#machine, from, to)
  }
}
