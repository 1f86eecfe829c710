import type { Features } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'

/** How log-odds become points: N. Siddiqi, "Credit Risk Scorecards" (2006). */
export interface Scale {
  /** Points of a row whose odds are `odds`. */
  readonly points: number
  /** Odds of the other class against the positive one (good : bad) at `points`. */
  readonly odds: number
  /** Points that double the odds. */
  readonly pdo: number
}

/** A scorecard: points of feature f at value x are base - factor * coefficients[f] * x, rounded where it says so. */
export type Card = {
  /** Log-odds of the positive class a unit of each feature. */
  readonly coefficients: Float64Array
  /** What each feature starts from: an equal share of the points of a row whose features are all 0. */
  readonly base: number
  /** score = offset + factor * ln(odds). */
  readonly factor: number
  readonly offset: number
  readonly round: boolean
  /** Mean points of each feature over the training rows: what contributions are measured from. */
  readonly means: Float64Array
  /** Standard deviation of the points of each feature over the training rows. */
  readonly deviations: Float64Array
}

/** The part of a card that points need. */
export type Rule = Pick<Card, 'coefficients' | 'base' | 'factor' | 'offset' | 'round'>

/** Points for coefficients and intercept on the scale of log-odds of the positive class. */
export function scaleToPoints(
  coefficients: Float64Array,
  intercept: number,
  { points, odds, pdo }: Scale,
  round: boolean,
  { math }: Kernels,
): Rule {
  const factor = pdo / math.log(2)
  const offset = points - factor * math.log(odds)
  return { coefficients, base: (offset - factor * intercept) / coefficients.length, factor, offset, round }
}

/** Points of feature `f` at value `x`. */
export function pointsAt({ coefficients, base, factor, round }: Rule, f: number, x: number): number {
  const points = base - factor * (coefficients[f] as number) * x
  return (round ? Math.round(points) : points) + 0 // -0 is 0
}

/** Points of every feature of rows, f64 [rows, features]. */
export function pointsOf(card: Rule, X: Features): Float64Array {
  if (X.form !== 'dense') throw new TypeError('a scorecard takes dense features')
  const width = X.features.length
  const points = new Float64Array(X.rows * width)
  for (let at = 0; at < points.length; at++) points[at] = pointsAt(card, at % width, X.values[at] as number)
  return points
}

/** Sums of points, f64 [rows]. */
export function scoresOf(points: Float64Array, rows: number): Float64Array {
  const width = points.length / rows
  const scores = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let f = 0; f < width; f++) sum += points[row * width + f] as number
    scores[row] = sum
  }
  return scores
}

/** Log-odds of the positive class of a score: the inverse of the scale. */
export function logOddsAt({ offset, factor }: Pick<Card, 'offset' | 'factor'>, score: number): number {
  return (offset - score) / factor
}

/** Weighted mean and standard deviation of the points of each feature. */
export function spreadOf(
  points: Float64Array,
  rows: number,
  weight: Float32Array | undefined,
): Pick<Card, 'means' | 'deviations'> {
  const width = points.length / rows
  const means = new Float64Array(width)
  const deviations = new Float64Array(width)
  let total = 0
  for (let row = 0; row < rows; row++) total += weight?.[row] ?? 1
  for (let f = 0; f < width; f++) {
    let sum = 0
    for (let row = 0; row < rows; row++) sum += (weight?.[row] ?? 1) * (points[row * width + f] as number)
    const mean = sum / total
    let squares = 0
    for (let row = 0; row < rows; row++) {
      const distance = (points[row * width + f] as number) - mean
      squares += (weight?.[row] ?? 1) * distance * distance
    }
    means[f] = mean
    deviations[f] = Math.sqrt(squares / total)
  }
  return { means, deviations }
}
