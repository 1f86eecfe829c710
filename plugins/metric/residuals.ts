import type { MetricInput } from 'daybook/plugin'

/** Weighted mean over the rows of `error(actual, predicted)`. NaN where no row has weight. */
export function meanError(
  { rows, y, values = new Float64Array(rows), weight }: MetricInput,
  error: (actual: number, predicted: number) => number,
): number {
  let sum = 0
  let weights = 0
  for (let row = 0; row < rows; row++) {
    const w = weight === undefined ? 1 : (weight[row] as number)
    if (w === 0) continue
    sum += w * error(y[row] as number, values[row] as number)
    weights += w
  }
  return sum / weights
}

/** Weighted mean of the squared errors. */
export function meanSquaredError(input: MetricInput): number {
  return meanError(input, (actual, predicted) => (actual - predicted) * (actual - predicted))
}
