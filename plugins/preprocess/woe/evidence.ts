import type { Kernels } from 'daybook/kernels'

/** Rows of a bin, by weight: events have the positive class. */
export interface Counts {
  readonly events: number
  readonly others: number
}

/** What a bin says about a row that falls into it. */
export interface Evidence {
  /** ln(share of the others / share of the events): above 0 where events are rarer than on the whole. */
  readonly woe: number
  /** The bin's part of the information value, >= 0 but for smoothing. */
  readonly information: number
}

/** Nearer to 0 than this is rounding. */
const NOTHING = 1e-12

/**
 * Weight of evidence of bins (I. J. Good, "Probability and the Weighing of Evidence", 1950) and their information value (the
 * symmetric divergence of S. Kullback). To each bin `smoothing` rows of the overall mix are added, so that a bin of one class
 * stays finite and one without rows has weight 0.
 */
export class Weighing {
  readonly total: Counts
  readonly #smoothing: number
  readonly #math: Kernels['math']

  constructor(total: Counts, smoothing: number, kernels: Kernels) {
    this.total = total
    this.#smoothing = smoothing
    this.#math = kernels.math
  }

  of({ events, others }: Counts): Evidence {
    const { total } = this
    if (events + others === 0) return { woe: 0, information: 0 }
    const added = this.#smoothing / (total.events + total.others)
    const mix = (others + added * total.others) / (events + added * total.events)
    const woe = this.#math.log(mix * (total.events / total.others))
    if (Math.abs(woe) < NOTHING) return { woe: 0, information: 0 }
    return { woe, information: (others / total.others - events / total.events) * woe }
  }
}
