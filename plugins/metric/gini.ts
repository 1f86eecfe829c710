import { defineMetric } from 'daybook/plugin'
import { rocArea } from './ranking.ts'

/** Gini coefficient of a score: 2 · AUC - 1. */
export default defineMetric({
  id: 'gini',
  version: 1,
  summary: 'Gini coefficient of the score (accuracy ratio): 2 · auc - 1.',
  description:
    'What credit scoring reports in place of `auc`: 0 is no order at all, 1 a perfect one. Undefined where there is one class only.\n\n' +
    'Source: L. C. Thomas, D. B. Edelman and J. N. Crook, "Credit scoring and its applications", SIAM, 2002, chapter 7.',
  params: {},
  tasks: ['binary'],
  needs: 'scores',
  better: 'higher',
  compute: (input) => 2 * rocArea(input) - 1,
  example: { task: 'binary', y: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8], gives: 0.5 },
})
