import { defineAlgorithm } from 'daybook/plugin'
import { fitElasticNet } from './elastic-net/fit.ts'
import { descentParams } from './elastic-net/params.ts'
import { linearRegression } from './linear/regression.ts'
import { showCoefficients } from './linear/show.ts'

/** Linear least squares with L1 and L2 penalties. */
export default defineAlgorithm({
  id: 'elastic-net',
  version: 1,
  summary: 'Linear least squares with L1 and L2 penalties.',
  description:
    'Minimizes sum(weight * (y - prediction)²) / 2 + l1 * |coefficients| + l2/2 * |coefficients|²; the intercept is not ' +
    'penalized. `l2` weighs as that of `ridge`, `l1` as that of `lasso`. Of features that say nearly the same, L1 keeps one, L2 ' +
    'shares the weight among them. Standardize features so that the penalties treat them alike. Sparse rows are not made ' +
    'dense.\n\n' +
    'Contributions are in the unit of the target: coefficient * (x - mean).\n\n' +
    'Solver: coordinate descent (J. Friedman, T. Hastie and R. Tibshirani, "Regularization paths for generalized linear models ' +
    'via coordinate descent", 2010), up to 1,000 features over their products, with more over the columns. ' +
    'Source: H. Zou and T. Hastie, "Regularization and variable selection via the elastic net" (2005).',
  tasks: ['regression'],
  accepts: ['sparse', 'dense'],
  params: {
    l1: descentParams.l1,
    l2: { type: 'number', minimum: 0, default: 1, description: 'L2 penalty on coefficients.', examples: [1] },
    maxIterations: descentParams.maxIterations,
    tolerance: descentParams.tolerance,
  },
  async fit(data, params, ctx) {
    const model = await fitElasticNet(data, params, ctx)
    showCoefficients(ctx, data.X.features, model, ['value'])
    return model
  },
  ...linearRegression,
  example: {
    // Centred, x is -1/2 and 1/2: squares 1/2, products 1/2; (1/2 - 1/4) / (1/2 + 1/2) = 1/4.
    params: { l1: 0.25, l2: 0.5 },
    X: [[0], [1]],
    y: [0, 1],
    given: [[2]],
    gives: [0.875],
  },
})
