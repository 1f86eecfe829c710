import { defineMetric } from 'daybook/plugin'
import { rocArea } from './ranking.ts'

/** Area under the ROC curve. */
export default defineMetric({
  id: 'auc',
  version: 1,
  summary: 'Area under the ROC curve: the chance that a positive row scores above a negative one.',
  description:
    'Ties count half. Several classes: the mean of each class against the rest, over the classes that have rows. Undefined where there ' +
    'is one class only.\n\n' +
    'Source: J. A. Hanley and B. J. McNeil, "The meaning and use of the area under a receiver operating characteristic (ROC) curve", ' +
    'Radiology 143, 1982.',
  params: {},
  tasks: ['binary', 'multiclass'],
  needs: 'scores',
  better: 'higher',
  compute(input) {
    if (input.task === 'binary') return rocArea(input)
    const areas = input.classes.map((_, code) => rocArea(input, code)).filter((area) => !Number.isNaN(area))
    return areas.reduce((sum, area) => sum + area, 0) / areas.length
  },
  // Of scikit-learn's documentation of roc_auc_score: three of the four pairs are in order.
  example: { task: 'binary', y: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8], gives: 0.75 },
})
