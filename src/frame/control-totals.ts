import type { Column, ColumnType } from './column.ts'
import { formatDate } from './date.ts'
import { countDistinct } from './distinct.ts'
import { exactSum } from './exact-sum.ts'
import type { Frame } from './frame.ts'
import { countMissing } from './rows.ts'

/**
 * A column as it was read, with the totals by which an auditor reconciles it with the books that it came from. They do
 * not depend on the order of the rows, nor on the machine.
 */
export interface ColumnTotals {
  readonly name: string
  readonly type: ColumnType
  /** Values that are there. */
  readonly count: number
  readonly missing: number
  /** Numbers: the double nearest to the true sum; null where no double holds it. */
  readonly total?: number | null
  /** Categories, booleans and texts: values that differ. */
  readonly distinct?: number
  /** Dates: the first and the last moment, ISO 8601 in UTC; absent where all are missing. */
  readonly first?: string
  readonly last?: string
}

/** Control totals of every column, in order. */
export function controlTotals(frame: Frame): ColumnTotals[] {
  return frame.columns.map((column) => {
    const missing = countMissing(column)
    return { name: column.name, type: column.type, count: frame.rows - missing, missing, ...totalsOf(column) }
  })
}

function totalsOf(column: Column): Partial<ColumnTotals> {
  if (column.type === 'number') return { total: exactSum(column.values) ?? null }
  if (column.type !== 'date') return { distinct: countDistinct(column) }
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const moment of column.values) {
    if (moment < first) first = moment
    if (moment > last) last = moment
  }
  return first > last ? {} : { first: formatDate(first), last: formatDate(last) }
}
