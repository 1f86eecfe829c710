import type { DenseFeatures } from 'daybook/frame'
import type { FitContext, TrainingData } from 'daybook/plugin'
import { fitLogistic } from '../logistic/fit.ts'
import { expectBothClasses } from './both-classes.ts'

export interface ScorecardRules {
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

/** Log-odds of the positive class, and which features went another way than they should. */
export interface Weights {
  readonly coefficients: Float64Array
  readonly intercept: number
  /** Features that were left out, since the fit broke the page's promise about them. */
  readonly leftOut: readonly number[]
}

/**
 * Fits a logistic regression that keeps the page's monotone promises: a feature whose coefficient breaks its promise is left
 * out and the others are fitted again, until none does. The feature that breaks it most goes first.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_ONE_CLASS
 */
export async function fitWeights(data: TrainingData, rules: ScorecardRules, ctx: FitContext): Promise<Weights> {
  expectBothClasses(data.y, data.weight, data.classes)
  let X = data.X as DenseFeatures
  const leftOut: number[] = []
  for (;;) {
    const { model, minimum } = await fitLogistic({ ...data, X }, { ...rules, l1: 0 }, ctx)
    const { coefficients, intercepts, deviations } = model
    const broken = X.features
      .map(({ monotone }, f) => (monotone ?? 0) * (coefficients[f] as number) * (deviations[f] as number))
      .reduce((most, size, f, sizes) => (size < 0 && size < (sizes[most] ?? 0) ? f : most), -1)
    if (broken < 0) {
      if (!minimum.converged)
        ctx.warn({
          code: 'NOT_CONVERGED',
          message:
            `The solver stopped after ${minimum.iterations} steps before its tolerance was met. ` +
            'Raise `maxIterations` or `l2`.',
          evidence: { iterations: minimum.iterations, gradient: minimum.gradient },
        })
      return { coefficients, intercept: intercepts[0] as number, leftOut: leftOut.sort((a, b) => a - b) }
    }
    leftOut.push(broken)
    X = without(X, broken)
  }
}

/** The same features, one of them 0 in every row: a constant, which a fit gives no weight. */
function without(X: DenseFeatures, feature: number): DenseFeatures {
  const values = X.values.slice()
  for (let at = feature; at < values.length; at += X.features.length) values[at] = 0
  return { ...X, values }
}

/**
 * Features that the card counts the other way round than they go with the positive class by themselves: as features overlap,
 * such points cannot be explained to anybody. Features that hardly matter are passed over.
 *
 * @param points standard deviation of the points of each feature
 */
export function turnedFeatures({ X, y, weight }: TrainingData, weights: Weights, points: Float64Array): number[] {
  const { values, rows, features } = X as DenseFeatures
  const width = features.length
  const mean = (of: (row: number) => number): number => {
    let [sum, total] = [0, 0]
    for (let row = 0; row < rows; row++) {
      const w = weight?.[row] ?? 1
      sum += w * of(row)
      total += w
    }
    return sum / total
  }
  const rate = mean((row) => y[row] as number)
  return [...features.keys()].filter((f) => {
    if (!((points[f] as number) >= 0.5)) return false
    const x = (row: number): number => values[row * width + f] as number
    const centre = mean(x)
    const together = mean((row) => (x(row) - centre) * ((y[row] as number) - rate))
    const variance = mean((row) => (x(row) - centre) * (x(row) - centre))
    const correlation = together / Math.sqrt(variance * rate * (1 - rate))
    return Math.abs(correlation) >= 0.02 && correlation * (weights.coefficients[f] as number) < 0
  })
}
