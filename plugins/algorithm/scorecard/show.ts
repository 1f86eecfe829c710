import type { DenseFeatures, Feature } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'
import type { FitContext, TableCell, TrainingData } from 'daybook/plugin'
import { type Card, logOddsAt, pointsAt, type Scale } from './card.ts'

/** Most values of a feature without attributes that are listed one by one. */
const LISTED = 20
/** Bars of the figure of scores. */
const BARS = 40

/** Shows the card, what its scores mean, and how the scores of the two classes lie. */
export function showCard(
  ctx: FitContext,
  card: Card,
  scale: Scale,
  { X, y, classes }: TrainingData,
  scores: Float64Array,
): void {
  const { features } = X
  ctx.table({
    title: 'Scorecard',
    columns: ['feature', 'attribute', 'value', 'points'],
    rows: features.flatMap((feature, f) => rowsOf(card, feature, f, X as DenseFeatures)),
    note:
      `The score of a row is the sum of its points. ` +
      `score = ${fixed(card.offset)} + ${fixed(card.factor)} * ln(odds of ${classes[0]} : ${classes[1]})`,
  })
  const [low, high] = rangeOf(scores)
  ctx.table({
    title: 'What scores mean',
    columns: ['score', `odds ${classes[0]} : ${classes[1]}`, `probability of ${classes[1]}`],
    rows: gridOf(low, high, scale).map((score) => oddsRow(card, score, ctx.kernels)),
  })
  ctx.figure({
    title: 'Scores of the training rows',
    description: `How the scores of ${classes[0]} and ${classes[1]} lie: the less they overlap, the better the card tells them apart.`,
    spec: {
      data: { values: histogram(scores, y, classes, low, high) },
      mark: { type: 'bar', opacity: 0.6, tooltip: true },
      encoding: {
        x: { field: 'score', bin: { binned: true }, type: 'quantitative', title: 'score' },
        x2: { field: 'next' },
        y: { field: 'share', type: 'quantitative', stack: null, title: 'share of the class', axis: { format: '%' } },
        color: { field: 'class', type: 'nominal', title: null },
      },
    },
  })
}

/** The lines of a feature: its attributes, or the values that it takes, or points at the mean and a unit. */
function rowsOf(card: Card, { name, attributes }: Feature, f: number, X: DenseFeatures): TableCell[][] {
  if (attributes !== undefined)
    return attributes.map(({ value, text }) => [name, text, value, pointsAt(card, f, value)])
  const width = X.features.length
  const seen = new Set<number>()
  let sum = 0
  for (let at = f; at < X.values.length; at += width) {
    const value = X.values[at] as number
    sum += value
    if (seen.size <= LISTED) seen.add(value)
  }
  if (seen.size <= LISTED) {
    const values = Float64Array.from(seen).sort()
    return Array.from(values, (value) => [name, `= ${value}`, value, pointsAt(card, f, value)])
  }
  const mean = sum / X.rows
  return [
    [name, 'at the mean', mean, pointsAt(card, f, mean)],
    [name, 'a unit more', null, -card.factor * (card.coefficients[f] as number) + 0],
  ]
}

function oddsRow(card: Card, score: number, { math }: Kernels): TableCell[] {
  const logOdds = logOddsAt(card, score)
  return [score, math.exp(-logOdds), math.sigmoid(logOdds)]
}

/** Scores in steps of `pdo` over the range, `points` among them where it lies there; in wider steps where these were many. */
function gridOf(low: number, high: number, { points, pdo }: Scale): number[] {
  const step = pdo * Math.max(1, Math.ceil((high - low) / pdo / 25))
  const first = Math.floor((low - points) / step)
  const last = Math.ceil((high - points) / step)
  return Array.from({ length: last - first + 1 }, (_, i) => points + (first + i) * step)
}

function rangeOf(scores: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const score of scores) {
    low = Math.min(low, score)
    high = Math.max(high, score)
  }
  return [low, high]
}

function histogram(scores: Float64Array, y: ArrayLike<number>, classes: readonly string[], low: number, high: number) {
  const width = Math.max(1, Math.ceil((high - low) / BARS))
  const from = Math.floor(low / width) * width
  const bars = Math.floor((high - from) / width) + 1
  const counts = classes.map(() => new Float64Array(bars))
  for (const [row, score] of scores.entries()) {
    const bar = Math.floor((score - from) / width)
    const own = counts[y[row] as number] as Float64Array
    own[bar] = (own[bar] as number) + 1
  }
  return counts.flatMap((own, code) => {
    const total = own.reduce((sum, count) => sum + count, 0)
    return Array.from(own, (count, bar) => ({
      class: classes[code] as string,
      score: from + bar * width,
      next: from + (bar + 1) * width,
      share: total === 0 ? 0 : count / total,
    }))
  })
}

function fixed(value: number): string {
  return value.toFixed(4)
}
