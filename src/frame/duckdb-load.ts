import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { type Column, MISSING } from './column.ts'
import type { Frame } from './frame.ts'

/** Rows of one data chunk: DuckDB's vector size. */
const CHUNK = 2048

type PlainColumn = Exclude<Column, { type: 'sparse' }>

const typeNames = {
  number: 'DOUBLE',
  date: 'TIMESTAMP',
  boolean: 'BOOLEAN',
  category: 'VARCHAR',
  text: 'VARCHAR',
} as const

/** Makes a table of a frame: numbers as DOUBLE, dates as TIMESTAMP, categories and text as VARCHAR; missing is NULL. */
export async function loadFrame(connection: DuckDBConnection, name: string, frame: Frame): Promise<void> {
  const duckdb = await import('@duckdb/node-api')
  const columns = frame.columns.filter((column): column is PlainColumn => column.type !== 'sparse')
  const declared = columns.map((column) => `${quoteName(column.name)} ${typeNames[column.type]}`)
  await connection.run(`CREATE TABLE ${quoteName(name)} (${declared.join(', ')})`)
  const types: Record<PlainColumn['type'], DuckDBType> = {
    number: duckdb.DOUBLE,
    date: duckdb.TIMESTAMP,
    boolean: duckdb.BOOLEAN,
    category: duckdb.VARCHAR,
    text: duckdb.VARCHAR,
  }
  const appender = await connection.createAppender(name)
  const plainValue = (column: PlainColumn, row: number): DuckDBValue => {
    switch (column.type) {
      case 'number':
        return Number.isNaN(column.values[row]) ? null : (column.values[row] as number)
      case 'date': {
        const moment = column.values[row] as number
        return Number.isNaN(moment) ? null : new duckdb.DuckDBTimestampValue(BigInt(moment) * 1000n)
      }
      case 'boolean':
        return column.values[row] === MISSING ? null : column.values[row] === 1
      case 'category':
        return column.levels[column.values[row] as number] ?? null
      case 'text':
        return column.values[row] ?? null
    }
  }
  for (let from = 0; from < frame.rows; from += CHUNK) {
    const count = Math.min(CHUNK, frame.rows - from)
    const chunk = duckdb.DuckDBDataChunk.create(
      columns.map((column) => types[column.type]),
      count,
    )
    columns.forEach((column, i) => {
      chunk.setColumnValues(
        i,
        Array.from({ length: count }, (_, k) => plainValue(column, from + k)),
      )
    })
    appender.appendDataChunk(chunk)
  }
  appender.closeSync()
}

/** A name in quotes: any text is a name then. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
