import { defineMetric } from 'daybook/plugin'
import { averagedRatio, averageParam, confusionOf } from './confusion.ts'

/** Of the rows of a class, the share that was predicted to be. */
export default defineMetric({
  id: 'recall',
  version: 1,
  summary: 'Of the positive rows, the share that was predicted positive (sensitivity).',
  description:
    'Undefined in a binary task without positive rows; in an average over several classes such a class counts 0.\n\n' +
    'Source: C. J. van Rijsbergen, "Information retrieval", 2nd edition, 1979, chapter 7.',
  params: { average: averageParam },
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute: (input, { average }) =>
    averagedRatio(confusionOf(input), input.task === 'binary', average, (_, actual) => actual),
  // Four positive rows, three of them found.
  example: { task: 'binary', y: [0, 1, 1, 1, 1], labels: [1, 1, 1, 1, 0], gives: 0.75 },
})
