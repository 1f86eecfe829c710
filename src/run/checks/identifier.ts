import type { Column } from '../../frame/index.ts'
import type { CodedColumn } from './coded-column.ts'

/** Rows that are needed before unique values mean anything. */
const fewestRows = 100
/** Share of distinct values above which texts name rows. */
export const mostDistinct = 0.98
/** Share of distinct values above which numbers that lie close together do: numbers of no such meaning would repeat. */
const mostDense = 0.95

/**
 * Distinct values of a column that looks like an identifier, and the rows that have one; undefined where it does not.
 * Texts and categories: nearly all distinct, and mostly of one or two words, since longer ones are prose. Whole numbers:
 * close together without repeating, rising row by row, or all of eight digits and more without repeating. Amounts are
 * unique by chance, but not so. Never numbers with fractions, nor dates.
 */
export function identifies(
  column: Exclude<Column, { type: 'sparse' }>,
  sample: CodedColumn,
): { readonly distinct: number; readonly rows: number } | undefined {
  const rows = sample.codes.length - sample.missing
  if (rows < fewestRows) return undefined
  if (column.type === 'number') return identifyingNumbers(column.values)
  if (column.type !== 'text' && column.type !== 'category') return undefined
  if (sample.counts.length < mostDistinct * rows || isProse(column)) return undefined
  return { distinct: sample.counts.length, rows }
}

function identifyingNumbers(values: Float64Array): { readonly distinct: number; readonly rows: number } | undefined {
  let [low, high, rows, rising] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, true]
  let last = Number.NEGATIVE_INFINITY
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (!Number.isSafeInteger(value)) return undefined
    rising &&= value > last
    last = value
    low = Math.min(low, value)
    high = Math.max(high, value)
    rows++
  }
  if (rows < fewestRows) return undefined
  if (rising) return { distinct: rows, rows }
  const size = high - low + 1
  if (size <= 2 * rows) {
    const seen = new Uint8Array(size)
    let distinct = 0
    for (const value of values) {
      if (Number.isNaN(value) || seen[value - low] === 1) continue
      seen[value - low] = 1
      distinct++
    }
    return distinct >= mostDense * rows ? { distinct, rows } : undefined
  }
  const longNames = low >= 10_000_000 && String(low).length === String(high).length
  return longNames && new Set(values).size === rows + (rows < values.length ? 1 : 0)
    ? { distinct: rows, rows }
    : undefined
}

/** Do more than one in twenty of the first values hold three words or more? */
function isProse(column: Extract<Column, { type: 'text' | 'category' }>): boolean {
  const texts = column.type === 'text' ? column.values : column.levels
  const shown = texts.filter((text) => text !== null).slice(0, 2000)
  const long = shown.filter((text) => /\S\s+\S+\s+\S/.test(text)).length
  return long * 20 > shown.length
}
