import type { DenseFeatures, Features } from 'daybook/frame'
import { defineAlgorithm } from 'daybook/plugin'
import { fitIsolation } from './isolation-forest/fit.ts'
import { writeIsolation } from './isolation-forest/onnx.ts'
import { anomalyScores } from './isolation-forest/score.ts'

/** Isolation forest: how soon random cuts part a row from the others. */
export default defineAlgorithm({
  id: 'isolation-forest',
  version: 1,
  summary: 'Isolation forest: rows that random cuts tell apart from the others soon are strange.',
  description:
    'Needs no target. Each tree takes a small sample of the rows and cuts it at random, a feature and a threshold at a time, ' +
    'until every row stands alone. Rows of sparse places stand alone after few cuts. The score is 2 to the power of minus ' +
    'the mean number of cuts, divided by the number that is to be expected: 0.5 for an ordinary row, near 1 for a ' +
    'strange one.\n\n' +
    'The scale of features does not matter, so `standardize` is not needed. Categories have to ' +
    'become numbers (`one-hot`, `ordinal`). A missing value goes where most rows go at each cut: it makes no row strange by ' +
    'itself.\n\n' +
    'Source: F. T. Liu, K. M. Ting and Z.-H. Zhou, "Isolation forest" (2008).',
  tasks: ['anomaly'],
  accepts: ['dense'],
  missing: 'allow',
  random: true,
  params: {
    trees: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 100,
      description: 'Trees. More make scores steadier.',
      examples: [100],
    },
    sampleRows: {
      type: 'integer',
      minimum: 2,
      maximum: 65536,
      default: 256,
      description:
        'Rows that a tree learns from, drawn without replacement. Few are enough, and hide anomalies behind one another less.',
      examples: [256],
    },
    contamination: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      maximum: 0.5,
      default: null,
      description:
        'Share of the training rows that the threshold lets be anomalies at most; null: every row with a score above 0.5 is one.',
      examples: [null, 0.01],
    },
  },
  async fit(data, params, ctx) {
    return fitIsolation({ ...data, X: dense(data.X) }, params, ctx)
  },
  predict(state, X, { kernels }) {
    return anomalyScores(state, dense(X), kernels)
  },
  threshold({ threshold }) {
    return threshold
  },
  onnx: (state, X, graph, ctx) => writeIsolation(state, X, graph, ctx),
  example: {
    params: { trees: 3 },
    task: 'anomaly',
    X: [[0], [0], [0], [10]],
    y: [],
    given: [[0], [10], [-4], [20]],
    gives: [0.42609, 0.72621, 0.42609, 0.72621],
    tolerance: 1e-5,
  },
})

function dense(X: Features): DenseFeatures {
  if (X.form !== 'dense') throw new TypeError('isolation-forest takes dense features')
  return X
}
