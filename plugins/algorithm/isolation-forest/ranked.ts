/** Scores of rows that weigh something, ascending, each with its weight. */
export class RankedScores {
  readonly #scores: Float64Array
  /** Undefined where every row counts 1. */
  readonly #weights: Float64Array | undefined
  readonly #total: number

  /** `rows`: those to be ranked. */
  constructor(scores: Float64Array, rows: Uint32Array, weight: Float32Array | undefined) {
    if (weight === undefined) {
      this.#scores = Float64Array.from(rows, (row) => scores[row] as number).sort()
      this.#total = rows.length
      return
    }
    const order = rows.toSorted((a, b) => (scores[a] as number) - (scores[b] as number) || a - b)
    this.#scores = Float64Array.from(order, (row) => scores[row] as number)
    this.#weights = Float64Array.from(order, (row) => weight[row] as number)
    this.#total = this.#weights.reduce((sum, own) => sum + own, 0)
  }

  /** The least score such that it and those below it have at least `share` of the weight. */
  quantile(share: number): number {
    let reached = 0
    for (let i = 0; i < this.#scores.length; i++) {
      reached += this.#weights?.[i] ?? 1
      if (reached >= share * this.#total) return this.#scores[i] as number
    }
    return this.#scores.at(-1) as number
  }

  /** The least score such that at most `share` (< 1) of the weight lies above it. */
  threshold(share: number): number {
    let above = 0
    let i = this.#scores.length - 1
    for (; i > 0; i--) {
      above += this.#weights?.[i] ?? 1
      if (above > share * this.#total) break
    }
    return this.#scores[i] as number
  }

  /** Share of the weight that lies above a score. */
  shareAbove(score: number): number {
    let above = 0
    for (let i = this.#scores.length - 1; i >= 0 && (this.#scores[i] as number) > score; i--) {
      above += this.#weights?.[i] ?? 1
    }
    return above / this.#total
  }
}
