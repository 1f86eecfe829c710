import type { DateColumn, NumberColumn } from 'daybook/frame'
import { fail } from 'daybook/plugin'

/**
 * The values of a column that are there, ascending.
 *
 * @throws DaybookError DATA_ALL_MISSING
 */
export function presentSorted(column: NumberColumn | DateColumn): Float64Array {
  const present = column.values.filter((value) => !Number.isNaN(value))
  if (present.length === 0) throw fail('DATA_ALL_MISSING', { column: column.name })
  return present.sort()
}

/**
 * Quantile of ascending values, with linear interpolation between neighbours: type 7 of Hyndman and Fan, "Sample quantiles
 * in statistical packages", The American Statistician 50, 1996.
 */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share
  const low = Math.floor(at)
  const below = sorted[low] as number
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number
  return below === above ? below : below + (above - below) * (at - low)
}
