import { defineAlgorithm } from 'daybook/plugin'
import { fitElasticNet } from './elastic-net/fit.ts'
import { descentParams } from './elastic-net/params.ts'
import { linearRegression } from './linear/regression.ts'
import { showCoefficients } from './linear/show.ts'

/** Linear least squares with an L1 penalty. */
export default defineAlgorithm({
  id: 'lasso',
  version: 1,
  summary: 'Linear least squares with an L1 penalty, which leaves features out.',
  description:
    'Minimizes sum(weight * (y - prediction)²) / 2 + l1 * |coefficients|; the intercept is not penalized. The sum runs over ' +
    'rows, so `l1` is alpha * rows of libraries that take the mean. Standardize features so that the penalty treats them alike. ' +
    'Sparse rows are not made dense.\n\n' +
    'Contributions are in the unit of the target: coefficient * (x - mean).\n\n' +
    'Solver: coordinate descent (J. Friedman, T. Hastie and R. Tibshirani, "Regularization paths for generalized linear models ' +
    'via coordinate descent", 2010), up to 1,000 features over their products, with more over the columns. ' +
    'Source: R. Tibshirani, "Regression shrinkage and selection via the lasso" (1996).',
  tasks: ['regression'],
  accepts: ['sparse', 'dense'],
  params: descentParams,
  async fit(data, params, ctx) {
    const model = await fitElasticNet(data, { ...params, l2: 0 }, ctx)
    showCoefficients(ctx, data.X.features, model, ['value'])
    return model
  },
  ...linearRegression,
  example: {
    // Centred, x is -1/2 and 1/2: squares 1/2, products 1/2; (1/2 - 1/4) / (1/2) = 1/2.
    params: { l1: 0.25 },
    X: [[0], [1]],
    y: [0, 1],
    given: [[2]],
    gives: [1.25],
  },
})
