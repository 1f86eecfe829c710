import type { Feature } from 'daybook/frame'
import type { FitContext, TrainingData } from 'daybook/plugin'
import type { OutOfBag } from './out-of-bag.ts'

/** Shows how well rows are predicted by the trees that did not learn from them: an estimate for new rows. */
export function outOfBagTable(ctx: FitContext, data: TrainingData, { scores, trees }: OutOfBag): void {
  const scored = Array.from(trees.keys()).filter((row) => (trees[row] as number) > 0)
  if (scored.length === 0) return
  const measures =
    data.task === 'regression' ? valueMeasures(data, scores, scored) : classMeasures(data, scores, scored)
  ctx.table({
    title: 'Out-of-bag score',
    columns: ['measure', 'value'],
    rows: [...measures, ['rows', scored.length]],
    note: 'Each training row, predicted by the trees that did not draw it: about a third of them.',
  })
}

function valueMeasures({ y, weight }: TrainingData, scores: Float64Array, rows: readonly number[]): [string, number][] {
  const mean = weightedMean(rows, weight, (row) => y[row] as number)
  const variance = weightedMean(rows, weight, (row) => ((y[row] as number) - mean) ** 2)
  const error = weightedMean(rows, weight, (row) => ((y[row] as number) - (scores[row] as number)) ** 2)
  const measures: [string, number][] = [['root mean squared error', Math.sqrt(error)]]
  return variance > 0 ? [...measures, ['R²', 1 - error / variance]] : measures
}

function classMeasures(
  { task, classes, y, weight }: TrainingData,
  scores: Float64Array,
  rows: readonly number[],
): [string, number][] {
  const shareOf = (row: number, k: number): number => {
    if (task === 'multiclass') return scores[row * classes.length + k] as number
    return k === 1 ? (scores[row] as number) : 1 - (scores[row] as number)
  }
  const codes = Array.from(classes.keys())
  const hits = weightedMean(rows, weight, (row) => {
    const top = codes.reduce((best, k) => (shareOf(row, k) > shareOf(row, best) ? k : best), 0)
    return top === y[row] ? 1 : 0
  })
  const squares = weightedMean(rows, weight, (row) =>
    task === 'binary'
      ? (shareOf(row, 1) - (y[row] as number)) ** 2
      : codes.reduce((sum, k) => sum + (shareOf(row, k) - (y[row] === k ? 1 : 0)) ** 2, 0),
  )
  return [
    ['accuracy', hits],
    ['Brier score', squares],
  ]
}

function weightedMean(
  rows: readonly number[],
  weight: Float32Array | undefined,
  measure: (row: number) => number,
): number {
  let sum = 0
  let total = 0
  for (const row of rows) {
    const w = weight?.[row] ?? 1
    if (w === 0) continue
    sum += w * measure(row)
    total += w
  }
  return total > 0 ? sum / total : 0
}

/** Shows the features that lower impurity most. */
export function importanceTable(ctx: FitContext, features: readonly Feature[], importance: Float64Array): void {
  const total = importance.reduce((sum, value) => sum + value, 0)
  const rows = features
    .map(({ name }, f) => ({ name, share: total > 0 ? (importance[f] as number) / total : 0, f }))
    .toSorted((a, b) => b.share - a.share || a.f - b.f)
    .slice(0, 20)
    .map(({ name, share }) => [name, share])
  ctx.table({
    title: 'Importance',
    columns: ['feature', 'share of impurity'],
    rows,
    note: 'How much the splits on a feature lowered impurity on the training rows. Features of many values look larger than they are.',
  })
}
