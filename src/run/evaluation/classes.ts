import type { MetricInput } from '../../plugin/api.ts'
import type {
  Calibration,
  ClassCurves,
  ClassResults,
  ConfusionMatrix,
  Decile,
  Histogram,
} from '../../store/evaluation.ts'
import { rocPrKs } from './curves.ts'

const MAX_CLASSES = 10
const CALIBRATION_BINS = 10
const HISTOGRAM_BINS = 20
const DECILES = 10

/** What scored rows show of a model that predicts classes. */
export function classResults(input: MetricInput): ClassResults {
  const { classes, task } = input
  const shown = task === 'binary' ? [1] : classes.slice(0, MAX_CLASSES).map((_, code) => code)
  return {
    confusion: confusion(input),
    curves: shown.map(
      (code): ClassCurves => ({
        class: classes[code] as string,
        ...rocPrKs(input, code),
        calibration: calibration(input, code),
      }),
    ),
    deciles: task === 'binary' ? deciles(input) : [],
    scores: task === 'binary' ? scoreHistogram(input) : null,
  }
}

function confusion({ classes, rows, y, labels = new Int32Array(0) }: MetricInput): ConfusionMatrix {
  const counts = classes.map(() => new Array<number>(classes.length).fill(0))
  for (let row = 0; row < rows; row++) {
    const ofActual = counts[y[row] as number] as number[]
    const label = labels[row] as number
    ofActual[label] = (ofActual[label] as number) + 1
  }
  return counts
}

/** Reliability of probabilities in bins of equal width (A. H. Murphy and R. L. Winkler, Applied Statistics 26, 1977). */
function calibration({ rows, y, classes, probabilities, weight }: MetricInput, code: number): Calibration | null {
  if (probabilities === undefined || rows === 0) return null
  const bins = Array.from({ length: CALIBRATION_BINS }, () => ({ rows: 0, weight: 0, predicted: 0, observed: 0 }))
  let total = 0
  let squares = 0
  for (let row = 0; row < rows; row++) {
    const w = weight === undefined ? 1 : (weight[row] as number)
    const p = probabilities[row * classes.length + code] as number
    const outcome = y[row] === code ? 1 : 0
    const bin = bins[
      Math.min(CALIBRATION_BINS - 1, Math.max(0, Math.floor(p * CALIBRATION_BINS)))
    ] as (typeof bins)[number]
    bin.rows += 1
    bin.weight += w
    bin.predicted += w * p
    bin.observed += w * outcome
    total += w
    squares += w * (p - outcome) * (p - outcome)
  }
  if (total === 0) return null
  return {
    bins: bins.flatMap((bin, i) => {
      if (bin.weight === 0) return []
      const { rows: count, weight: sum, predicted, observed } = bin
      const edges = { from: i / CALIBRATION_BINS, to: (i + 1) / CALIBRATION_BINS }
      return [{ ...edges, rows: count, predicted: predicted / sum, observed: observed / sum }]
    }),
    brier: squares / total,
    error: bins.reduce((sum, bin) => sum + Math.abs(bin.predicted - bin.observed), 0) / total,
  }
}

/** Deciles by falling score; ties are parted by row, the later row first. */
function deciles({ rows, y, weight, scores = new Float64Array(rows), order }: MetricInput): Decile[] {
  const falling = order().toReversed()
  const w = (row: number): number => (weight === undefined ? 1 : (weight[row] as number))
  const positiveWeight = (row: number): number => (y[row] === 1 ? w(row) : 0)
  const sum = (part: Uint32Array, of: (row: number) => number): number =>
    part.reduce((total, row) => total + of(row), 0)
  const allWeight = sum(falling, w)
  const allPositive = sum(falling, positiveWeight)
  if (allPositive === 0) return []
  const found: Decile[] = []
  let weightSoFar = 0
  let positiveSoFar = 0
  for (let i = 0; i < DECILES; i++) {
    const part = falling.subarray(Math.floor((i * rows) / DECILES), Math.floor(((i + 1) * rows) / DECILES))
    const partWeight = sum(part, w)
    if (partWeight === 0) continue
    const positive = sum(part, positiveWeight)
    weightSoFar += partWeight
    positiveSoFar += positive
    found.push({
      decile: i + 1,
      rows: part.length,
      positives: sum(part, (row) => (y[row] === 1 ? 1 : 0)),
      lowest: scores[part.at(-1) as number] as number,
      highest: scores[part[0] as number] as number,
      meanScore: sum(part, (row) => w(row) * (scores[row] as number)) / partWeight,
      rate: positive / partWeight,
      lift: positive / partWeight / (allPositive / allWeight),
      captured: positiveSoFar / allPositive,
      cumulativeLift: positiveSoFar / weightSoFar / (allPositive / allWeight),
    })
  }
  return found
}

function scoreHistogram({
  rows,
  y,
  classes,
  scores = new Float64Array(rows),
  probabilities,
  order,
}: MetricInput): Histogram | null {
  if (rows === 0) return null
  const sorted = order()
  const range = probabilities === undefined ? [scores[sorted[0] as number], scores[sorted.at(-1) as number]] : [0, 1]
  const edges = equalEdges(range[0] as number, range[1] as number, HISTOGRAM_BINS)
  const counts = classes.map(() => new Array<number>(HISTOGRAM_BINS).fill(0))
  for (let row = 0; row < rows; row++) count(counts[y[row] as number] as number[], edges, scores[row] as number)
  return { edges, counts, series: classes }
}

/** Edges of `bins` bins of equal width; a range of no width gets one of 1. */
export function equalEdges(low: number, high: number, bins: number): number[] {
  const [from, to] = high > low ? [low, high] : [low - 0.5, low + 0.5]
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? to : from + ((to - from) * i) / bins))
}

/** Adds one to the bin of a value; what lies beyond the edges counts in the outer bins. */
export function count(counts: number[], edges: readonly number[], value: number): void {
  const bins = counts.length
  const from = edges[0] as number
  const share = (value - from) / ((edges[bins] as number) - from)
  const bin = Math.min(bins - 1, Math.max(0, Math.floor(share * bins)))
  counts[bin] = (counts[bin] as number) + 1
}
