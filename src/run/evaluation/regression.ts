import { quantile } from '../../model/drift/cuts.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { RegressionResults } from '../../store/evaluation.ts'
import { count, equalEdges } from './classes.ts'
import { sortedRows } from './metric-input.ts'

const RESIDUAL_BINS = 40
const PREDICTED_GROUPS = 20
const ERROR_GROUPS = 10

/** What scored rows show of a model that predicts a number; null where there are none. */
export function regressionResults({
  rows,
  y,
  values = new Float64Array(rows),
  weight,
}: MetricInput): RegressionResults | null {
  if (rows === 0) return null
  const residuals = Float64Array.from(values, (value, row) => (y[row] as number) - value)
  const w = (row: number): number => (weight === undefined ? 1 : (weight[row] as number))
  /** Weighted mean over some rows; plain where all their weights are 0. */
  const mean = (part: Uint32Array, of: (row: number) => number): number => {
    const total = part.reduce((sum, row) => sum + w(row), 0)
    if (total === 0) return part.reduce((sum, row) => sum + of(row), 0) / part.length
    return part.reduce((sum, row) => sum + w(row) * of(row), 0) / total
  }
  const sorted = residuals.toSorted()
  // One residual in a hundred lies in the outer bins, so that a few huge errors do not flatten the rest.
  const edges = equalEdges(quantile(sorted, 0.005), quantile(sorted, 0.995), RESIDUAL_BINS)
  const counts = new Array<number>(RESIDUAL_BINS).fill(0)
  for (const residual of residuals) count(counts, edges, residual)
  const byPredicted = sortedRows(values)
  const byActual = sortedRows(y)
  const residualMean = mean(byActual, (row) => residuals[row] as number)
  const spread = (row: number): number => {
    const deviation = (residuals[row] as number) - residualMean
    return deviation * deviation
  }
  return {
    residuals: { edges, counts: [counts], series: ['residual'] },
    residualMean,
    residualSd: Math.sqrt(mean(byActual, spread)),
    predicted: groups(byPredicted, PREDICTED_GROUPS).map((part) => {
      const actual = Float64Array.from(part, (row) => y[row] as number).sort()
      return {
        from: values[part[0] as number] as number,
        to: values[part.at(-1) as number] as number,
        rows: part.length,
        predicted: mean(part, (row) => values[row] as number),
        actual: mean(part, (row) => y[row] as number),
        low: quantile(actual, 0.1),
        high: quantile(actual, 0.9),
      }
    }),
    errors: groups(byActual, ERROR_GROUPS).map((part, i) => ({
      decile: i + 1,
      from: y[part[0] as number] as number,
      to: y[part.at(-1) as number] as number,
      rows: part.length,
      bias: mean(part, (row) => -(residuals[row] as number)),
      mae: mean(part, (row) => Math.abs(residuals[row] as number)),
      rmse: Math.sqrt(mean(part, (row) => (residuals[row] as number) * (residuals[row] as number))),
    })),
  }
}

/** Rows in order, cut into groups of equal size; empty ones are left out. */
function groups(order: Uint32Array, parts: number): Uint32Array[] {
  return Array.from({ length: parts }, (_, i) =>
    order.subarray(Math.floor((i * order.length) / parts), Math.floor(((i + 1) * order.length) / parts)),
  ).filter((part) => part.length > 0)
}
