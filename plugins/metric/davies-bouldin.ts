import { defineMetric } from 'daybook/plugin'
import { type ClusteredRows, clusteredRows } from './clustered-rows.ts'

/** Davies-Bouldin index. */
export default defineMetric({
  id: 'davies-bouldin',
  version: 1,
  summary: 'Davies-Bouldin index: how wide clusters are for how far they lie apart; 0 is best.',
  description:
    "The mean over the clusters of the largest (s + s') / d that one has with another: s is the mean Euclidean distance of the rows " +
    'from the mean of their cluster, d the distance of the two means. Undefined where there is one cluster only, or where two means ' +
    'are equal. It has no bootstrap interval.\n\n' +
    'Source: D. L. Davies and D. W. Bouldin, "A cluster separation measure", IEEE Transactions on Pattern Analysis and Machine ' +
    'Intelligence 1, 1979.',
  params: {},
  tasks: ['clustering'],
  needs: 'features',
  better: 'lower',
  interval: 'none',
  compute(input) {
    const data = clusteredRows(input)
    return data === undefined || data.count < 2 ? Number.NaN : daviesBouldin(data)
  },
  // Means 0.5 and 10.5, each row 0.5 from its own: (0.5 + 0.5) / 10.
  example: { task: 'clustering', y: [], labels: [0, 0, 1, 1], features: [[0], [1], [10], [11]], gives: 0.1 },
})

function daviesBouldin(data: ClusteredRows): number {
  const { x, rows, width, cluster, count, weight } = data
  const { means, masses } = meansOf(data)
  const spreads = new Float64Array(count)
  for (let i = 0; i < rows; i++) {
    const own = cluster[i] as number
    const distance = distanceOf(x, i * width, means, own * width, width)
    spreads[own] = (spreads[own] as number) + ((weight[i] as number) * distance) / (masses[own] as number)
  }
  let sum = 0
  for (let c = 0; c < count; c++) {
    let worst = 0
    for (let other = 0; other < count; other++) {
      if (other === c) continue
      const apart = distanceOf(means, c * width, means, other * width, width)
      worst = Math.max(worst, ((spreads[c] as number) + (spreads[other] as number)) / apart)
    }
    sum += worst
  }
  return sum / count
}

function meansOf({ x, rows, width, cluster, count, weight }: ClusteredRows): {
  means: Float64Array
  masses: Float64Array
} {
  const means = new Float64Array(count * width)
  const masses = new Float64Array(count)
  for (let i = 0; i < rows; i++) {
    const own = cluster[i] as number
    masses[own] = (masses[own] as number) + (weight[i] as number)
    for (let f = 0; f < width; f++) {
      const at = own * width + f
      means[at] = (means[at] as number) + (weight[i] as number) * (x[i * width + f] as number)
    }
  }
  return { means: means.map((sum, at) => sum / (masses[Math.floor(at / width)] as number)), masses }
}

function distanceOf(a: Float64Array, from: number, b: Float64Array, to: number, width: number): number {
  let square = 0
  for (let f = 0; f < width; f++) {
    const difference = (a[from + f] as number) - (b[to + f] as number)
    square += difference * difference
  }
  return Math.sqrt(square)
}
