import { defineMetric } from 'daybook/plugin'
import { meanSquaredError } from './residuals.ts'

/** Mean squared error. */
export default defineMetric({
  id: 'mse',
  version: 1,
  summary: 'Mean squared error.',
  params: {},
  tasks: ['regression'],
  needs: 'values',
  better: 'lower',
  compute: meanSquaredError,
  // Of scikit-learn's documentation of mean_squared_error.
  example: { task: 'regression', y: [3, -0.5, 2, 7], values: [2.5, 0, 2, 8], gives: 0.375 },
})
