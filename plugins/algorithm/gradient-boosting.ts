import type { DenseFeatures, Features } from 'daybook/frame'
import { classWeightParam, defineAlgorithm, fail, type TrainingData } from 'daybook/plugin'
import { boost } from './gradient-boosting/boost.ts'
import { treeContributions } from './gradient-boosting/contributions.ts'
import { groupsOf } from './gradient-boosting/interactions.ts'
import { lossName, lossOf, type ValueLoss } from './gradient-boosting/loss.ts'
import { splitCounts } from './gradient-boosting/model.ts'
import { writeBoosted } from './gradient-boosting/onnx.ts'
import { proveMonotone } from './gradient-boosting/prove.ts'
import { probabilities, rawScores } from './gradient-boosting/score.ts'
import { importanceTable, learningCurve } from './gradient-boosting/show.ts'

const HISTOGRAM_BYTES = 2 ** 28

/** Gradient boosting of histogram trees. */
export default defineAlgorithm({
  id: 'gradient-boosting',
  version: 1,
  summary: 'Gradient boosting of histogram trees: the strongest default for tables.',
  description:
    'Fits one small tree after the other to the gradients of the loss: logistic for two classes, multinomial for more (one ' +
    'tree a class and round), for values the one that `loss` names. Features are cut into at most 255 bins. Categories are split by ' +
    'sets of levels, without one-hot. Missing values, and levels that training did not see, take the direction that ' +
    'training found best at each split (where it saw none: of the more rows). Monotone promises of the page are kept, ' +
    'which is proved over the finished trees: a model that broke one would not be given.\n\n' +
    'Trees grow by the split that gains most, up to `maxLeaves`; with `maxLeaves: null` every split that gains is made, ' +
    'down to `maxDepth`.\n\n' +
    'Losses for values: `squared` predicts the mean, `absolute` the median, `quantile` the value that the share `quantile` of ' +
    'targets does not exceed: their leaves take the exact weighted quantile of what their rows lack. `poisson` predicts ' +
    'the mean of counts or rates (>= 0) by its logarithm.\n\n' +
    'Contributions are exact Shapley values of the score before sigmoid or softmax (log-odds for two classes; for more, the ' +
    'score of the class that is predicted), of the value, or for `poisson` of its logarithm (S. Lundberg et al., 2020).\n\n' +
    'Sources: J. Friedman, "Greedy function approximation: a gradient boosting machine" (2001); T. Chen and C. Guestrin, ' +
    '"XGBoost" (KDD 2016); G. Ke et al., "LightGBM" (NIPS 2017); W. Fisher, "On grouping for maximum homogeneity" (1958).',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['codes', 'dense'],
  missing: 'allow',
  monotone: true,
  random: true,
  params: {
    loss: {
      enum: ['squared', 'absolute', 'quantile', 'poisson'],
      default: 'squared',
      description: 'Loss of a regression; classes have their own.',
      examples: ['squared', 'poisson'],
    },
    quantile: {
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.5,
      description: 'What `loss: quantile` predicts: the value that this share of targets does not exceed.',
      examples: [0.9],
    },
    trees: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 300,
      description: 'Rounds of boosting: trees, or trees a class where there are more than two.',
      examples: [300],
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
      default: 0.3,
      description:
        'Smallest sum of hessians in a leaf: of row weights in regression, of weight * p * (1 - p) for classes, of weight * ' +
        'mean for `poisson`. Larger for noisy data, small for features that few rows have, such as words.',
      examples: [0.3, 10],
    },
    minGain: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'A split must gain more than this.',
      examples: [0],
    },
    l1: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'L1 penalty on leaf values; for `absolute` and `quantile` on the choice of splits alone.',
      examples: [0],
    },
    l2: {
      type: 'number',
      minimum: 0,
      default: 5,
      description: 'L2 penalty on leaf values; for `absolute` and `quantile` on the choice of splits alone.',
      examples: [5, 1],
    },
    subsample: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Share of rows that a tree learns from, drawn anew each round.',
      examples: [1, 0.8],
    },
    columnSample: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      maximum: 1,
      default: null,
      description:
        'Share of features that a tree may use, drawn anew each round. Null: half of them, but at least eight.',
      examples: [null, 1, 0.8],
    },
    interactions: {
      type: ['array', 'null'],
      items: { type: 'array', items: { type: 'string' }, minItems: 1, uniqueItems: true },
      minItems: 1,
      default: null,
      description:
        'Lists of features that may stand together on the way to a leaf: others do not interact. A feature in no list ' +
        'stands alone. Names are those that reach the algorithm. Null: all may interact.',
      examples: [null, [['income', 'debt'], ['age']]],
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
    importance: {
      enum: ['gain', 'split'],
      default: 'gain',
      description:
        'What counts as the importance of a feature: the gain of its splits, or how many they are. A table shows both.',
      examples: ['gain', 'split'],
    },
    classWeight: classWeightParam,
  },
  async fit(data, params, ctx) {
    const X = dense(data.X)
    checkData(data, params.loss, X)
    if (params.earlyStopping !== null && data.validation === undefined)
      ctx.warn({
        code: 'NO_VALIDATION',
        message: '`earlyStopping` needs validation rows (`split: { validation: … }`); all trees are kept.',
      })
    const loss = lossOf(data.task, params.loss, params.quantile)
    const groups = groupsOf(params.interactions, X.features)
    const rules = { ...params, boostLoss: loss, groups, histogramBytes: HISTOGRAM_BYTES }
    const { model, curve, rounds } = await boost({ ...data, X }, rules, ctx)
    proveMonotone(model, X.features)
    learningCurve(ctx, curve, lossName(loss), rounds)
    importanceTable(ctx, model, X.features)
    const link = loss === 'poisson' ? 'log' : loss === 'logistic' || loss === 'softmax' ? 'logit' : 'identity'
    return { link: link as string, importance: params.importance as string, ...model }
  },
  predict(state, X, { kernels }) {
    if (state.link === 'logit') return probabilities(state, dense(X), kernels)
    const scores = rawScores(state, dense(X), kernels)
    return state.link === 'log' ? scores.map((score) => kernels.math.exp(score)) : scores
  },
  importance(state) {
    const values = state.importance === 'split' ? splitCounts(state) : Float64Array.from(state.gain)
    return { measure: state.importance, values }
  },
  contributions(state, X, { kernels }) {
    return treeContributions(state, dense(X), kernels)
  },
  onnx: (state, X, graph) => writeBoosted(state, X, graph),
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

function checkData({ task, classes, y, weight }: TrainingData, loss: ValueLoss, X: DenseFeatures): void {
  if (X.rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
  if (weight?.every((w) => w === 0)) throw fail('FIT_NO_ROWS', { reason: 'all training rows have weight 0' })
  const promised = X.features.filter((feature) => feature.monotone !== undefined).map(({ name }) => `\`${name}\``)
  if (task === 'multiclass' && promised.length > 0)
    throw fail('FIT_MONOTONE_CLASSES', { columns: promised.join(', '), classes: classes.length })
  if (task !== 'regression' || loss !== 'poisson') return
  const negative = y.filter((value) => value < 0)
  if (negative.length > 0)
    throw fail('FIT_TARGET_RANGE', {
      count: negative.length,
      loss,
      value: negative[0] as number,
      expected: 'numbers >= 0',
    })
}
