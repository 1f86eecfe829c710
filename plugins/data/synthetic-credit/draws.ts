import type { Kernels } from 'daybook/kernels'
import type { RandomStream } from 'daybook/plugin'

/**
 * The point below which a standard normal variable falls with probability `p` (0 < p < 1): the inverse of its
 * distribution function, by the rational approximation of P. J. Acklam (2003), relative error below 1.2e-9.
 */
export function normalQuantile(p: number, { log }: Kernels['math']): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * log(p)))
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * log(1 - p)))
  const q = p - 0.5
  const r = q * q
  const above =
    ((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r + 1.38357751867269e2) * r -
      3.066479806614716e1) *
      r +
    2.506628277459239
  const below =
    ((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r + 6.680131188771972e1) * r -
      1.328068155288572e1) *
      r +
    1
  return (above * q) / below
}

function tail(q: number): number {
  const above =
    ((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q - 2.549732539343734) * q +
      4.374664141464968) *
      q +
    2.938163982698783
  const below =
    (((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1
  return above / below
}

/** Numbers of one stream, one a row: row i takes number i, whatever the other columns are. */
export class Draws {
  readonly #random: (purpose: string) => RandomStream
  readonly #kernels: Kernels
  readonly #rows: number

  constructor(random: (purpose: string) => RandomStream, kernels: Kernels, rows: number) {
    this.#random = random
    this.#kernels = kernels
    this.#rows = rows
  }

  /** Uniform in (0, 1). */
  uniform(purpose: string): Float64Array {
    const stream = this.#random(purpose)
    const values = new Float64Array(this.#rows)
    for (let i = 0; i < values.length; i++) values[i] = stream.uniform(i) + 2 ** -33
    return values
  }

  /** Standard normal. */
  normal(purpose: string): Float64Array {
    const values = this.uniform(purpose)
    const { math } = this.#kernels
    for (let i = 0; i < values.length; i++) values[i] = normalQuantile(values[i] as number, math)
    return values
  }
}

/** Index into `shares` (which add up to 1) that the uniform number `u` falls on. */
export function pick(u: number, shares: readonly number[]): number {
  let above = u
  for (let i = 0; i < shares.length - 1; i++) {
    above -= shares[i] as number
    if (above < 0) return i
  }
  return shares.length - 1
}

/** Number of events of a Poisson variable of mean `mean` (< 20) at its quantile `u`, given exp(-mean). */
export function poisson(u: number, mean: number, noEvent: number): number {
  let term = noEvent
  let sum = term
  let count = 0
  while (u > sum && count < 60) {
    count++
    term *= mean / count
    sum += term
  }
  return count
}
