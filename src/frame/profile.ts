import { byCodeUnit } from '../base/canonical.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { type Column, MISSING } from './column.ts'
import { formatDate } from './date.ts'
import { countDistinct } from './distinct.ts'
import type { Frame } from './frame.ts'
import { countMissing } from './rows.ts'

const BINS = 20
const TOP_LEVELS = 20

/** Rows that a level must have to be named: fewer would point at someone. */
const FEW = 5

/** Rows from which a column of whole numbers that never repeat is taken for one that tells rows apart. */
const MANY = 20

/**
 * What the columns of a frame hold, in numbers: aggregates only, never a row, never a text that stands for few. Of a column
 * that tells rows apart (`key`, whole numbers that never repeat) no value is said.
 *
 *     { rows, columns: [{ name, type, missing, share, distinct, identity?: true, …by type }] }
 *     number    min max mean sd median q1 q3 histogram
 *     date      min max median (ISO 8601) histogram
 *     category  levels: [{ value, count }] (the 20 most frequent, of 5 rows at least), other: count of the rest
 *     boolean   true, false: counts
 *     text      length: { min, max, mean } in UTF-16 units
 *
 * `histogram`: { from, to, counts } of 20 bins of equal width. Absent where a column has no value. Holds no NaN.
 */
export function profileFrame(frame: Frame, { key }: { readonly key?: string | undefined } = {}): JsonObject {
  const columns = frame.columns.map((column): JsonObject => {
    const missing = countMissing(column)
    const share = frame.rows === 0 ? 0 : missing / frame.rows
    const distinct = countDistinct(column)
    const head = { name: column.name, type: column.type, missing, share, distinct }
    if (column.name === key || isIdentity(column, distinct, frame.rows - missing)) return { ...head, identity: true }
    return { ...head, ...detailsOf(column) }
  })
  return { rows: frame.rows, columns }
}

function isIdentity(column: Column, distinct: number, present: number): boolean {
  if (column.type !== 'number' || present < MANY || distinct < present) return false
  return column.values.every((value) => Number.isNaN(value) || Number.isInteger(value))
}

function detailsOf(column: Column): JsonObject {
  switch (column.type) {
    case 'number':
      return numberDetails(column.values)
    case 'date':
      return dateDetails(column.values)
    case 'category':
      return levelDetails(column.values, column.levels)
    case 'boolean': {
      const trues = column.values.reduce((sum, value) => sum + (value === 1 ? 1 : 0), 0)
      const falses = column.values.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0)
      return { true: trues, false: falses }
    }
    case 'text':
      return textDetails(column.values)
    case 'sparse':
      return { stored: column.values.length }
  }
}

/** Values that are there, ascending. */
function sortedValues(values: Float64Array): Float64Array {
  return values.filter((value) => value - value === 0).sort()
}

function numberDetails(values: Float64Array): JsonObject {
  const sorted = sortedValues(values)
  const count = sorted.length
  if (count === 0) return {}
  const mean = meanOf(sorted)
  let squares = 0
  for (const value of sorted) squares += (value - mean) * (value - mean)
  const sd = count > 1 ? Math.sqrt(squares / (count - 1)) : 0
  return finite({
    min: sorted[0],
    max: sorted[count - 1],
    mean,
    sd,
    q1: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    q3: quantile(sorted, 0.75),
    histogram: histogram(sorted),
  })
}

function dateDetails(values: Float64Array): JsonObject {
  const sorted = sortedValues(values)
  if (sorted.length === 0) return {}
  const median = sorted[Math.floor((sorted.length - 1) / 2)] as number
  const { from, to, counts } = histogram(sorted)
  const [first, last] = [sorted[0] as number, sorted.at(-1) as number]
  const bins = { from: formatDate(from), to: formatDate(to), counts }
  return { min: formatDate(first), max: formatDate(last), median: formatDate(median), histogram: bins }
}

/** Running mean: no sum that overflows. */
function meanOf(values: Float64Array): number {
  let mean = 0
  values.forEach((value, i) => {
    mean += value / (i + 1) - mean / (i + 1)
  })
  return mean
}

/** Linear interpolation between the two nearest (type 7 of Hyndman and Fan, 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  const part = at - below
  return part === 0 ? low : low * (1 - part) + high * part
}

function histogram(sorted: Float64Array): { from: number; to: number; counts: number[] } {
  const from = sorted[0] as number
  const to = sorted.at(-1) as number
  const counts = new Array<number>(BINS).fill(0)
  const width = to / BINS - from / BINS
  for (const value of sorted) {
    const bin = width > 0 ? Math.min(BINS - 1, Math.floor(value / width - from / width)) : 0
    counts[bin] = (counts[bin] as number) + 1
  }
  return { from, to, counts }
}

function levelDetails(codes: Int32Array, levels: readonly string[]): JsonObject {
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code > MISSING) counts[code] = (counts[code] as number) + 1
  const ranked = levels
    .map((value, code) => ({ value, count: counts[code] as number }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || byCodeUnit(a.value, b.value))
  const named = ranked.filter(({ count }) => count >= FEW).slice(0, TOP_LEVELS)
  const other = ranked.slice(named.length).reduce((sum, { count }) => sum + count, 0)
  return { levels: named, other }
}

function textDetails(values: readonly (string | null)[]): JsonObject {
  const lengths = Float64Array.from(values.flatMap((text) => (text === null ? [] : [text.length]))).sort()
  if (lengths.length === 0) return {}
  return { length: { min: lengths[0] as number, max: lengths.at(-1) as number, mean: meanOf(lengths) } }
}

/** Without numbers that JSON cannot hold: the spread of values near the limits of a double. */
function finite(entries: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(entries).filter(([, value]) => typeof value !== 'number' || Number.isFinite(value)),
  )
}
