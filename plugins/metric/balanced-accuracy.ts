import { defineMetric } from 'daybook/plugin'
import { confusionOf } from './confusion.ts'

/** Mean over the classes of the share that was predicted right. */
export default defineMetric({
  id: 'balanced-accuracy',
  version: 1,
  summary: 'Mean of the recalls of the classes: every class counts the same, however rare.',
  description:
    'Classes without rows are left out. Undefined where there is one class only.\n\n' +
    'Source: K. H. Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'labels',
  better: 'higher',
  compute(input) {
    const { classes, counts, actual } = confusionOf(input)
    let sum = 0
    let seen = 0
    for (let code = 0; code < classes; code++) {
      if (actual[code] === 0) continue
      sum += (counts[code * classes + code] as number) / (actual[code] as number)
      seen++
    }
    return seen < 2 ? Number.NaN : sum / seen
  },
  // 2 of 3 and 1 of 1.
  example: { task: 'binary', y: [0, 0, 0, 1], labels: [0, 0, 1, 1], gives: 5 / 6 },
})
