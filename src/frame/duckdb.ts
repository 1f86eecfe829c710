import { basename } from 'node:path'
import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { checkDataFile } from './data-file.ts'
import { columnsOfResult } from './duckdb-columns.ts'
import { loadFrame, quoteName } from './duckdb-load.ts'
import type { Frame } from './frame.ts'
import { checkQuery } from './sql-check.ts'
import type { Table } from './table.ts'

/**
 * Opens DuckDB for one piece of work and closes it again: one thread (sums of floats depend on how many there are), UTC, no
 * files but `allowed` ones, no network, no extensions, settings locked.
 */
async function withDuckdb<T>(
  allowed: readonly string[],
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  try {
    const connection = await instance.connect()
    try {
      await connection.run("SET TimeZone = 'UTC'")
      if (allowed.length > 0) await connection.run(`SET allowed_paths = [${allowed.map(literal).join(', ')}]`)
      await connection.run('SET enable_external_access = false')
      await connection.run('SET lock_configuration = true')
      return await work(connection)
    } finally {
      connection.closeSync()
    }
  } finally {
    instance.closeSync()
  }
}

/**
 * Reads a Parquet file, rows in the order of the file. Whole numbers, floats and decimals become numbers, dates and
 * timestamps dates, texts, enums and UUIDs text.
 *
 * @throws DaybookError DATA_FILE_MISSING, DATA_NOT_A_FILE, DATA_BAD_SOURCE, DATA_NO_ROWS, DATA_SOURCE_TYPE, DATA_BAD_VALUE
 */
export async function readParquet(path: string): Promise<Table> {
  const file = basename(path)
  await checkDataFile(path)
  if (/[*?[\]{}]/.test(path)) throw fail('DATA_FILE_UNREADABLE', { file, reason: 'its path holds one of * ? [ ] { }' })
  return withDuckdb([path], async (connection) => {
    const result = await connection.run(`SELECT * FROM read_parquet(${literal(path)})`).catch((cause: Error) => {
      throw fail(
        'DATA_BAD_SOURCE',
        { file, format: 'Parquet', reason: reasonOf(cause).replaceAll(path, file) },
        { cause },
      )
    })
    return tableOf(result, file)
  })
}

/** A query over frames. */
export interface FrameQuery {
  readonly query: string
  /** Columns of the result that its rows are ordered by. */
  readonly orderBy: readonly string[]
}

/**
 * Runs one SELECT over frames, each a table under its name. Rows come in a total order: by the columns of `orderBy`, then by
 * all others from left to right, missing values last, text by its UTF-8 bytes; rows that tie are equal in every column.
 *
 * @throws DaybookError DATA_SQL_NOT_SELECT, DATA_SQL_NOT_ALLOWED (see `checkQuery`), DATA_SQL, DATA_NO_COLUMN, DATA_NO_ROWS,
 *   DATA_SOURCE_TYPE, DATA_BAD_VALUE
 */
export async function queryFrames(frames: ReadonlyMap<string, Frame>, { query, orderBy }: FrameQuery): Promise<Table> {
  return withDuckdb([], async (connection) => {
    const select = await checkQuery(connection, query, frames)
    const failed = (cause: Error): never => {
      throw fail('DATA_SQL', { reason: reasonOf(cause) }, { cause })
    }
    for (const [name, frame] of frames) await loadFrame(connection, name, frame).catch(failed)
    const names = await outputNames(connection, select).catch(failed)
    const errors = [...unknownColumns(orderBy, names), ...doubleNames(names)]
    if (errors.length > 0) throw failAll(errors)
    const order = [...orderBy, ...names.filter((name) => !orderBy.includes(name))].map(
      (name) => `${quoteName(name)} NULLS LAST`,
    )
    const result = await connection.run(`SELECT * FROM (${select}) ORDER BY ${order.join(', ')}`).catch(failed)
    return tableOf(result, 'the query')
  })
}

async function outputNames(connection: DuckDBConnection, select: string): Promise<string[]> {
  const prepared = await connection.prepare(select)
  try {
    return Array.from({ length: prepared.columnCount }, (_, i) => prepared.columnName(i))
  } finally {
    prepared.destroySync()
  }
}

async function tableOf(result: DuckDBResult, file: string): Promise<Table> {
  const { rows, columns } = await columnsOfResult(result, file)
  if (rows === 0) throw fail('DATA_NO_ROWS', { file }, { hint: 'There must be rows to learn from.' })
  return { rows, columns, place: (row) => `row ${row + 1} of ${file}` }
}

function unknownColumns(orderBy: readonly string[], names: readonly string[]): DaybookError[] {
  return orderBy
    .filter((column) => !names.includes(column))
    .map((column) => fail('DATA_NO_COLUMN', { column }, { hint: `The query gives ${names.join(', ')}.` }))
}

function doubleNames(names: readonly string[]): DaybookError[] {
  const doubles = new Set(names.filter((name, i) => names.indexOf(name) !== i))
  return [...doubles].map((name) =>
    fail(
      'DATA_BAD_HEADER',
      { file: 'the query', reason: `two columns are named \`${name}\`` },
      { hint: 'Name one of them otherwise: `AS …`.' },
    ),
  )
}

/** What DuckDB says, on one line. */
function reasonOf(error: Error): string {
  return (error.message.split('\n')[0] as string).trim()
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
