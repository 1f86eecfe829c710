import { type Column, isMissing } from '../../frame/index.ts'
import { textAt } from '../../spec/task.ts'
import { spread } from './moves.ts'

/** A group of rows whose predictions differ. */
export interface DifferingSlice {
  readonly column: string
  /** The level, or the quartile in words: `up to 31`, `31 to 44`. */
  readonly value: string
  readonly rows: number
  /** Where labels are predicted: rows that flip. */
  readonly flips?: number
  /** Where numbers are predicted: how far they lie apart. */
  readonly mean?: number
  readonly max?: number
}

/** Most slices that are listed. */
const most = 50

/**
 * Groups of the rows: levels of category and boolean columns, quartiles of numbers where asked for. Only those of enough
 * rows in which predictions differ, the largest share (or distance) first; ties in the order of columns.
 */
export function slicesOf(
  columns: readonly { readonly column: Column; readonly quartiles: boolean }[],
  { flipped, distance }: { readonly flipped?: Uint8Array | undefined; readonly distance?: Float64Array | undefined },
  smallest: number,
): DifferingSlice[] {
  const groups = columns.flatMap(({ column, quartiles }) =>
    [...groupsOf(column, quartiles)].map(([value, rows]) => ({ column: column.name, value, rows })),
  )
  const slices = groups.flatMap(({ column, value, rows }): (DifferingSlice & { readonly order: number })[] => {
    if (rows.length < smallest) return []
    const head = { column, value, rows: rows.length }
    if (flipped !== undefined) {
      const flips = rows.reduce((sum, row) => sum + (flipped[row] as number), 0)
      return flips === 0 ? [] : [{ ...head, flips, order: flips / rows.length }]
    }
    if (distance === undefined) return []
    const moved = spread(rows.map((row) => distance[row] as number))
    return moved.max === 0 ? [] : [{ ...head, ...moved, order: moved.mean }]
  })
  return slices
    .sort((a, b) => b.order - a.order)
    .slice(0, most)
    .map(({ order: _, ...slice }) => slice)
}

function groupsOf(column: Column, quartiles: boolean): Map<string, number[]> {
  const groups = new Map<string, number[]>()
  const nameOf = column.type === 'number' ? (quartiles ? quartileOf(column.values) : undefined) : levelOf(column)
  if (nameOf === undefined || column.type === 'sparse') return groups
  for (let row = 0; row < column.values.length; row++) {
    const name = isMissing(column, row) ? '(missing)' : nameOf(row)
    const rows = groups.get(name)
    if (rows === undefined) groups.set(name, [row])
    else rows.push(row)
  }
  return groups
}

function levelOf(column: Column): ((row: number) => string) | undefined {
  return column.type === 'category' || column.type === 'boolean' ? (row) => textAt(column, row) : undefined
}

/** The quarter of the rows that a value lies in. Its ends are not named: they can be one person's. */
function quartileOf(values: Float64Array): (row: number) => string {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  const edges = [0.25, 0.5, 0.75].map((share) => sorted[Math.ceil(share * sorted.length) - 1] as number)
  const [low, middle, high] = edges as [number, number, number]
  return (row) => {
    const value = values[row] as number
    if (value <= low) return `up to ${low}`
    if (value <= middle) return `over ${low}, up to ${middle}`
    return value <= high ? `over ${middle}, up to ${high}` : `over ${high}`
  }
}
