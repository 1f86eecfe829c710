import { defineMetric } from 'daybook/plugin'
import { meanError } from './residuals.ts'

/** Mean absolute error. */
export default defineMetric({
  id: 'mae',
  version: 1,
  summary: 'Mean absolute error, in the unit of the target.',
  params: {},
  tasks: ['regression'],
  needs: 'values',
  better: 'lower',
  compute: (input) => meanError(input, (actual, predicted) => Math.abs(actual - predicted)),
  // Of scikit-learn's documentation of mean_absolute_error.
  example: { task: 'regression', y: [3, -0.5, 2, 7], values: [2.5, 0, 2, 8], gives: 0.5 },
})
