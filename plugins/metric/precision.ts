import { defineMetric } from 'daybook/plugin'
import { averagedRatio, averageParam, confusionOf } from './confusion.ts'

/** Of the rows predicted to be of a class, the share that is. */
export default defineMetric({
  id: 'precision',
  version: 1,
  summary: 'Of the rows predicted positive, the share that is.',
  description:
    'Undefined in a binary task where no row is predicted positive; in an average over several classes such a class counts 0.\n\n' +
    'Source: C. J. van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7.',
  params: { average: averageParam },
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute: (input, { average }) =>
    averagedRatio(confusionOf(input), input.task === 'binary', average, (predicted) => predicted),
  // Three predicted positive, two of them right.
  example: { task: 'binary', y: [0, 0, 1, 1, 1], labels: [0, 1, 1, 1, 0], gives: 2 / 3 },
})
