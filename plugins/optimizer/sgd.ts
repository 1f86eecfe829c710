import { descend } from 'daybook/kernels'
import { defineOptimizer } from 'daybook/plugin'

/** Stochastic gradient descent (Robbins and Monro, "A stochastic approximation method", 1951). */
export default defineOptimizer({
  id: 'sgd',
  version: 1,
  summary: 'Stochastic gradient descent: one update a batch of rows.',
  description:
    'Updates after every batch of the algorithm, so an epoch makes many small steps.\n\n' +
    'Source: H. Robbins and S. Monro, "A stochastic approximation method", 1951.',
  params: {
    learningRate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 0.01,
      description: 'Length of a step, as a multiple of the gradient.',
      examples: [0.01, 0.1],
    },
  },
  slots: [],
  update: ({ parameters, gradients }, { learningRate }, kernels) =>
    descend(kernels, parameters, gradients, learningRate),
  example: {
    params: { learningRate: 0.25 },
    parameters: [1, -2, 3, 0, 5],
    gradients: [
      [2, 0, -1, 4, 1],
      [1, 1, 1, 1, 1],
    ],
    gives: [0.25, -2.25, 3, -1.25, 4.5],
  },
})
