import type { MetricInput } from '../../plugin/api.ts'
import type { AnomalyResults } from '../../store/evaluation.ts'
import { count, equalEdges } from './classes.ts'

const HISTOGRAM_BINS = 40

/** What scored rows show of a model that scores how strange they are. */
export function anomalyResults(train: MetricInput, test: MetricInput, threshold: number): AnomalyResults {
  return {
    threshold,
    above: { train: countAbove(train), test: countAbove(test) },
    scores: test.scores === undefined ? null : histogramOf(test.scores, 'score', test.order()),
  }
}

function countAbove({ labels = new Int32Array(0) }: MetricInput): number {
  return labels.reduce((sum, label) => sum + label, 0)
}

/** Counts of values over their whole range; null where there are none. */
export function histogramOf(values: Float64Array, series: string, order: Uint32Array): AnomalyResults['scores'] {
  if (values.length === 0) return null
  const edges = equalEdges(
    values[order[0] as number] as number,
    values[order.at(-1) as number] as number,
    HISTOGRAM_BINS,
  )
  const counts = new Array<number>(HISTOGRAM_BINS).fill(0)
  for (const value of values) count(counts, edges, value)
  return { edges, counts: [counts], series: [series] }
}
