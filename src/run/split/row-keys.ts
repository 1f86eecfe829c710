import { byCodeUnit, canonicalJson } from '../../base/canonical.ts'
import { type Digest, digestBytes } from '../../base/digest.ts'
import { fail } from '../../base/errors.ts'
import type { Column, Frame } from '../../frame/index.ts'
import { isMissing } from '../../frame/index.ts'
import { textAt } from '../../spec/task.ts'

/**
 * Identity of every row as text: the key column's value, or the row's number where the page names no key.
 *
 * @throws DaybookError RUN_BAD_KEY, DATA_NO_COLUMN
 */
export function rowKeys(frame: Frame, key: string | undefined): readonly string[] {
  if (key === undefined) return Array.from({ length: frame.rows }, (_, row) => String(row))
  const column = columnOf(frame, key)
  const first = new Map<string, number>()
  return Array.from({ length: frame.rows }, (_, row) => {
    if (isMissing(column, row)) throw fail('RUN_BAD_KEY', { row, column: key, reason: 'missing' })
    const text = textAt(column, row)
    const before = first.get(text)
    if (before !== undefined)
      throw fail('RUN_BAD_KEY', { row, column: key, reason: `\`${text}\`, as that of row ${before}` })
    first.set(text, row)
    return text
  })
}

/** Digest of a set of rows by their keys: equal for equal sets, in whatever order. */
export function digestOfRows(keys: readonly string[], rows: Uint32Array): Digest {
  const chosen = Array.from(rows, (row) => keys[row] as string).sort(byCodeUnit)
  return digestBytes(canonicalJson(chosen))
}

/** Two independent numbers in [0, 1) that belong to a key, whatever other rows there are. */
export function sharesOfKey(seed: number, key: string): readonly [number, number] {
  const digest = digestBytes(`split ${seed} ${key}`)
  const share = (from: number): number => Number.parseInt(digest.slice(from, from + 13), 16) / 2 ** 52
  return [share(0), share(13)]
}

/** A raw column of a frame. @throws DaybookError DATA_NO_COLUMN */
export function columnOf(frame: Frame, name: string): Exclude<Column, { type: 'sparse' }> {
  const column = frame.get(name)
  if (column === undefined || column.type === 'sparse') throw fail('DATA_NO_COLUMN', { column: name })
  return column
}
