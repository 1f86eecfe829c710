import { defineMetric } from 'daybook/plugin'
import { sidesOf, visitScores } from './ranking.ts'

/** Kolmogorov-Smirnov distance of the scores of positive and negative rows. */
export default defineMetric({
  id: 'ks',
  version: 1,
  summary:
    'Kolmogorov-Smirnov statistic: the largest gap between the score distributions of positive and negative rows.',
  description:
    'What credit scoring reads off as the separation at the best single cut-off. Undefined where there is one class only.\n\n' +
    'Source: L. C. Thomas, D. B. Edelman and J. N. Crook, "Credit scoring and its applications", SIAM, 2002, chapter 7.',
  params: {},
  tasks: ['binary'],
  needs: 'scores',
  better: 'higher',
  compute(input) {
    const sides = sidesOf(input)
    if (sides.positive === 0 || sides.negative === 0) return Number.NaN
    let positiveShare = 0
    let negativeShare = 0
    let distance = 0
    visitScores(input, (positive, negative) => {
      positiveShare += positive / sides.positive
      negativeShare += negative / sides.negative
      distance = Math.max(distance, Math.abs(positiveShare - negativeShare))
    })
    return Math.min(1, distance)
  },
  // At 0.1 the shares are 0 and 1/2, at 0.35 they are 1/2 and 1/2, at 0.4 they are 1/2 and 1.
  example: { task: 'binary', y: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8], gives: 0.5 },
})
