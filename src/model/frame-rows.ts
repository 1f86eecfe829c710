import type { Json, JsonObject } from '../base/json.ts'
import { formatDate } from '../frame/date.ts'
import { type Column, type Frame, isMissing } from '../frame/index.ts'
import type { Signature } from './manifest.ts'

/**
 * Rows of a typed frame as JSON, as a server or a package would be sent them: the columns that the model takes, dates as ISO 8601,
 * missing values as null.
 */
export function rowsOfFrame(frame: Frame, { columns }: Pick<Signature, 'columns'>): JsonObject[] {
  const taken = columns.flatMap(({ name }) => frame.get(name) ?? [])
  return Array.from({ length: frame.rows }, (_, row) =>
    Object.fromEntries(taken.map((column) => [column.name, isMissing(column, row) ? null : valueAt(column, row)])),
  )
}

function valueAt(column: Column, row: number): Json {
  switch (column.type) {
    case 'number':
      return column.values[row] as number
    case 'date':
      return formatDate(column.values[row] as number)
    case 'boolean':
      return column.values[row] === 1
    case 'category':
      return column.levels[column.values[row] as number] ?? null
    case 'text':
      return column.values[row] ?? null
    case 'sparse':
      throw new TypeError('a raw column is never sparse')
  }
}
