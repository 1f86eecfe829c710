import { descendWithMomentum } from 'daybook/kernels'
import { defineOptimizer } from 'daybook/plugin'

/**
 * Gradient descent with momentum (Polyak, "Some methods of speeding up the convergence of iteration methods", 1964); with
 * `nesterov` in the form of Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.
 */
export default defineOptimizer({
  id: 'momentum',
  version: 1,
  summary: 'Gradient descent that keeps a running velocity, so that steps add up along a steady slope.',
  description:
    'v = momentum · v + gradient, then parameters -= learningRate · v; with `nesterov`, parameters -= learningRate · ' +
    '(gradient + momentum · v).\n\nSources: B. T. Polyak, "Some methods of speeding up the convergence of iteration ' +
    'methods", 1964; I. Sutskever et al., "On the importance of initialization and momentum in deep learning", 2013.',
  params: {
    learningRate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 0.01,
      description: 'Length of a step, as a multiple of the velocity.',
      examples: [0.01, 0.1],
    },
    momentum: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'Share of the velocity that is kept from one update to the next.',
      examples: [0.9],
    },
    nesterov: {
      type: 'boolean',
      default: false,
      description: "Takes the gradient as if the velocity's next step had been made already.",
      examples: [true],
    },
  },
  slots: ['velocity'],
  update({ parameters: p, gradients: g, slots }, { learningRate, momentum, nesterov }, kernels) {
    const [v] = slots as readonly [Float32Array]
    descendWithMomentum(kernels, { p, g, v }, { rate: learningRate, decay: momentum, nesterov })
  },
  example: {
    params: { learningRate: 0.5, momentum: 0.5 },
    parameters: [1, -2, 3, 0, 5],
    gradients: [
      [2, 0, -1, 4, 1],
      [1, 1, 1, 1, 1],
    ],
    gives: [-1, -2.5, 3.25, -3.5, 3.75],
  },
})
