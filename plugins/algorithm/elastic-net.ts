import { defineAlgorithm } from 'daybook/plugin'
import { fitElasticNet } from './elastic-net/fit.ts'
import { linearContributions, marginsOf, standardizedSizes } from './linear/model.ts'
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
    l1: {
      type: 'number',
      minimum: 0,
      default: 1,
      description: 'L1 penalty on coefficients: makes the least useful ones exactly 0.',
      examples: [1, 10],
    },
    l2: { type: 'number', minimum: 0, default: 1, description: 'L2 penalty on coefficients.', examples: [1] },
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
    const model = await fitElasticNet(data, params, ctx)
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
    // Centred, x is -1/2 and 1/2: squares 1/2, products 1/2; (1/2 - 1/4) / (1/2 + 1/2) = 1/4.
    params: { l1: 0.25, l2: 0.5 },
    X: [[0], [1]],
    y: [0, 1],
    given: [[2]],
    gives: [0.875],
  },
})
