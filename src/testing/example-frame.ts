import { byCodeUnit } from '../base/canonical.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { type Column, type ColumnType, Frame, MISSING, UNSEEN } from '../frame/index.ts'

/** Columns as an example writes them: plain values by column name. */
export type PlainColumns = Readonly<Record<string, readonly (string | number | boolean | null)[]>>

/**
 * A frame from plain values. Numbers and booleans say their type themselves; texts are dates where all are ISO dates, else
 * categories, as far as `types` has those, else text. Levels are those of `like`, where it has the column: others are unseen.
 */
export function frameOf(columns: PlainColumns, types: readonly ColumnType[] = everyType, like?: Frame): Frame {
  const made = Object.entries(columns).map(([name, values]) => columnOf(name, values, types, like?.get(name)))
  return new Frame(Object.values(columns)[0]?.length ?? 0, made)
}

const everyType: readonly ColumnType[] = ['number', 'category', 'boolean', 'date', 'text']

const isoDate = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/

function columnOf(
  name: string,
  values: PlainColumns[string],
  types: readonly ColumnType[],
  like: Column | undefined,
): Column {
  const type = like?.type ?? typeOf(values, types)
  const present = (value: unknown): boolean => value !== null
  switch (type) {
    case 'number':
      return { type, name, values: Float64Array.from(values, (value) => (present(value) ? Number(value) : Number.NaN)) }
    case 'boolean':
      return { type, name, values: Int8Array.from(values, (value) => (present(value) ? Number(value) : MISSING)) }
    case 'date':
      return {
        type,
        name,
        values: Float64Array.from(values, (value) => (present(value) ? Date.parse(String(value)) : Number.NaN)),
      }
    case 'category': {
      const levels =
        like?.type === 'category' ? like.levels : [...new Set(values.filter(present).map(String))].sort(byCodeUnit)
      const codes = new Map(levels.map((level, code) => [level, code]))
      const code = (value: unknown): number => (present(value) ? (codes.get(String(value)) ?? UNSEEN) : MISSING)
      return { type, name, levels, values: Int32Array.from(values, code) }
    }
    default:
      return { type: 'text', name, values: values.map((value) => (present(value) ? String(value) : null)) }
  }
}

function typeOf(values: PlainColumns[string], types: readonly ColumnType[]): ColumnType {
  const present = values.filter((value) => value !== null)
  if (present.length > 0 && present.every((value) => typeof value === 'number')) return 'number'
  if (present.length > 0 && present.every((value) => typeof value === 'boolean')) return 'boolean'
  const couldBeDate =
    types.includes('date') && present.length > 0 && present.every((value) => isoDate.test(String(value)))
  if (couldBeDate) return 'date'
  const order: readonly ColumnType[] = present.length === 0 ? ['number', 'category', 'text'] : ['category', 'text']
  return order.find((type) => types.includes(type)) ?? types[0] ?? 'text'
}

/**
 * The values of a column as an example writes them: missing is null, an unseen level `(unseen)`, a date
 * its ISO text (without the time at midnight), a row of a sparse block `{ feature: value }`.
 */
export function plainValues(column: Column, rows: number): readonly Json[] {
  const plain = (row: number): Json => {
    switch (column.type) {
      case 'number':
        return numberOrNull(column.values[row] as number)
      case 'boolean':
        return column.values[row] === MISSING ? null : column.values[row] === 1
      case 'date': {
        const moment = column.values[row] as number
        return Number.isNaN(moment) ? null : new Date(moment).toISOString().replace('T00:00:00.000Z', '')
      }
      case 'category': {
        const code = column.values[row] as number
        return code === MISSING ? null : (column.levels[code] ?? '(unseen)')
      }
      case 'text':
        return column.values[row] ?? null
      case 'sparse': {
        const found: Record<string, number> = {}
        for (let at = column.starts[row] as number; at < (column.starts[row + 1] as number); at++)
          found[column.features[column.indices[at] as number] as string] = column.values[at] as number
        return found as JsonObject
      }
    }
  }
  return Array.from({ length: rows }, (_, row) => plain(row))
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

/** Are two plain values equal, numbers up to `tolerance` (absolute below 1, relative above)? */
export function nearlyEqual(a: unknown, b: unknown, tolerance: number): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Object.is(a, b) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b))
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b
  const keys = Object.keys(a)
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false
  const [left, right] = [a, b] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]
  return keys.every((key) => Object.hasOwn(b, key) && nearlyEqual(left[key], right[key], tolerance))
}
