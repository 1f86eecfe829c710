import { RandomStream } from '../../base/random.ts'
import type { Kernels } from '../../kernels/index.ts'
import { quantile } from '../../model/drift/cuts.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { RunMetrics } from '../../store/record.ts'
import { type MetricCell, metricValue } from './metrics.ts'

/** Coverage of the intervals. */
const LEVEL = 0.95

/**
 * Percentile intervals of metrics by the bootstrap (B. Efron, "Bootstrap methods: another look at the jackknife", Annals
 * of Statistics 7, 1979): rows are drawn with replacement, which is the same as multiplying their weights by how often
 * they were drawn, so that nothing is copied or sorted again. A metric that is undefined on more than half of the
 * resamples has no interval, nor one that says it is too dear.
 */
export function bootstrapIntervals(
  metrics: readonly MetricCell[],
  input: MetricInput,
  { resamples, seed, cell }: { readonly resamples: number; readonly seed: number; readonly cell: string },
  kernels: Kernels,
): NonNullable<RunMetrics['intervals']> {
  const stream = new RandomStream({ seed, cell, purpose: 'bootstrap' })
  const cheap = metrics.filter(({ plugin }) => plugin.plugin.interval !== 'none')
  const found = new Map(cheap.map((metric) => [metric, [] as number[]]))
  for (let resample = 0; resample < resamples; resample++) {
    const drawn = { ...input, weight: drawWeights(input, stream, resample) }
    for (const [metric, values] of found) {
      const value = metricValue(metric, drawn, kernels)
      if (Number.isFinite(value)) values.push(value)
    }
  }
  const intervals: Record<string, { low: number; high: number; level: number; resamples: number }> = {}
  for (const [{ id }, values] of found) {
    if (values.length === 0 || values.length * 2 <= resamples) continue
    const sorted = Float64Array.from(values).sort()
    const tail = (1 - LEVEL) / 2
    intervals[id] = {
      low: quantile(sorted, tail),
      high: quantile(sorted, 1 - tail),
      level: LEVEL,
      resamples: values.length,
    }
  }
  return intervals
}

function drawWeights({ rows, weight }: MetricInput, stream: RandomStream, resample: number): Float64Array {
  const weights = new Float64Array(rows)
  const from = resample * rows
  for (let i = 0; i < rows; i++) {
    const row = Math.floor(stream.uniform(from + i) * rows)
    weights[row] = (weights[row] as number) + 1
  }
  if (weight !== undefined)
    for (let row = 0; row < rows; row++) weights[row] = (weights[row] as number) * (weight[row] as number)
  return weights
}
