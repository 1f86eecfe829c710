import { defineMetric } from 'daybook/plugin'
import { meanError } from './residuals.ts'

/** Mean absolute percentage error, as a share. */
export default defineMetric({
  id: 'mape',
  version: 1,
  summary: 'Mean of |error / actual|, as a share: 0.1 is ten percent.',
  description: 'Undefined where an actual value is 0. Errors weigh more where actual values are small.',
  params: {},
  tasks: ['regression'],
  needs: 'values',
  better: 'lower',
  compute: (input) =>
    meanError(input, (actual, predicted) => (actual === 0 ? Number.NaN : Math.abs((actual - predicted) / actual))),
  // (1/2 + 1/4 + 0) / 3.
  example: { task: 'regression', y: [2, -4, 5], values: [3, -3, 5], gives: 0.25 },
})
