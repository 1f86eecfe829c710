import { type Column, MISSING } from './column.ts'
import { formatDate } from './date.ts'
import type { UntypedColumn } from './table.ts'

/**
 * The values of a column as a file would hold them: numbers as ECMAScript prints them, dates in ISO 8601, `true` and
 * `false`. Missing is null.
 */
export function textsOfColumn(column: Exclude<Column, { type: 'sparse' }> | UntypedColumn): readonly (string | null)[] {
  switch (column.type) {
    case 'untyped':
    case 'text':
      return column.values
    case 'number':
      return Array.from(column.values, (value) => (Number.isNaN(value) ? null : String(value + 0)))
    case 'date':
      return Array.from(column.values, (value) => (Number.isNaN(value) ? null : formatDate(value)))
    case 'category':
      return Array.from(column.values, (code) => column.levels[code] ?? null)
    case 'boolean':
      return Array.from(column.values, (value) => (value === MISSING ? null : value === 1 ? 'true' : 'false'))
  }
}
