import type { JsonObject } from '../../base/json.ts'
import type { Frame } from '../../frame/index.ts'
import type { Kernels } from '../../kernels/index.ts'
import { makeBaseline } from '../../model/drift/baseline.ts'
import type { Signature } from '../../model/index.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { Evaluation, PartSummary } from '../../store/evaluation.ts'
import { anomalyResults } from './anomalies.ts'
import { bootstrapIntervals } from './bootstrap.ts'
import { classResults } from './classes.ts'
import { clusterResults } from './clusters.ts'
import { metricInput, type ScoredRows } from './metric-input.ts'
import { foldMetrics, knownAnomalies, type MetricCell, metricValues } from './metrics.ts'
import { regressionResults } from './regression.ts'
import { featureStability, scoreStability } from './stability.ts'

/** What there is to evaluate. */
export interface EvaluationInput {
  /** With the classes of what is known to be true: in an anomaly task, those of its target. */
  readonly signature: Pick<Signature, 'task' | 'classes' | 'target' | 'output'>
  readonly metrics: readonly MetricCell[]
  readonly train: ScoredRows
  readonly validation?: ScoredRows | undefined
  readonly test: ScoredRows
  /** Rows that each fold left out, scored by the model that was fitted without them. */
  readonly folds?: readonly ScoredRows[] | undefined
  /** Conformed raw rows of training and test, for the stability of columns. */
  readonly frames?: { readonly train: Frame; readonly test: Frame } | undefined
  /** Training rows with the columns that clusters are described by: features, and those kept for looking at. */
  readonly described?: Frame | undefined
  /** Bootstrap resamples of the test rows; 0 for no intervals. */
  readonly resamples: number
  readonly seed: number
  /** Id of the cell that evaluates: it keys the random numbers. */
  readonly cell: string
  readonly kernels: Kernels
}

/** Evaluates a model: metrics of every part, intervals, curves and tables of the test rows, stability. Pure. */
export function evaluateParts(input: EvaluationInput): Evaluation {
  const { signature, metrics, resamples, seed, cell, kernels } = input
  const { task, classes, target, output } = signature
  const see = (rows: ScoredRows): MetricInput => metricInput(rows, task, classes)
  const [train, test] = [see(input.train), see(input.test)]
  const folds = (input.folds ?? []).map(see)
  const validation = input.validation && see(input.validation)
  const classified = task === 'anomaly' ? knownAnomalies(test) : classes.length > 0 ? test : undefined
  return {
    format: 1,
    task,
    classes,
    target,
    output,
    metrics: {
      rows: {
        train: train.rows,
        ...(validation && { validation: validation.rows }),
        test: test.rows,
        ...(folds.length > 0 && { folds: folds.map(({ rows }) => rows) }),
      },
      train: metricValues(metrics, train, kernels),
      ...(validation && { validation: metricValues(metrics, validation, kernels) }),
      test: metricValues(metrics, test, kernels),
      ...(folds.length > 0 && { folds: foldMetrics(metrics, folds, kernels) }),
      ...(resamples > 0 &&
        test.rows > 0 && { intervals: bootstrapIntervals(metrics, test, { resamples, seed, cell }, kernels) }),
    },
    better: Object.fromEntries(metrics.map(({ id, plugin }) => [id, plugin.plugin.better])),
    parts: { train: summary(train), ...(validation && { validation: summary(validation) }), test: summary(test) },
    classResults: classified ? classResults(classified) : null,
    regressionResults: task === 'regression' ? regressionResults(test) : null,
    ...(task === 'clustering' && { clusterResults: clusterResults(train, test, input.described) }),
    ...(task === 'anomaly' && { anomalyResults: anomalyResults(train, test, input.test.scored.threshold ?? 0) }),
    stability: {
      scores: scoreStability(input.train.scored, input.test.scored, signature, kernels),
      features: input.frames ? featureStability(input.frames.train, input.frames.test, kernels) : [],
    },
    ...(input.frames && {
      baseline: makeBaseline(input.frames.train, input.train.scored, signature) as unknown as JsonObject,
    }),
  }
}

function summary({ rows, y, classes, task }: MetricInput): PartSummary {
  if (task === 'regression') {
    const sum = (y as Float32Array).reduce((total, value) => total + value, 0)
    return { rows, counts: [], mean: rows === 0 ? null : sum / rows }
  }
  const counts = new Array<number>(classes.length).fill(0)
  for (const code of y) counts[code] = (counts[code] as number) + 1
  return { rows, counts, mean: null }
}
