import type { GateResult, RunMetrics } from '../../store/record.ts'
import { alignColumns, formatMetric, type Terminal } from '../output.ts'

/** A table of metrics: train, validation, test with its interval, folds as mean ± sd. */
export function metricLines(metrics: RunMetrics): string[] {
  const { train, validation, test, folds, intervals } = metrics
  const head = [
    'metric',
    'train',
    ...(validation ? ['validation'] : []),
    'test',
    ...(intervals ? ['95% interval'] : []),
    ...(folds ? ['folds'] : []),
  ]
  const rows = Object.keys(test).map((metric) => {
    const interval = intervals?.[metric]
    const fold = folds?.[metric]
    return [
      metric,
      formatMetric(train[metric] ?? null),
      ...(validation ? [formatMetric(validation[metric] ?? null)] : []),
      formatMetric(test[metric] ?? null),
      ...(intervals ? [interval ? `${formatMetric(interval.low)} - ${formatMetric(interval.high)}` : ''] : []),
      ...(folds ? [fold ? `${formatMetric(fold.mean)} ± ${formatMetric(fold.sd)}` : ''] : []),
    ]
  })
  return alignColumns([head, ...rows])
}

/** A gate, and whether it was passed. */
export function gateLine({ metric, on, value, passed, atLeast, atMost }: GateResult, terminal: Terminal): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ]
  const mark = passed ? terminal.paint('green', 'passed') : terminal.paint('red', 'FAILED')
  return `gate    ${mark}: ${metric} on ${on} is ${formatMetric(value)}, asked for ${bounds.join(' and ')}`
}
