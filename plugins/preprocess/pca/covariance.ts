import type { NumberColumn } from 'daybook/frame'
import { fail } from 'daybook/plugin'

/** Beyond it squares and their sums would not be finite. */
const LARGEST = 1e150
/** A standard deviation below this share of the largest value is rounding: the column is constant. */
const CONSTANT = 1e-13
/** Multiplications between two turns of the event loop. */
const BURST = 2e7

/** What each column is centred and scaled by before it is rotated. */
export type Standard = { readonly center: Float64Array; readonly scale: Float64Array }

/**
 * Means and, with `scale`, standard deviations (divided by n) of columns; a constant column is only centred.
 *
 * @throws DaybookError FIT_NO_ROWS, ROW_BAD_VALUE
 */
export function standardOf(columns: readonly NumberColumn[], rows: number, scale: boolean): Standard {
  if (rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
  const moments = columns.map(({ name, values }) => {
    let sum = 0
    let largest = 0
    for (const [row, value] of values.entries()) {
      const size = Math.abs(value)
      if (!(size <= LARGEST))
        throw fail('ROW_BAD_VALUE', { row, column: name, value, expected: 'a number within ±1e150' })
      sum += value
      if (size > largest) largest = size
    }
    const mean = sum / rows
    let squares = 0
    for (const value of values) squares += (value - mean) * (value - mean)
    const deviation = Math.sqrt(squares / rows)
    return { mean, deviation: deviation > CONSTANT * largest ? deviation : 0 }
  })
  return {
    center: Float64Array.from(moments, ({ mean }) => mean),
    scale: Float64Array.from(moments, ({ deviation }) => (scale && deviation > 0 ? deviation : 1)),
  }
}

/**
 * Covariance f64 [n, n] (divided by the number of rows) of columns after centring and scaling; the lower triangle is
 * filled. Rows are taken four at a time, in order, whatever the machine.
 *
 * @param turn called between bursts, so that a cancel can arrive
 */
export async function covarianceOf(
  columns: readonly NumberColumn[],
  rows: number,
  { center, scale }: Standard,
  turn: (done: number) => Promise<void>,
): Promise<Float64Array> {
  const n = columns.length
  const sums = new Float64Array(n * n)
  const four = [0, 1, 2, 3].map(() => new Float64Array(n)) as [Float64Array, Float64Array, Float64Array, Float64Array]
  const [a, b, c, d] = four
  const burst = Math.ceil(BURST / (2 * n * n + 1)) * 4
  for (let from = 0; from < rows; from += 4) {
    for (const [i, row] of four.entries()) {
      for (const [j, { values }] of columns.entries())
        row[j] = from + i < rows ? ((values[from + i] as number) - (center[j] as number)) / (scale[j] as number) : 0
    }
    for (let i = 0; i < n; i++) {
      const [ai, bi, ci, di] = [a[i] as number, b[i] as number, c[i] as number, d[i] as number]
      for (let j = 0; j <= i; j++) {
        const products = ai * (a[j] as number) + bi * (b[j] as number) + (ci * (c[j] as number) + di * (d[j] as number))
        sums[i * n + j] = (sums[i * n + j] as number) + products
      }
    }
    if (from % burst === 0) await turn(from)
  }
  return sums.map((sum) => sum / rows)
}
