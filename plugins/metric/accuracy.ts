import { defineMetric } from 'daybook/plugin'
import { confusionOf } from './confusion.ts'

/** Share of rows whose class was predicted right. */
export default defineMetric({
  id: 'accuracy',
  version: 1,
  summary: 'Share of rows whose class was predicted right.',
  description:
    'Misleading where one class is rare: predicting the other always is then nearly always right. Look at `balanced-accuracy` or `mcc` too.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute(input) {
    const { right, total } = confusionOf(input)
    return right / total
  },
  example: { task: 'binary', y: [0, 1, 1, 0], labels: [0, 1, 0, 0], gives: 0.75 },
})
