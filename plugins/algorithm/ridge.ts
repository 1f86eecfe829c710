import { defineAlgorithm } from 'daybook/plugin'
import { linearRegression } from './linear/regression.ts'
import { showCoefficients } from './linear/show.ts'
import { fitRidge } from './ridge/fit.ts'

/** Linear least squares with an L2 penalty. */
export default defineAlgorithm({
  id: 'ridge',
  version: 1,
  summary: 'Linear least squares with an L2 penalty.',
  description:
    'Minimizes sum(weight * (y - prediction)²) + l2 * |coefficients|²; the intercept is not penalized. Standardize features ' +
    'so that the penalty treats them alike. Up to 1,000 features the normal equations are solved by Cholesky decomposition, ' +
    'more by conjugate gradients; sparse rows are not made dense.\n\n' +
    'Contributions are in the unit of the target: coefficient * (x - mean).\n\n' +
    'Source: A. Hoerl and R. Kennard, "Ridge regression: biased estimation for nonorthogonal problems" (1970).',
  tasks: ['regression'],
  accepts: ['sparse', 'dense'],
  params: {
    l2: {
      type: 'number',
      minimum: 0,
      default: 1,
      description: 'L2 penalty on coefficients; 0 is least squares.',
      examples: [1, 0],
    },
  },
  async fit(data, params, ctx) {
    const model = await fitRidge(data, params, ctx)
    showCoefficients(ctx, data.X.features, model, ['value'])
    return model
  },
  ...linearRegression,
  example: {
    params: { l2: 0 },
    X: [[0], [1]],
    y: [0, 1],
    given: [[2]],
    gives: [2],
  },
})
