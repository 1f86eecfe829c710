import { defineMetric } from 'daybook/plugin'
import { meanError, meanSquaredError } from './residuals.ts'

/** Coefficient of determination. */
export default defineMetric({
  id: 'r2',
  version: 1,
  summary: 'Share of the variance that is explained: 1 is perfect, 0 no better than the mean, below 0 worse.',
  description:
    'One minus the mean squared error over the variance of the actual values. Undefined where these are all equal.\n\n' +
    'Source: S. Wright, "Correlation and causation", Journal of Agricultural Research 20, 1921.',
  params: {},
  tasks: ['regression'],
  needs: 'values',
  better: 'higher',
  compute(input) {
    const mean = meanError(input, (actual) => actual)
    const variance = meanError(input, (actual) => (actual - mean) * (actual - mean))
    return variance > 0 ? 1 - meanSquaredError(input) / variance : Number.NaN
  },
  // Of scikit-learn's documentation of r2_score.
  example: { task: 'regression', y: [3, -0.5, 2, 7], values: [2.5, 0, 2, 8], gives: 0.9486081370449679 },
})
