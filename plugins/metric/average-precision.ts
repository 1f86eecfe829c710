import { defineMetric } from 'daybook/plugin'
import { sidesOf, visitScores } from './ranking.ts'

/** Average precision: the area under the precision-recall curve as a step function. */
export default defineMetric({
  id: 'average-precision',
  version: 1,
  summary: 'Average precision: precision at every threshold, weighed by the recall gained there.',
  description:
    'Summarizes the precision-recall curve without interpolating it; of a score without information it is the share of positive rows. ' +
    'Undefined without positive rows.\n\n' +
    'Source: M. Zhu, "Recall, precision and average precision", University of Waterloo, 2004.',
  params: {},
  tasks: ['binary'],
  needs: 'scores',
  better: 'higher',
  compute(input) {
    // From the lowest score upwards: what is not below a score is at or above it.
    const { positive: positives, negative: negatives } = sidesOf(input)
    let positivesAbove = positives
    let negativesAbove = negatives
    let sum = 0
    visitScores(input, (positive, negative) => {
      if (positive > 0) sum += (positive * positivesAbove) / (positivesAbove + negativesAbove)
      positivesAbove -= positive
      negativesAbove -= negative
    })
    return sum / positives
  },
  // Of scikit-learn's documentation of average_precision_score: 1/2 · 1 + 1/2 · 2/3.
  example: { task: 'binary', y: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8], gives: 5 / 6 },
})
