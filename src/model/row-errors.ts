import { type DaybookError, fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { SignatureColumn } from './manifest.ts'

/** A value that a column cannot hold, shown as JSON and shortened. */
export function badValue(
  row: number,
  column: SignatureColumn,
  value: unknown,
  expected: string,
  hint?: string,
): DaybookError {
  return fail('ROW_BAD_VALUE', { row, column: column.name, value: shown(value), expected }, { hint })
}

/** A level that training did not see, with the level that was perhaps meant. */
export function unseenLevel(row: number, column: SignatureColumn, text: string): DaybookError {
  const levels = column.levels ?? []
  const near = nearest(text, levels)
  const list = levels
    .slice(0, 10)
    .map((level) => JSON.stringify(level))
    .join(', ')
  const hint =
    near === undefined ? `Levels: ${list}${levels.length > 10 ? ' …' : ''}.` : `Did you mean ${JSON.stringify(near)}?`
  return badValue(row, column, text, 'a level that training saw', hint)
}

export function missingValue(row: number, column: SignatureColumn): DaybookError {
  const hint = 'Training saw no missing value here. Send one, or declare `missing` for the column on the page.'
  return badValue(row, column, null, 'a value', hint)
}

/** What was expected where a number lies outside of its column's bounds; undefined where it lies inside. */
export function outOfBounds(value: number, { min, max }: SignatureColumn): string | undefined {
  if (min !== undefined && value < min) return `a number of at least ${min}`
  if (max !== undefined && value > max) return `a number of at most ${max}`
  return undefined
}

/** Does not look into lists and objects: they may be nested deeper than what recurses can follow. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return shorten(typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value)))
}

/** Text of a client, short enough for a message. */
export function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`
}
