import type { Json, JsonObject } from '../base/json.ts'
import { type Column, type Frame, formatDate, isMissing } from '../frame/index.ts'
import type { Signature } from '../model/index.ts'

/** Rows of a frame as a client would send them: the columns of a signature as JSON values, dates in ISO 8601. */
export function jsonRowsOf(frame: Frame, { columns }: Pick<Signature, 'columns'>): JsonObject[] {
  const present = columns.flatMap(({ name }) => frame.get(name) ?? [])
  return Array.from({ length: frame.rows }, (_, row) =>
    Object.fromEntries(present.map((column) => [column.name, valueAt(column, row)])),
  )
}

function valueAt(column: Column, row: number): Json {
  if (isMissing(column, row)) return null
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
      return column.values[row] as string
    case 'sparse':
      throw new TypeError('a raw column is never sparse')
  }
}
