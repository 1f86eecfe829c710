import { defineMetric } from 'daybook/plugin'

/** Probabilities are kept away from 0 and 1 by this much, so that one wrong certainty does not make the mean infinite. */
const CLIP = 2 ** -52

/** Mean negative log-likelihood of the actual classes (cross-entropy). */
export default defineMetric({
  id: 'log-loss',
  version: 1,
  summary: 'Mean of -ln(probability of the actual class): punishes wrong certainty.',
  description:
    'Probabilities are clipped to [2^-52, 1 - 2^-52].\n\n' +
    'Source: I. J. Good, "Rational decisions", Journal of the Royal Statistical Society B 14, 1952.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  better: 'lower',
  compute({ rows, y, classes, probabilities = new Float64Array(0), weight }, _, { kernels }) {
    const { log } = kernels.math
    const width = classes.length
    let sum = 0
    let weights = 0
    for (let row = 0; row < rows; row++) {
      const w = weight === undefined ? 1 : (weight[row] as number)
      if (w === 0) continue
      const p = probabilities[row * width + (y[row] as number)] as number
      sum -= w * log(Math.min(1 - CLIP, Math.max(CLIP, p)))
      weights += w
    }
    return sum / weights
  },
  // Of scikit-learn's documentation of log_loss: spam, ham, ham, spam.
  example: {
    task: 'binary',
    y: [1, 0, 0, 1],
    probabilities: [
      [0.1, 0.9],
      [0.9, 0.1],
      [0.8, 0.2],
      [0.35, 0.65],
    ],
    gives: 0.21616187468057912,
  },
})
