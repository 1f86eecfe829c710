import { descend } from 'daybook/kernels'
import { defineOptimizer } from 'daybook/plugin'

/** Gradient descent over all training rows at once (Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", 1847). */
export default defineOptimizer({
  id: 'gradient-descent',
  version: 1,
  summary: 'Plain gradient descent: one update an epoch, from the gradient over every training row.',
  description:
    'Each update sees all training rows, whatever `batchSize` says, so the loss falls smoothly and slowly: expect to need ' +
    'hundreds of epochs. For larger data take `sgd`, `momentum` or `adam`.\n\nSource: A. Cauchy, 1847.',
  params: {
    learningRate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 0.1,
      description: 'Length of a step, as a multiple of the gradient.',
      examples: [0.1, 0.5],
    },
  },
  slots: [],
  batch: 'all',
  update: ({ parameters, gradients }, { learningRate }, kernels) =>
    descend(kernels, parameters, gradients, learningRate),
  example: {
    params: { learningRate: 0.5 },
    parameters: [1, -2, 3, 0, 5],
    gradients: [
      [2, 0, -1, 4, 1],
      [1, 1, 1, 1, 1],
    ],
    gives: [-0.5, -2.5, 3, -2.5, 4],
  },
})
