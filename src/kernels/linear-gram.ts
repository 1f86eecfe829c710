import type { KernelMemory, Kernels } from './kernels.ts'
import { type LinearRows, type RowShape, rowPointers } from './linear.ts'
import { alignUp } from './memory.ts'
import { inBatches, rowParts } from './row-parts.ts'

/** Samples that a kernel centres at a time (assembly/linear-gram.ts). */
const GRAM_ROWS = 32
/** Matrices that are summed up side by side. */
const LANES = 8

/** Bytes that a {@link LinearGram} takes from a scope. */
export function linearGramBytes(shape: RowShape): number {
  const { stride, lanes } = planOf(shape)
  return (
    alignUp(8 * shape.columns) + lanes * alignUp(8 * stride * stride) + lanes * alignUp(8 * GRAM_ROWS * stride) + 16
  )
}

/** Products of samples: row i * step with weight f64 `weight`[i] and a value `extra`[i] (1 where it is left out). */
export interface GramSamples {
  readonly step: number
  readonly weight: Float64Array
  readonly extra?: Float64Array
}

/**
 * Sums of weighted products of all pairs of features, centred by `means`, and with one more column, `extra`. `shape` counts the
 * samples as its rows.
 */
export class LinearGram {
  /** Elements from one row of `matrix` to the next. */
  readonly stride: number
  /** f64 [stride, stride]; the upper triangle of [features + 1, features + 1] counts. */
  readonly matrix: Float64Array
  readonly #kernels: Kernels
  readonly #means: Float64Array
  readonly #lanes: readonly Float64Array[]
  readonly #scratch: readonly Float64Array[]
  readonly #shape: RowShape

  constructor(kernels: Kernels, memory: KernelMemory, shape: RowShape, means: Float64Array) {
    const { stride, lanes } = planOf(shape)
    this.#kernels = kernels
    this.#shape = shape
    this.stride = stride
    this.#means = memory.put(means)
    this.#lanes = Array.from({ length: lanes }, () => memory.f64(stride * stride))
    this.#scratch = this.#lanes.map(() => memory.f64(GRAM_ROWS * stride))
    this.matrix = this.#lanes[0] as Float64Array
  }

  /** Writes {@link matrix}; `progress` hears the share of the samples that is done. */
  async run(
    x: LinearRows,
    { step, weight, extra }: GramSamples,
    turn: () => Promise<void>,
    progress: (share: number) => void = () => {},
  ): Promise<void> {
    const { stride } = this
    const lanes = this.#lanes.length
    const samples = weight.length
    const { work } = planOf(this.#shape)
    for (const lane of this.#lanes) lane.fill(0)
    const segments = Math.max(1, Math.ceil(work / lanes / 2 ** 24))
    for (let segment = 0; segment < segments; segment++) {
      const calls = this.#lanes.map((lane, i) => [
        ...rowPointers(x),
        x.columns,
        Math.floor((samples * (segment * lanes + i)) / (segments * lanes)),
        Math.floor((samples * (segment * lanes + i + 1)) / (segments * lanes)),
        step,
        ...(x.form === 'dense' ? [this.#means.byteOffset] : []),
        weight.byteOffset,
        extra?.byteOffset ?? 0,
        stride,
        lane.byteOffset,
        ...(x.form === 'dense' ? [this.#scratch[i]?.byteOffset as number] : []),
      ])
      const name = x.form === 'dense' ? 'linearDenseGram' : 'linearSparseGram'
      await inBatches(this.#kernels, name, calls, work / lanes / segments, turn)
      progress((segment + 1) / segments)
    }
    const { matrix } = this
    this.#kernels.functions.sumPartials?.(matrix.byteOffset, lanes, matrix.byteLength, matrix.length)
    if (x.form === 'sparse') this.#centre(x.columns, weight, extra)
  }

  /**
   * Sum of w (x - m) (z - n) = sum w x z - n sum w x - m sum w z + m n sum w. The sums of the features stand in the last column
   * where that is 1 throughout; else `means` are to be the means by this weight.
   */
  #centre(n: number, weight: Float64Array, extra: Float64Array | undefined): void {
    const { matrix, stride } = this
    const means = this.#means
    let total = 0
    let more = 0
    for (let i = 0; i < weight.length; i++) {
      total += weight[i] as number
      more += (weight[i] as number) * (extra?.[i] ?? 1)
    }
    const sums = means.map((mean, f) => (extra === undefined ? (matrix[f * stride + n] as number) : total * mean))
    for (let f = 0; f < n; f++) {
      const mean = means[f] as number
      const sum = sums[f] as number
      const line = f * stride
      for (let g = f; g < n; g++) {
        const other = means[g] as number
        matrix[line + g] = (matrix[line + g] as number) - other * sum - mean * ((sums[g] as number) - other * total)
      }
      matrix[line + n] = (matrix[line + n] as number) - mean * more
    }
  }
}

function planOf({ form, rows, columns, stored }: RowShape): { stride: number; lanes: number; work: number } {
  const stride = 4 * Math.ceil((columns + 1) / 4)
  const inRow = form === 'dense' ? columns : stored / Math.max(rows, 1)
  const work = (rows * (inRow + 1) * (inRow + 8)) / 2
  return { stride, work, lanes: rowParts(rows, work, 8 * stride * stride, LANES).length }
}
