import { type Column, type Frame, MISSING, UNSEEN } from '../../frame/index.ts'
import type { Kernels } from '../../kernels/index.ts'
import type { MetricInput } from '../../plugin/api.ts'
import type { Stability } from '../../store/evaluation.ts'
import { quantile } from './bootstrap.ts'

const BINS = 10
/** Smallest share of a bin: an empty bin would make the index infinite. */
const FLOOR = 0.0001

/** Index above which a column counts as shifted. */
export const DRIFTED = 0.25
/** Standard normal quantile of one in ten thousand. */
const RARELY = 3.72

/**
 * The index that equal rows seldom exceed by chance: on n and m rows, n·m / (n + m) times the index is nearly chi-squared
 * with one degree of freedom less than there are bins (Wilson and Hilferty's approximation of its quantile). Of fewer than a
 * hundred rows some tenth is empty now and then, which the index takes for a landslide: they exceed nothing.
 */
export function chancePsi(bins: number, train: number, test: number): number {
  if (train < 100 || test < 100) return Number.POSITIVE_INFINITY
  const degrees = Math.max(1, bins - 1)
  const root = 1 - 2 / (9 * degrees) + RARELY * Math.sqrt(2 / (9 * degrees))
  return (degrees * root * root * root * (train + test)) / (train * test)
}

/** Assigns rows to bins that the training rows define. */
interface Binning {
  readonly labels: readonly string[]
  readonly train: ArrayLike<number>
  readonly test: ArrayLike<number>
}

/**
 * Population stability of what the model gives, training against test rows: binary by score of the positive class,
 * multi-class by score of each class (the first ten), regression by prediction, anomaly by score, clusters by number.
 */
export function scoreStability(train: MetricInput, test: MetricInput, kernels: Kernels): Stability[] {
  if (train.values !== undefined && test.values !== undefined) {
    return [stability('prediction', binNumbers(train.values, test.values, plain), kernels)]
  }
  if (train.task === 'clustering') return [clusterStability(train.labels, test.labels, kernels)]
  const { scores: before, classes } = train
  const { scores: after } = test
  if (before === undefined || after === undefined) return []
  if (train.task !== 'multiclass') return [stability('score', binNumbers(before, after, plain), kernels)]
  const width = classes.length
  const scoresOf = (scores: Float64Array, code: number) => scores.filter((_, i) => i % width === code)
  return classes
    .slice(0, 10)
    .map((name, code) =>
      stability(`score of ${name}`, binNumbers(scoresOf(before, code), scoresOf(after, code), plain), kernels),
    )
}

function clusterStability(
  train: Int32Array = new Int32Array(),
  test: Int32Array = new Int32Array(),
  kernels: Kernels,
): Stability {
  const numbers = [...new Set(train)].sort((a, b) => a - b)
  const codes = new Map(numbers.map((number, code) => [number, code]))
  const coded = (labels: Int32Array): Int32Array => labels.map((label) => codes.get(label) ?? UNSEEN)
  return stability('cluster', binCodes(coded(train), coded(test), numbers.map(String)), kernels)
}

/** Population stability of the raw columns, by falling index. Text is left out: it has no bins. */
export function featureStability(train: Frame, test: Frame, kernels: Kernels): Stability[] {
  return train.columns
    .flatMap((column) => {
      const binning = binColumn(column, test.get(column.name))
      return binning === undefined ? [] : [stability(column.name, binning, kernels)]
    })
    .sort((a, b) => (b.psi ?? -1) - (a.psi ?? -1))
}

/** The index (D. Lewis, "An introduction to credit scoring", 1992): symmetric Kullback-Leibler divergence over bins. */
function stability(name: string, { labels, train, test }: Binning, kernels: Kernels): Stability {
  const before = shares(train, labels.length)
  const after = shares(test, labels.length)
  const bins = labels.map((label, i) => ({ label, train: before[i] as number, test: after[i] as number }))
  const used = bins.filter((bin) => bin.train > 0 || bin.test > 0)
  if (train.length === 0 || test.length === 0) return { name, psi: null, bins: used }
  const psi = used.reduce((sum, bin) => {
    const expected = Math.max(FLOOR, bin.train)
    const actual = Math.max(FLOOR, bin.test)
    return sum + (actual - expected) * kernels.math.log(actual / expected)
  }, 0)
  return { name, psi, bins: used }
}

function shares(binOf: ArrayLike<number>, bins: number): Float64Array {
  const counts = new Float64Array(bins)
  for (let row = 0; row < binOf.length; row++)
    counts[binOf[row] as number] = (counts[binOf[row] as number] as number) + 1
  return counts.map((count) => (binOf.length === 0 ? 0 : count / binOf.length))
}

function binColumn(train: Column, test: Column | undefined): Binning | undefined {
  if (train.type === 'number' && test?.type === 'number') return binNumbers(train.values, test.values, plain)
  if (train.type === 'date' && test?.type === 'date') return binNumbers(train.values, test.values, day)
  if (train.type === 'boolean' && test?.type === 'boolean')
    return binCodes(train.values, test.values, ['false', 'true'])
  if (train.type === 'category' && test?.type === 'category') return binCodes(train.values, test.values, train.levels)
  return undefined
}

const plain = (value: number): string => String(Number(value.toPrecision(4)))
const day = (value: number): string => new Date(value).toISOString().slice(0, 10)

/** Tenths of the training values, and one bin for missing ones. */
function binNumbers(train: Float64Array, test: Float64Array, show: (value: number) => string): Binning {
  const sorted = train.filter((value) => !Number.isNaN(value)).sort()
  const cuts =
    sorted.length === 0
      ? []
      : [...new Set(Array.from({ length: BINS - 1 }, (_, i) => quantile(sorted, (i + 1) / BINS)))].filter(
          (cut) => cut > (sorted[0] as number),
        )
  const labels = [
    ...cuts.map((cut, i) => (i === 0 ? `< ${show(cut)}` : `${show(cuts[i - 1] as number)} – ${show(cut)}`)),
    cuts.length === 0 ? 'any' : `≥ ${show(cuts.at(-1) as number)}`,
    'missing',
  ]
  const binOf = (value: number): number => {
    if (Number.isNaN(value)) return labels.length - 1
    let bin = 0
    while (bin < cuts.length && value >= (cuts[bin] as number)) bin++
    return bin
  }
  return { labels, train: Int32Array.from(train, binOf), test: Int32Array.from(test, binOf) }
}

/** The most frequent levels of the training rows, the others together, and missing ones. */
function binCodes(train: Int32Array | Int8Array, test: Int32Array | Int8Array, levels: readonly string[]): Binning {
  const counts = new Float64Array(levels.length)
  for (const code of train) if (code >= 0) counts[code] = (counts[code] as number) + 1
  const ranked = Array.from(levels, (_, code) => code).sort(
    (a, b) => (counts[b] as number) - (counts[a] as number) || a - b,
  )
  const shown = ranked.length <= BINS + 1 ? ranked : ranked.slice(0, BINS)
  const binOf = new Int32Array(levels.length).fill(shown.length)
  for (const [bin, code] of shown.entries()) binOf[code] = bin
  const toBin = (code: number): number =>
    code === MISSING ? shown.length + 1 : code < 0 ? shown.length : (binOf[code] as number)
  return {
    labels: [...shown.map((code) => levels[code] as string), '(other)', '(missing)'],
    train: Int32Array.from(train, toBin),
    test: Int32Array.from(test, toBin),
  }
}
