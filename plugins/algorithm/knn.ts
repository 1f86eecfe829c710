import { classWeightParam, defineAlgorithm } from 'daybook/plugin'
import { learn } from './knn/learn.ts'
import { writeVotes } from './knn/onnx.ts'
import { votesOf } from './knn/vote.ts'

/** The nearest training rows decide. */
export default defineAlgorithm({
  id: 'knn',
  version: 1,
  summary: 'k nearest neighbours: the training rows that are most alike decide.',
  description:
    'The model is the training rows themselves: a prediction compares a row with all of them, by Euclidean distance in ' +
    '32-bit floats, and takes the mean of the `k` nearest, or their shares by class. Equal distances are told apart by the ' +
    'order of the training rows. The weight of a row, its class weight included, is what its vote counts; rows of weight 0 ' +
    'are left out.\n\n' +
    'Standardize the features first. A handful of features works best: among many, all rows are about equally far. ' +
    'The size of the model and the time of a prediction grow with the training rows, and the model contains them: do not ' +
    'hand it to somebody who must not see them.\n\n' +
    'Source: T. M. Cover and P. E. Hart, "Nearest neighbor pattern classification" (1967).',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['dense'],
  params: {
    k: {
      type: 'integer',
      minimum: 1,
      maximum: 10000,
      default: 15,
      description: 'Neighbours that decide. More smooth the prediction, and make finer probabilities.',
      examples: [5, 15],
    },
    weights: {
      enum: ['uniform', 'distance'],
      default: 'uniform',
      description:
        '`distance`: a neighbour counts 1 / distance, and one that lies exactly there decides alone. `uniform`: all count alike.',
      examples: ['uniform', 'distance'],
    },
    classWeight: classWeightParam,
  },
  fit(data, params) {
    return learn(data, params)
  },
  predict(state, X, { kernels }) {
    return votesOf(state, X, kernels)
  },
  onnx: (state, X, graph) => writeVotes(state, X, graph),
  example: {
    params: { k: 2 },
    task: 'regression',
    X: [[0], [1], [10], [11]],
    y: [0, 2, 10, 14],
    given: [[0.4], [12]],
    gives: [1, 12],
  },
})
