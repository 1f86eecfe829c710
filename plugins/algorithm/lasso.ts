import { defineAlgorithm } from 'daybook/plugin'
import { fitElasticNet } from './elastic-net/fit.ts'
import { linearContributions, marginsOf, standardizedSizes } from './linear/model.ts'
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
  params: {
    l1: {
      type: 'number',
      minimum: 0,
      default: 1,
      description: 'L1 penalty on coefficients: makes the least useful ones exactly 0.',
      examples: [1, 10],
    },
    maxIterations: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      default: 10000,
      description: 'Rounds over the features at most.',
      examples: [10000],
    },
    tolerance: {
      type: 'number',
      minimum: 1e-12,
      maximum: 1,
      default: 1e-6,
      description:
        'The solver ends when no feature breaks its condition of the minimum by more, as a share of the largest that a feature ' +
        'of its size could.',
      examples: [1e-6],
    },
  },
  async fit(data, params, ctx) {
    const model = await fitElasticNet(data, { ...params, l2: 0 }, ctx)
    showCoefficients(ctx, data.X.features, model, ['value'])
    return model
  },
  predict(state, X, { kernels }) {
    return marginsOf(state, X, kernels)
  },
  importance(state) {
    return { measure: 'absolute coefficient times standard deviation', values: standardizedSizes(state) }
  },
  contributions(state, X) {
    return linearContributions(state, X, () => 0)
  },
  example: {
    // Centred, x is -1/2 and 1/2: squares 1/2, products 1/2; (1/2 - 1/4) / (1/2) = 1/2.
    params: { l1: 0.25 },
    X: [[0], [1]],
    y: [0, 1],
    given: [[2]],
    gives: [1.25],
  },
})
