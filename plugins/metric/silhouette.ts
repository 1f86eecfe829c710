import { defineMetric } from 'daybook/plugin'
import { type ClusteredRows, clusteredRows } from './clustered-rows.ts'

/** Most rows that are compared with each other. */
const MOST_ROWS = 2000

/** Mean silhouette. */
export default defineMetric({
  id: 'silhouette',
  version: 1,
  summary: 'Mean silhouette: how much nearer rows lie to their own cluster than to the next one, from -1 to 1.',
  description:
    'Of each row: (b - a) / max(a, b), where a is its mean Euclidean distance from the other rows of its cluster and b the smallest ' +
    'mean distance from the rows of another one; 0 for a row alone in its cluster. Of more than 2,000 rows, 2,000 are taken: every so ' +
    'many, in their order. Undefined where there is one cluster only. It has no bootstrap interval.\n\n' +
    'Source: P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster analysis", Journal of ' +
    'Computational and Applied Mathematics 20, 1987.',
  params: {},
  tasks: ['clustering'],
  needs: 'features',
  better: 'higher',
  interval: 'none',
  compute(input) {
    const data = clusteredRows(input, MOST_ROWS)
    return data === undefined || data.count < 2 ? Number.NaN : meanSilhouette(data)
  },
  // Each row: 1 from its neighbour, and 9 to 11 from the others: (10.5 - 1) / 10.5 and (9.5 - 1) / 9.5.
  example: {
    task: 'clustering',
    y: [],
    labels: [0, 0, 1, 1],
    features: [[0], [1], [10], [11]],
    gives: (19 / 21 + 17 / 19) / 2,
  },
})

function meanSilhouette({ x, rows, width, cluster, count, weight }: ClusteredRows): number {
  // sums[row, c]: weight times distance of the row from all rows of cluster c
  const sums = new Float64Array(rows * count)
  const masses = new Float64Array(count)
  for (let i = 0; i < rows; i++) {
    const own = cluster[i] as number
    masses[own] = (masses[own] as number) + (weight[i] as number)
    for (let j = i + 1; j < rows; j++) {
      let square = 0
      for (let f = 0; f < width; f++) {
        const difference = (x[i * width + f] as number) - (x[j * width + f] as number)
        square += difference * difference
      }
      const distance = Math.sqrt(square)
      const there = i * count + (cluster[j] as number)
      const here = j * count + own
      sums[there] = (sums[there] as number) + (weight[j] as number) * distance
      sums[here] = (sums[here] as number) + (weight[i] as number) * distance
    }
  }
  let total = 0
  let mass = 0
  for (let i = 0; i < rows; i++) {
    const own = cluster[i] as number
    mass += weight[i] as number
    const others = (masses[own] as number) - 1
    if (!(others > 0)) continue
    const a = (sums[i * count + own] as number) / others
    let b = Number.POSITIVE_INFINITY
    for (let c = 0; c < count; c++)
      if (c !== own) b = Math.min(b, (sums[i * count + c] as number) / (masses[c] as number))
    const larger = Math.max(a, b)
    if (larger > 0) total += ((weight[i] as number) * (b - a)) / larger
  }
  return total / mass
}
