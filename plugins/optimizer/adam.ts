import { descendByAdam } from 'daybook/kernels'
import { defineOptimizer } from 'daybook/plugin'

/** Adam (Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015), algorithm 1. */
export default defineOptimizer({
  id: 'adam',
  version: 1,
  summary: 'Adam: steps scaled per parameter by running means of the gradient and of its square.',
  description:
    'A good default: it needs little tuning and copes with features of different scales.\n\n' +
    'Source: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.',
  params: {
    learningRate: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1000,
      default: 0.001,
      description: 'About the length of the largest step of a parameter.',
      examples: [0.001, 0.01],
    },
    beta1: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'Decay of the running mean of the gradient.',
      examples: [0.9],
    },
    beta2: {
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      description: 'Decay of the running mean of its square.',
      examples: [0.999],
    },
    epsilon: {
      type: 'number',
      exclusiveMinimum: 0,
      default: 1e-8,
      description: 'Added to the root of the mean square, so that nothing is divided by 0.',
      examples: [1e-8],
    },
  },
  slots: ['mean', 'variance'],
  update({ parameters: p, gradients: g, slots, t }, { learningRate, beta1, beta2, epsilon }, kernels) {
    const [mean, variance] = slots as readonly [Float32Array, Float32Array]
    descendByAdam(kernels, { p, g, mean, variance }, { t, rate: learningRate, beta1, beta2, epsilon })
  },
  // The first step is learningRate · sign(gradient) up to epsilon. The second, from g1 = 2 and g2 = 1 with both decays 0.5:
  // mean (0.25·2 + 0.5·1) / 0.75 = 4/3, mean square (0.25·4 + 0.5·1) / 0.75 = 2, so 0.5 · (4/3) / √2 = 0.4714.
  example: {
    params: { learningRate: 0.5, beta1: 0.5, beta2: 0.5 },
    parameters: [1, -2, 3, 0, 5],
    gradients: [
      [2, 1, -2, 4, 1],
      [1, 0, -1, 2, 1],
    ],
    gives: [0.0285955, -2.7886751, 3.9714045, -0.9714045, 4],
    tolerance: 1e-6,
  },
})
