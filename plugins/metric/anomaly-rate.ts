import { defineMetric } from 'daybook/plugin'

/** Share of the rows that are called anomalies. */
export default defineMetric({
  id: 'anomaly-rate',
  version: 1,
  summary: 'Share of the rows whose anomaly score is above the threshold of the model.',
  description:
    'How many rows somebody will have to look at: a gate on it bounds the work. It needs no known anomalies.',
  params: {},
  tasks: ['anomaly'],
  needs: 'labels',
  better: 'lower',
  compute({ labels = new Int32Array(), weight }) {
    let above = 0
    let total = 0
    for (let row = 0; row < labels.length; row++) {
      const w = weight === undefined ? 1 : (weight[row] as number)
      if (labels[row] === 1) above += w
      total += w
    }
    return above / total
  },
  example: { task: 'anomaly', y: [], scores: [0.1, 0.9, 0.4, 0.2], labels: [0, 1, 0, 0], gives: 0.25 },
})
