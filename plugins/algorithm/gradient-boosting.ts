import type { DenseFeatures, Features } from 'daybook/frame'
import { classWeightParam, defineAlgorithm, fail, type TrainingData } from 'daybook/plugin'
import { boost } from './gradient-boosting/boost.ts'
import { treeContributions } from './gradient-boosting/contributions.ts'
import { probabilities, rawScores } from './gradient-boosting/score.ts'
import { learningCurve } from './gradient-boosting/show.ts'

const HISTOGRAM_BYTES = 2 ** 28

/** Gradient boosting of histogram trees. */
export default defineAlgorithm({
  id: 'gradient-boosting',
  version: 1,
  summary: 'Gradient boosting of histogram trees: the strongest default for tables.',
  description:
    'Fits one small tree after the other to the gradients of the loss: logistic for two classes, multinomial for more (one ' +
    'tree a class and round), squared error for values. Features are cut into at most 255 bins. Categories are split by ' +
    'sets of levels, without one-hot. Missing values, and levels that training did not see, take the direction that ' +
    'training found best at each split (where it saw none: of the more rows). Monotone promises of the page are kept.\n\n' +
    'Trees grow by the split that gains most, up to `maxLeaves`; with `maxLeaves: null` every split that gains is made, ' +
    'down to `maxDepth`.\n\n' +
    'Contributions are exact Shapley values of the score before sigmoid or softmax (log-odds for two classes; for more, the ' +
    'score of the class that is predicted), or of the value (S. Lundberg et al., 2020).\n\n' +
    'Sources: J. Friedman, "Greedy function approximation: a gradient boosting machine" (2001); T. Chen and C. Guestrin, ' +
    '"XGBoost" (KDD 2016); G. Ke et al., "LightGBM" (NIPS 2017); W. Fisher, "On grouping for maximum homogeneity" (1958).',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['codes', 'dense'],
  missing: 'allow',
  monotone: true,
  random: true,
  params: {
    trees: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 200,
      description: 'Rounds of boosting: trees, or trees a class where there are more than two.',
      examples: [200],
    },
    learningRate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.05,
      description: 'Share of each tree that is added. Smaller needs more trees and often generalizes better.',
      examples: [0.05],
    },
    maxDepth: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 64,
      default: null,
      description: 'Splits between the root and a leaf at most; null for no limit but `maxLeaves`.',
      examples: [null, 6],
    },
    maxLeaves: {
      type: ['integer', 'null'],
      minimum: 2,
      maximum: 65536,
      default: 31,
      description:
        'Leaves of a tree at most: the split that gains most is made next. Null: all splits that gain, down to `maxDepth`.',
      examples: [31, null],
    },
    minChildWeight: {
      type: 'number',
      minimum: 0,
      default: 10,
      description:
        'Smallest sum of hessians in a leaf: of row weights in regression, of weight * p * (1 - p) for classes.',
      examples: [10, 1],
    },
    minGain: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'A split must gain more than this.',
      examples: [0],
    },
    l1: { type: 'number', minimum: 0, default: 0, description: 'L1 penalty on leaf values.', examples: [0] },
    l2: { type: 'number', minimum: 0, default: 5, description: 'L2 penalty on leaf values.', examples: [5, 1] },
    subsample: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Share of rows that a tree learns from, drawn anew each round.',
      examples: [1, 0.8],
    },
    columnSample: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Share of features that a tree may use, drawn anew each round.',
      examples: [1, 0.8],
    },
    earlyStopping: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Stop after so many rounds without a better loss on the validation part, and keep the best round.',
      examples: [null, 30],
    },
    bins: {
      type: 'integer',
      minimum: 2,
      maximum: 255,
      default: 255,
      description: 'Bins of a feature at most; missing values have one more.',
      examples: [255],
    },
    categorySmoothing: {
      type: 'number',
      minimum: 0,
      default: 10,
      description: 'Pulls rare levels to the middle when levels are sorted for a split.',
      examples: [10],
    },
    classWeight: classWeightParam,
  },
  async fit(data, params, ctx) {
    const X = dense(data.X)
    checkData(data, X)
    if (params.earlyStopping !== null && data.validation === undefined)
      ctx.warn({
        code: 'NO_VALIDATION',
        message: '`earlyStopping` needs validation rows (`split: { validation: … }`); all trees are kept.',
      })
    const { model, curve, rounds } = await boost({ ...data, X }, { ...params, histogramBytes: HISTOGRAM_BYTES }, ctx)
    learningCurve(ctx, curve, data.task, rounds)
    return { task: data.task as string, ...model }
  },
  predict(state, X, { kernels }) {
    return state.task === 'regression' ? rawScores(state, dense(X), kernels) : probabilities(state, dense(X), kernels)
  },
  importance({ gain }) {
    return { measure: 'gain', values: Float64Array.from(gain) }
  },
  contributions(state, X, { kernels }) {
    return treeContributions(state, dense(X), kernels)
  },
  example: {
    params: { trees: 1, learningRate: 1, maxDepth: 1, l2: 0, minChildWeight: 1 },
    task: 'regression',
    X: [[1], [2], [3], [4]],
    y: [0, 0, 6, 6],
    given: [[0], [2.5], [9]],
    gives: [0, 0, 6],
  },
})

function dense(X: Features): DenseFeatures {
  if (X.form !== 'dense') throw new TypeError('gradient-boosting takes dense features')
  return X
}

function checkData({ task, classes }: TrainingData, X: DenseFeatures): void {
  if (X.rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
  const promised = X.features.filter((feature) => feature.monotone !== undefined).map(({ name }) => `\`${name}\``)
  if (task === 'multiclass' && promised.length > 0)
    throw fail('FIT_MONOTONE_CLASSES', { columns: promised.join(', '), classes: classes.length })
}
