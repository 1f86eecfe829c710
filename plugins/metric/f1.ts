import { defineMetric } from 'daybook/plugin'
import { averagedRatio, averageParam, confusionOf } from './confusion.ts'

/** Harmonic mean of precision and recall. */
export default defineMetric({
  id: 'f1',
  version: 1,
  summary: 'Harmonic mean of precision and recall.',
  description:
    'Twice the true positives over the predicted positives and the positives together. Undefined in a binary task that has neither.\n\n' +
    'Source: C. J. van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7.',
  params: { average: averageParam },
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute: (input, { average }) =>
    averagedRatio(
      confusionOf(input),
      input.task === 'binary',
      average,
      (predicted, actual) => (predicted + actual) / 2,
    ),
  // Precision 2/3, recall 1/2.
  example: { task: 'binary', y: [0, 0, 1, 1, 1, 1], labels: [0, 1, 1, 1, 0, 0], gives: 4 / 7 },
})
