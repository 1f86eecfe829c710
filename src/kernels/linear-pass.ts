import type { KernelMemory, Kernels } from './kernels.ts'
import { type LinearRows, type RowShape, rowPointers } from './linear.ts'
import { alignUp } from './memory.ts'
import { inBatches, type RowPart, rowParts } from './row-parts.ts'

/** Rows that a kernel holds margins of at a time (linear-passes.ts). */
const PASS_ROWS = 32

/** What a pass is over; all in kernel memory. */
export interface LinearTask {
  readonly x: LinearRows
  /** Class codes i32 [rows], or targets f64 [rows]; undefined: targets of 0. */
  readonly y: Int32Array | Float64Array | undefined
  /** f32 [rows] */
  readonly weight: Float32Array | undefined
  /** 0 for half the squared distance from targets, 1 for two classes (logistic loss), else the number of classes (multinomial loss). */
  readonly outputs: number
}

/** Bytes that a {@link LinearPass} takes from a scope. */
export function linearPassBytes(shape: RowShape, outputs: number): number {
  const { width, sums, parts } = planOf(shape, outputs)
  return (
    alignUp(8 * shape.columns * width) +
    alignUp(8 * width) +
    parts.length * alignUp(8 * sums) +
    parts.length * alignUp(8 * PASS_ROWS * width)
  )
}

/**
 * Loss of a linear model and its gradient, in one pass over the rows. Before each, `coefficients` f64 [features, width] and
 * `intercepts` f64 [width] are to be set: width is the number of outputs, rounded up to an even one where there are several, else 1,
 * and what stands behind the outputs stays 0.
 */
export class LinearPass {
  readonly width: number
  readonly coefficients: Float64Array
  readonly intercepts: Float64Array
  /** Gradient f64 [features + 1, width], the intercepts' last, and behind it the weighted sum of losses. */
  readonly sums: Float64Array
  readonly #kernels: Kernels
  readonly #task: LinearTask
  readonly #work: number
  readonly #parts: readonly RowPart[]
  readonly #partialBytes: number
  readonly #scratch: readonly Float64Array[]
  readonly #calls: number[][]

  constructor(kernels: Kernels, memory: KernelMemory, task: LinearTask) {
    const { x, outputs } = task
    const { width, sums, parts, work } = planOf({ ...x, stored: x.values.length }, outputs)
    this.#kernels = kernels
    this.#task = task
    this.#work = work
    this.#parts = parts
    this.#partialBytes = alignUp(8 * sums)
    this.width = width
    this.coefficients = memory.f64(x.columns * width)
    this.intercepts = memory.f64(width)
    const partials = parts.map(() => memory.f64(sums))
    this.sums = partials[0] as Float64Array
    this.#scratch = parts.map(() => memory.f64(PASS_ROWS * width))
    this.#calls = parts.map(({ from, to }, i) => [
      ...rowPointers(x),
      x.columns,
      from,
      to,
      this.coefficients.byteOffset,
      this.intercepts.byteOffset,
      outputs,
      width,
      task.y?.byteOffset ?? 0,
      task.weight?.byteOffset ?? 0,
      partials[i]?.byteOffset as number,
      this.#scratch[i]?.byteOffset as number,
    ])
  }

  /** Writes {@link sums}; gives the weighted sum of losses. */
  async run(turn: () => Promise<void>): Promise<number> {
    const { sums } = this
    const name = this.#task.x.form === 'dense' ? 'linearDensePass' : 'linearSparsePass'
    await inBatches(this.#kernels, name, this.#calls, this.#work / this.#parts.length, turn)
    this.#kernels.functions.sumPartials?.(sums.byteOffset, this.#parts.length, this.#partialBytes, sums.length)
    return sums.at(-1) as number
  }

  /**
   * How much the loss of each sampled row bends at the present weights, into `out` f64 [samples]: weight * p * (1 - p), in the
   * mean over several outputs. Sample i is row i * step.
   */
  async curvatures(step: number, out: Float64Array, turn: () => Promise<void>): Promise<void> {
    const { x, weight, outputs } = this.#task
    const count = this.#parts.length
    const calls = this.#parts.map((_, i) => [
      ...rowPointers(x),
      ...(x.form === 'dense' ? [x.columns] : []),
      Math.floor((out.length * i) / count),
      Math.floor((out.length * (i + 1)) / count),
      step,
      this.coefficients.byteOffset,
      this.intercepts.byteOffset,
      outputs,
      this.width,
      weight?.byteOffset ?? 0,
      out.byteOffset,
      this.#scratch[i]?.byteOffset as number,
    ])
    const name = x.form === 'dense' ? 'linearDenseCurvature' : 'linearSparseCurvature'
    await inBatches(this.#kernels, name, calls, this.#work / step / count, turn)
  }
}

function planOf(
  { rows, columns, stored }: RowShape,
  outputs: number,
): { width: number; sums: number; parts: RowPart[]; work: number } {
  const width = outputs <= 1 ? 1 : outputs + (outputs % 2)
  const sums = (columns + 1) * width + 1
  const work = 2 * stored * width + 64 * rows * width
  return { width, sums, work, parts: rowParts(rows, work, 8 * sums) }
}
