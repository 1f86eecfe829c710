import { defineMetric } from 'daybook/plugin'

/** Mean squared distance from the middle of the cluster. */
export default defineMetric({
  id: 'inertia',
  version: 1,
  summary: 'Mean squared distance of the rows from the middle of their cluster.',
  description:
    'The within-cluster sum of squares over the sum of the weights, so that parts of different size compare. Distances are those of ' +
    'the algorithm, in its units. It falls with every further cluster: compare models of as many clusters.',
  params: {},
  tasks: ['clustering'],
  needs: 'distances',
  better: 'lower',
  compute({ distances = new Float64Array(), weight }) {
    let sum = 0
    let total = 0
    for (let row = 0; row < distances.length; row++) {
      const w = weight === undefined ? 1 : (weight[row] as number)
      sum += w * (distances[row] as number) * (distances[row] as number)
      total += w
    }
    return sum / total
  },
  example: { task: 'clustering', y: [], distances: [1, 2, 3, 0], gives: 3.5 },
})
