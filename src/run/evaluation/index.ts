export { bootstrapIntervals } from './bootstrap.ts'
export { type EvaluationInput, evaluateParts } from './evaluate.ts'
export { metricInput, type ScoredRows } from './metric-input.ts'
export { foldMetrics, type MetricCell, metricValue, metricValues } from './metrics.ts'
