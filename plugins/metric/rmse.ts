import { defineMetric } from 'daybook/plugin'
import { meanSquaredError } from './residuals.ts'

/** Root of the mean squared error. */
export default defineMetric({
  id: 'rmse',
  version: 1,
  summary: 'Root of the mean squared error, in the unit of the target.',
  params: {},
  tasks: ['regression'],
  needs: 'values',
  better: 'lower',
  compute: (input) => Math.sqrt(meanSquaredError(input)),
  example: { task: 'regression', y: [3, -0.5, 2, 7], values: [2.5, 0, 2, 8], gives: 0.6123724356957945 },
})
