import type { MetricInput } from 'daybook/plugin'

/** Weights of rows by actual and predicted class, [classes, classes] row-major. */
export interface Confusion {
  readonly classes: number
  readonly counts: Float64Array
  /** Weights by actual class. */
  readonly actual: Float64Array
  /** Weights by predicted class. */
  readonly predicted: Float64Array
  /** Weight of the rows that were predicted right. */
  readonly right: number
  readonly total: number
}

/** Counts rows by actual and predicted class in one pass. */
export function confusionOf({ classes: names, rows, y, labels = new Int32Array(0), weight }: MetricInput): Confusion {
  const classes = names.length
  const counts = new Float64Array(classes * classes)
  for (let row = 0; row < rows; row++) {
    const cell = (y[row] as number) * classes + (labels[row] as number)
    counts[cell] = (counts[cell] as number) + (weight === undefined ? 1 : (weight[row] as number))
  }
  const actual = new Float64Array(classes)
  const predicted = new Float64Array(classes)
  let right = 0
  let total = 0
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const count = counts[i * classes + j] as number
      actual[i] = (actual[i] as number) + count
      predicted[j] = (predicted[j] as number) + count
      if (i === j) right += count
      total += count
    }
  }
  return { classes, counts, actual, predicted, right, total }
}

/** How the classes of a multi-class task make one number. */
export const averageParam = {
  enum: ['macro', 'weighted', 'micro'],
  default: 'macro',
  description:
    'Several classes: `macro` is their plain mean, `weighted` the mean by rows of each class, `micro` counts all classes together. ' +
    'Of no effect in a binary task, where the positive class counts.',
  examples: ['macro'],
} as const

export type Average = 'macro' | 'weighted' | 'micro'

/**
 * Right predictions over `denominator` (predicted, actual, or both), of the positive class in a binary task, else averaged
 * over the classes that occur. NaN where the denominator is 0; in an average such a class counts 0.
 */
export function averagedRatio(
  confusion: Confusion,
  binary: boolean,
  average: Average,
  denominator: (predicted: number, actual: number) => number,
): number {
  const { classes, counts, actual, predicted, right, total } = confusion
  const ratio = (code: number): number =>
    (counts[code * classes + code] as number) / denominator(predicted[code] as number, actual[code] as number)
  if (binary) return ratio(1)
  if (average === 'micro') return right / total
  let sum = 0
  let weights = 0
  for (let code = 0; code < classes; code++) {
    if (actual[code] === 0 && predicted[code] === 0) continue
    const weight = average === 'macro' ? 1 : (actual[code] as number)
    const value = ratio(code)
    sum += weight * (Number.isNaN(value) ? 0 : value)
    weights += weight
  }
  return sum / weights
}
