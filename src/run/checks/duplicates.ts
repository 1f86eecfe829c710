import type { Frame } from '../../frame/index.ts'
import { likelyRows, nearlyEqual } from './chance.ts'
import { equalAt, hashRows, RowTable } from './row-hashes.ts'

/** Test rows that equal a row that trained in all features. */
export interface Duplicates {
  readonly looked: number
  readonly rows: number
  /** Of these, the ones that chance does not explain. */
  readonly unlikely: number
  /** Of the unlikely ones, those with the target of the first such row that trained, and with another. */
  readonly same: number
  readonly other: number
}

/**
 * Finds test rows that equal a row that trained (or validated) in all features. Rows of few and frequent values meet by
 * chance: such a row has rows beside it that differ in one column. A copy has none.
 *
 * @param y target of all rows; empty where there is none
 * @param enough unlikely rows that are worth a closer look
 */
export function findDuplicates(
  frame: Frame,
  { seen, test }: { readonly seen: Uint32Array; readonly test: Uint32Array },
  y: ArrayLike<number>,
  enough: number,
): Duplicates {
  const all = frame.columns.filter((column) => column.type !== 'sparse')
  if (all.length === 0) return { looked: 0, rows: 0, unlikely: 0, same: 0, other: 0 }
  const hashes = hashRows(all, frame.rows)
  const table = new RowTable(hashes, seen)
  const pairs: (readonly [test: number, seen: number])[] = []
  for (const row of test) {
    const match = table.find(row)
    if (match !== undefined && all.every((column) => equalAt(column, row, match))) pairs.push([row, match])
  }
  const matches = new Set(pairs.map(([, match]) => match))
  const likely = likelyRows(all, hashes, table, seen, matches)
  const unlikelyPairs = () => pairs.filter(([, match]) => !likely.has(match))
  if (unlikelyPairs().length >= enough) {
    const left = new Set([...matches].filter((row) => !likely.has(row)))
    for (const row of nearlyEqual(all, hashes, seen, left)) likely.add(row)
  }
  const unlikely = unlikelyPairs()
  const same = unlikely.filter(([row, match]) => y[row] === y[match]).length
  return { looked: test.length, rows: pairs.length, unlikely: unlikely.length, same, other: unlikely.length - same }
}
