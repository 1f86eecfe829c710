import { type Column, isMissing } from '../../frame/index.ts'
import { textAt } from '../../spec/task.ts'

type RawColumn = Exclude<Column, { type: 'sparse' }>

/** Groups that stand on both sides of the split. */
export interface SharedGroups {
  readonly groups: number
  /** Test rows of such groups, and their share of all test rows. */
  readonly rows: number
  readonly share: number
}

/** Groups of a column that both trained (or validated) and test. A row without a group stands alone. */
export function sharedGroups(
  column: RawColumn,
  { seen, test }: { readonly seen: Uint32Array; readonly test: Uint32Array },
): SharedGroups {
  const trained = new Set<string>()
  for (const row of seen) if (!isMissing(column, row)) trained.add(textAt(column, row))
  const shared = new Set<string>()
  let rows = 0
  for (const row of test) {
    if (isMissing(column, row)) continue
    const group = textAt(column, row)
    if (!trained.has(group)) continue
    shared.add(group)
    rows++
  }
  return { groups: shared.size, rows, share: test.length === 0 ? 0 : rows / test.length }
}

/** Training rows that are later than the earliest test row, and their share of all training rows. */
export function laterRows(
  values: Float64Array,
  { seen, test }: { readonly seen: Uint32Array; readonly test: Uint32Array },
): { readonly rows: number; readonly share: number } {
  let earliest = Number.POSITIVE_INFINITY
  for (const row of test) if ((values[row] as number) < earliest) earliest = values[row] as number
  let rows = 0
  for (const row of seen) if ((values[row] as number) > earliest) rows++
  return { rows, share: seen.length === 0 ? 0 : rows / seen.length }
}

/** Do the values of a column rise, row after row, through the whole table: is it the order that rows came in? */
export function rises(values: Float64Array): boolean {
  let last = Number.NEGATIVE_INFINITY
  let steps = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    if (value < last) return false
    if (value > last) steps++
    last = value
  }
  return steps > 2
}
