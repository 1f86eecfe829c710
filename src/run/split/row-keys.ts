import { createHash } from 'node:crypto'
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

/** As {@link rowKeys}, of rows that the split has checked. @throws DaybookError DATA_NO_COLUMN */
export function checkedRowKeys(frame: Frame, key: string | undefined): readonly string[] {
  if (key === undefined) return rowKeys(frame, key)
  const column = columnOf(frame, key)
  return Array.from({ length: frame.rows }, (_, row) => textAt(column, row))
}

/** Digest of a set of rows by their keys: equal for equal sets, in whatever order. */
export function digestOfRows(keys: readonly string[], rows: Uint32Array): Digest {
  return rowDigester(keys)(rows)
}

/** As {@link digestOfRows}, for several sets: keys are put in order once. The digest is that of canonical JSON. */
export function rowDigester(keys: readonly string[]): (rows: Uint32Array) => Digest {
  const ordered = Uint32Array.from(keys.keys()).sort((a, b) => byCodeUnit(keys[a] as string, keys[b] as string))
  return (rows) => {
    const chosen = new Uint8Array(keys.length)
    for (const row of rows) chosen[row] = 1
    const hash = createHash('sha256')
    let text = '['
    let comma = ''
    for (const row of ordered) {
      if (chosen[row] === 0) continue
      text += comma + canonicalJson(keys[row] as string)
      comma = ','
      if (text.length < 1 << 16) continue
      hash.update(text)
      text = ''
    }
    return hash.update(`${text}]`).digest('hex')
  }
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
