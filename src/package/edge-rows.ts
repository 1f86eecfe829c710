import type { Json, JsonObject } from '../base/json.ts'
import type { Signature, SignatureColumn } from '../model/index.ts'

/** Most levels of a category that rows are made for. */
const LEVELS = 20

/**
 * Rows at the edges of what a model takes, made of rows that it takes: each column by itself missing, at its bounds, at +-0
 * and extremes, at each level and at one that nobody saw, at the ends of the calendar, with empty and long text; then all
 * columns missing at once. Some are rows that a model refuses, and a copy of it has to refuse as well.
 */
export function edgeRows(signature: Signature, base: readonly JsonObject[]): JsonObject[] {
  if (base.length === 0) return []
  let next = 0
  const fresh = (): JsonObject => base[next++ % base.length] as JsonObject
  const one = signature.columns.flatMap((column) =>
    edgesOf(column).map((value): JsonObject => ({ ...fresh(), [column.name]: value })),
  )
  const none = Object.fromEntries(signature.columns.map(({ name }) => [name, null]))
  return [...one, none]
}

function edgesOf(column: SignatureColumn): Json[] {
  const { type, levels = [], min, max } = column
  switch (type) {
    case 'number': {
      const bounds = [min, max].filter((bound) => bound !== undefined)
      const extremes = [
        1e-300, 5e-324, -5e-324, 1e30, -1e30, 3.4028234663852886e38, 1e39, -1e39, 1.7976931348623157e308,
      ]
      return [null, 0, -0, 1, -1, 0.1, ...bounds, ...extremes]
    }
    case 'category':
      return [null, 'a level that nobody saw', ...levels.slice(0, LEVELS)]
    case 'boolean':
      return [null, true, false]
    case 'date':
      return [
        null,
        '1970-01-01',
        '1969-12-31T23:59:59.999Z',
        '2024-02-29T12:30:00Z',
        '0001-01-01',
        '9999-12-31T23:59:59.999Z',
      ]
    case 'text':
      return [null, '', ' ', "Don't PANIC: it's fine", 'naïve café — 你好', 'long '.repeat(2000)]
  }
}
