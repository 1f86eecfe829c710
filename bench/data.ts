import { RandomNumbers } from './random-numbers.ts'

/** Rows to train on and rows to test on, made from a seed: the same for us and for the peers. */
export interface BenchData {
  readonly train: BenchRows
  readonly test: BenchRows
  readonly features: number
}

export type BenchRows = DenseRows | SparseRows

export interface DenseRows {
  readonly form: 'dense'
  readonly rows: number
  /** f32 [rows, features] row-major. */
  readonly values: Float32Array
  /** Classes 0 and 1. */
  readonly y: Float32Array
}

/** Compressed sparse rows: row i holds `indices[starts[i] … starts[i+1])`, ascending. */
export interface SparseRows {
  readonly form: 'sparse'
  readonly rows: number
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
  readonly y: Float32Array
}

export interface BenchShape {
  readonly form: 'dense' | 'sparse'
  readonly rows: number
  readonly test: number
  readonly features: number
  readonly seed?: number
}

/** How far the labels are from what the features say, in standard deviations of a feature. */
const NOISE = 0.7
/** Share of labels that say nothing. */
const FLIPPED = 0.02
/** Stored values of a sparse row, before equal columns fall together. */
const STORED = 60

/** Two classes of about equal size that no straight line parts, with label noise. Needs at least 11 features. */
export function makeData({ form, rows, test, features, seed = 1 }: BenchShape): BenchData {
  const random = new RandomNumbers(seed)
  if (form === 'dense')
    return { features, train: denseRows(rows, features, random), test: denseRows(test, features, random) }
  const weights = Float64Array.from({ length: features }, () => (random.uniform() < 0.3 ? 3 * random.normal() : 0))
  return { features, train: sparseRows(rows, weights, random), test: sparseRows(test, weights, random) }
}

function denseRows(rows: number, features: number, random: RandomNumbers): DenseRows {
  const values = new Float32Array(rows * features)
  const y = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    const x = values.subarray(row * features, (row + 1) * features)
    for (let f = 0; f < features; f++) {
      const drawn = random.normal()
      // One feature in six has few values, as ages and counts have.
      x[f] = f % 6 === 5 ? Math.round(4 * drawn) : drawn
    }
    y[row] = label(marginOf(x), random)
  }
  return { form: 'dense', rows, values, y }
}

/**
 * Products, a square, a step and a fold beside a linear part. Whatever acts in a product acts alone too: greedy trees then
 * do not depend on luck to find it, and scores can be compared to the third digit.
 */
function marginOf(x: Float32Array): number {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, count = 0, g = 0, h = 0, i = 0, j = 0, k = 0] = x
  const products = (a + 1) * (b + 0.7) + 0.5 * (i + 1) * (j + 1)
  const bent = 0.6 * c * Math.abs(c) + (d > 0.3 ? e + 0.6 : -0.4) - 0.7 * Math.abs(g - 0.5)
  return products + bent + 0.15 * count + 0.6 * h + 0.3 * k - 1
}

/** As words of short texts: few columns are common, most are rare; rows have length 1. */
function sparseRows(rows: number, weights: Float64Array, random: RandomNumbers): SparseRows {
  const starts = new Uint32Array(rows + 1)
  const indices = new Uint32Array(rows * STORED)
  const values = new Float32Array(rows * STORED)
  const y = new Float32Array(rows)
  let end = 0
  for (let row = 0; row < rows; row++) {
    const drawn = Array.from({ length: STORED }, () => {
      const u = random.uniform()
      return Math.floor(weights.length * u * u * u)
    })
    const columns = [...new Set(drawn)].sort((a, b) => a - b)
    const sizes = columns.map(() => 0.5 + random.uniform())
    const length = Math.sqrt(sizes.reduce((sum, size) => sum + size * size, 0))
    let margin = 0
    for (const [at, column] of columns.entries()) {
      const value = (sizes[at] as number) / length
      indices[end] = column
      values[end++] = value
      margin += value * (weights[column] as number)
    }
    starts[row + 1] = end
    y[row] = label(margin, random)
  }
  return { form: 'sparse', rows, starts, indices: indices.slice(0, end), values: values.slice(0, end), y }
}

function label(margin: number, random: RandomNumbers): number {
  const positive = margin + NOISE * random.normal() > 0
  return positive !== random.uniform() < FLIPPED ? 1 : 0
}
