import { defineMetric } from 'daybook/plugin'

/** Brier score: mean squared difference of probability and outcome. */
export default defineMetric({
  id: 'brier',
  version: 1,
  summary: 'Mean squared difference of probability and outcome.',
  description:
    'Binary: of the positive class, from 0 to 1. Several classes: summed over the classes, from 0 to 2, as first defined.\n\n' +
    'Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, 1950.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'probabilities',
  better: 'lower',
  compute({ task, rows, y, classes, probabilities = new Float64Array(0), weight }) {
    const width = classes.length
    const first = task === 'binary' ? 1 : 0
    let sum = 0
    let weights = 0
    for (let row = 0; row < rows; row++) {
      const w = weight === undefined ? 1 : (weight[row] as number)
      if (w === 0) continue
      for (let code = first; code < width; code++) {
        const error = (probabilities[row * width + code] as number) - (y[row] === code ? 1 : 0)
        sum += w * error * error
      }
      weights += w
    }
    return sum / weights
  },
  // Of scikit-learn's documentation of brier_score_loss: (0.01 + 0.01 + 0.04 + 0.09) / 4.
  example: {
    task: 'binary',
    y: [0, 1, 1, 0],
    probabilities: [
      [0.9, 0.1],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.7, 0.3],
    ],
    gives: 0.0375,
  },
})
