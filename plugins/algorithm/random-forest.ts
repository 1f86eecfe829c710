import type { DenseFeatures, Features } from 'daybook/frame'
import { classWeightParam, defineAlgorithm, fail, type Task } from 'daybook/plugin'
import { forestContributions } from './random-forest/contributions.ts'
import { fitForest } from './random-forest/fit.ts'
import { writeForest } from './random-forest/onnx.ts'
import { bothClasses, forestScores } from './random-forest/score.ts'
import { importanceTable, outOfBagTable } from './random-forest/show.ts'

/** Random forest of histogram trees. */
export default defineAlgorithm({
  id: 'random-forest',
  version: 1,
  summary: 'Random forest: the mean of many deep trees, each grown on its own draw of the rows.',
  description:
    'Each tree learns from as many rows as there are, drawn with replacement, and each node looks at a few features drawn ' +
    'at random. Splits lower Gini impurity (classes) or variance (values) most; probabilities are the mean of the shares ' +
    'in the leaves. Features are cut into at most 255 bins. Categories are split by sets of levels, without one-hot: ' +
    'sorted by their mean target, or with more than two classes by the share of each class. Missing values, and levels ' +
    'that training did not see, take the direction that training found best at each split (where it saw none: of the ' +
    'more rows).\n\n' +
    'Needs little tuning, and the out-of-bag score tells how good it is without a test part. Gradient boosting is mostly ' +
    'more exact and much smaller: forests of fully grown trees are large models.\n\n' +
    'Importance is the mean decrease of impurity. Contributions are exact Shapley values of the value or probability.\n\n' +
    'Sources: L. Breiman, "Random forests" (2001); P. Geurts, D. Ernst and L. Wehenkel, "Extremely randomized trees" ' +
    '(2006); W. Fisher, "On grouping for maximum homogeneity" (1958); S. Lundberg et al., "From local explanations to ' +
    'global understanding with explainable AI for trees" (2020).',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['codes', 'dense'],
  missing: 'allow',
  random: true,
  params: {
    trees: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 200,
      description: 'Trees. More never fit worse, and cost time and size.',
      examples: [200],
    },
    maxDepth: {
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 1000,
      default: null,
      description: 'Splits between the root and a leaf at most; null for no limit.',
      examples: [null, 12],
    },
    minLeaf: {
      type: 'integer',
      minimum: 1,
      default: 2,
      description: 'Rows of a leaf at least; a row that is drawn twice counts twice.',
      examples: [2, 1, 20],
    },
    features: {
      anyOf: [
        { type: 'null' },
        { enum: ['all', 'sqrt'] },
        { type: 'integer', minimum: 1 },
        { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      ],
      default: null,
      description:
        'Features that a node looks at: a number of them, a share below 1, `sqrt` or `all`. Null: `sqrt` for classes, `all` for values.',
      examples: [null, 5, 0.3, 'all'],
    },
    bootstrap: {
      type: 'boolean',
      default: true,
      description:
        'Draw rows with replacement for each tree; false: each once, and from all rows there is no out-of-bag score.',
      examples: [true],
    },
    subsample: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'How many rows each tree draws, as a share of all; without `bootstrap` no row twice.',
      examples: [1, 0.5],
    },
    extraTrees: {
      type: 'boolean',
      default: false,
      description:
        'Try one random cut of each feature that a node looks at, in place of the best one (extremely randomized trees).',
      examples: [false],
    },
    bins: {
      type: 'integer',
      minimum: 2,
      maximum: 255,
      default: 255,
      description: 'Bins of a feature at most; missing values have one more.',
      examples: [255],
    },
    classWeight: classWeightParam,
  },
  async fit(data, params, ctx) {
    const X = dense(data.X)
    if (X.rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
    const draws = Math.max(1, Math.round(params.subsample * X.rows))
    const rules = { ...params, draws, tries: triesOf(params.features, data.task, X.features.length) }
    const { forest, outOfBag } = await fitForest({ ...data, X }, rules, ctx)
    if (outOfBag !== undefined) outOfBagTable(ctx, data, outOfBag)
    importanceTable(ctx, X.features, forest.importance)
    return { task: data.task as string, ...forest }
  },
  predict(state, X, { kernels }) {
    const scores = forestScores(state, dense(X), kernels)
    return state.task === 'binary' ? bothClasses(scores) : scores
  },
  contributions(state, X, { kernels }) {
    return forestContributions(state, dense(X), kernels)
  },
  importance({ importance }) {
    return { measure: 'mean decrease of impurity', values: Float64Array.from(importance) }
  },
  onnx: (state, X, graph) => writeForest(state, X, graph),
  example: {
    params: { trees: 3, bootstrap: false, minLeaf: 1 },
    task: 'regression',
    X: [[1], [2], [3], [4]],
    y: [0, 0, 6, 6],
    given: [[0], [2.4], [9]],
    gives: [0, 0, 6],
  },
})

function dense(X: Features): DenseFeatures {
  if (X.form !== 'dense') throw new TypeError('random-forest takes dense features')
  return X
}

/** How many of the features a node looks at. */
function triesOf(asked: number | 'all' | 'sqrt' | null, task: Task, features: number): number {
  const rule = asked ?? (task === 'regression' ? 'all' : 'sqrt')
  const count = rule === 'all' ? features : rule === 'sqrt' ? Math.sqrt(features) : rule < 1 ? rule * features : rule
  return Math.min(Math.max(1, Math.round(count)), features)
}
