/** Smallest share of a bin: an empty bin would make the index infinite. */
const FLOOR = 0.0001

/** Index above which a quantity has moved. */
export const MOVED = 0.1
/** Index above which a quantity counts as shifted. */
export const SHIFTED = 0.25
/** Standard normal quantile of one in ten thousand. */
const RARELY = 3.72

/** How far a quantity lies from where it lay, in a word. `few rows`: no farther than so few rows do by chance. */
export type DriftWord = 'stable' | 'moved' | 'shifted' | 'few rows'

/** The index (D. Lewis, "An introduction to credit scoring", 1992): symmetric Kullback-Leibler divergence over bins. */
export function psiOf(before: ArrayLike<number>, after: ArrayLike<number>, log: (x: number) => number): number {
  let sum = 0
  for (let bin = 0; bin < before.length; bin++) {
    if (before[bin] === 0 && after[bin] === 0) continue
    const expected = Math.max(FLOOR, before[bin] as number)
    const actual = Math.max(FLOOR, after[bin] as number)
    sum += (actual - expected) * log(actual / expected)
  }
  return sum
}

/**
 * The index that equal rows seldom exceed by chance: on n and m rows, n·m / (n + m) times the index is nearly chi-squared
 * with one degree of freedom less than there are bins (Wilson and Hilferty's approximation of its quantile). Of fewer than a
 * hundred rows some tenth is empty now and then, which the index takes for a landslide: they exceed nothing.
 */
export function chancePsi(bins: number, before: number, after: number): number {
  if (before < 100 || after < 100) return Number.POSITIVE_INFINITY
  const degrees = Math.max(1, bins - 1)
  const root = 1 - 2 / (9 * degrees) + RARELY * Math.sqrt(2 / (9 * degrees))
  return (degrees * root * root * root * (before + after)) / (before * after)
}

/** @param chance what equal rows seldom exceed; 0 to judge by the index alone */
export function driftWord(psi: number, chance = 0): DriftWord {
  if (psi <= MOVED) return 'stable'
  if (psi <= chance) return 'few rows'
  return psi <= SHIFTED ? 'moved' : 'shifted'
}
