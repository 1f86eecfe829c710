import type { Kernels } from '../../kernels/index.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { CellSpec } from '../../spec/pipeline.ts'
import type { MetricValues, RunMetrics } from '../../store/record.ts'

/** A metric of the page: its plugin with params. */
export type MetricCell = Pick<CellSpec<'metric'>, 'id' | 'plugin' | 'params'>

/** One metric on some rows; NaN where it is not defined on them, or where the model does not give what it needs. */
export function metricValue({ plugin: { plugin }, params }: MetricCell, input: MetricInput, kernels: Kernels): number {
  const { tasks, needs } = plugin
  const seen = tasks.includes(input.task) ? input : knownAnomalies(input)
  if (seen === undefined || seen.rows === 0 || seen[needs] === undefined || !tasks.includes(seen.task))
    return Number.NaN
  return plugin.compute(seen, params, { params, kernels })
}

/** Anomaly scores as a question of two classes, where a target says which rows are anomalies. */
export function knownAnomalies(input: MetricInput): MetricInput | undefined {
  return input.task === 'anomaly' && input.classes.length === 2 ? { ...input, task: 'binary' } : undefined
}

/** All metrics on some rows; null where one is not defined. */
export function metricValues(metrics: readonly MetricCell[], input: MetricInput, kernels: Kernels): MetricValues {
  return Object.fromEntries(metrics.map((metric) => [metric.id, orNull(metricValue(metric, input, kernels))]))
}

/** Metrics of every fold, with mean and standard deviation (n - 1) over the folds where they are defined. */
export function foldMetrics(
  metrics: readonly MetricCell[],
  folds: readonly MetricInput[],
  kernels: Kernels,
): NonNullable<RunMetrics['folds']> {
  return Object.fromEntries(
    metrics.map((metric) => {
      const values = folds.map((fold) => orNull(metricValue(metric, fold, kernels)))
      const defined = values.filter((value) => value !== null)
      const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length
      const squares = defined.reduce((sum, value) => sum + (value - mean) * (value - mean), 0)
      return [metric.id, { values, mean: orNull(mean), sd: orNull(Math.sqrt(squares / (defined.length - 1))) }]
    }),
  )
}

/** The number, or null where it is none that JSON can hold. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value + 0 : null
}
