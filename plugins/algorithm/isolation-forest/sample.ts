/** Draws of a row that was drawn before, for each row wanted, after which a sample stays smaller. */
const MOST_DRAWS_A_ROW = 32

/** Gives the next number in [0, 1). */
export type Draw = () => number

/** Draws rows without replacement, with chances by their weight. Rows without weight are never drawn. */
export class RowSampler {
  /** Rows that weigh something. */
  readonly rows: Uint32Array
  /** Sums of their weights, up to each of them. */
  readonly #sums: Float64Array

  constructor(rows: number, weight: Float32Array | undefined) {
    const all = Uint32Array.from({ length: rows }, (_, row) => row)
    this.rows = weight === undefined ? all : all.filter((row) => (weight[row] as number) > 0)
    this.#sums = new Float64Array(this.rows.length)
    let sum = 0
    this.rows.forEach((row, i) => {
      sum += weight?.[row] ?? 1
      this.#sums[i] = sum
    })
  }

  /** Up to `size` rows, ascending: all where there are no more. Fewer where a handful of rows weighs nearly everything. */
  sample(size: number, draw: Draw): Uint32Array {
    const { length } = this.rows
    if (length <= size) return this.rows
    const total = this.#sums[length - 1] as number
    const drawn = new Set<number>()
    for (let draws = 0; drawn.size < size && draws < MOST_DRAWS_A_ROW * size; draws++)
      drawn.add(this.#at(draw() * total))
    return Uint32Array.from(drawn, (i) => this.rows[i] as number).sort()
  }

  /** The row whose part of the sum of weights `sum` falls into. */
  #at(sum: number): number {
    let low = 0
    let high = this.rows.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sum < (this.#sums[middle] as number)) high = middle
      else low = middle + 1
    }
    return low
  }
}
