import type { CodedColumn } from './coded-column.ts'
import type { Outcome } from './outcome.ts'
import { correlationOf } from './strength.ts'

/** Rows that a column needs to be said to give the target away, and rows of each of two outcomes. */
const fewestRows = 30
const fewestOfOutcome = 10
/** Rows that a value has on average, at least: values that stand alone have one outcome each by themselves. */
const fewestOfValue = 5
/** Largest deviation from a straight line, in parts of the target's range: targets are 32-bit floats. */
const closeness = 1e-5

/** How a column gives the target away, and on how many rows. */
export interface GivenAway {
  readonly how: string
  readonly rows: number
}

/** Does a column equal the target or determine it: one outcome a value, or a straight line? */
export function givesAway(column: CodedColumn, outcome: Outcome): GivenAway | undefined {
  const rows = column.codes.length - column.missing
  if (rows < fewestRows || column.counts.length < 2) return undefined
  if (outcome.type === 'values' && isStraight(column, outcome.y))
    return { how: 'the target is a straight line of it', rows }
  if (column.counts.length * fewestOfValue > rows) return undefined
  const outcomes = outcomesOf(column, outcome.y)
  if (outcomes === undefined) return undefined
  const often = [...outcomes.values()].filter((count) => count >= fewestOfOutcome).length
  if (outcome.type === 'classes' ? often < 2 : outcomes.size < 3) return undefined
  return { how: `each of its ${column.counts.length} values has one outcome`, rows }
}

/** Rows by outcome where each value of the column has one alone. */
function outcomesOf({ codes, counts }: CodedColumn, y: ArrayLike<number>): Map<number, number> | undefined {
  const first = new Float64Array(counts.length).fill(Number.NaN)
  const outcomes = new Map<number, number>()
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code < 0) continue
    const value = y[row] as number
    if (Number.isNaN(first[code])) first[code] = value
    else if (first[code] !== value) return undefined
    outcomes.set(value, (outcomes.get(value) ?? 0) + 1)
  }
  return outcomes
}

function isStraight({ values, counts }: CodedColumn, y: Float64Array): boolean {
  if (values === undefined || counts.length < 3) return false
  const correlation = correlationOf(values, y)
  if (correlation * correlation < 0.999) return false
  // The line through the lowest and the highest value.
  let [low, high] = [-1, -1]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) continue
    if (low < 0 || value < (values[low] as number)) low = row
    if (high < 0 || value > (values[high] as number)) high = row
  }
  const [x0, y0] = [values[low] as number, y[low] as number]
  const slope = ((y[high] as number) - y0) / ((values[high] as number) - x0)
  const range = Math.abs((y[high] as number) - y0)
  return values.every(
    (value, row) =>
      Number.isNaN(value) || Math.abs(y0 + slope * (value - x0) - (y[row] as number)) <= closeness * range,
  )
}
