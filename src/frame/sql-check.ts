import type { DuckDBConnection } from '@duckdb/node-api'
import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import type { Frame } from './frame.ts'

type Node = Readonly<Record<string, unknown>>

/** Table functions that make rows of their arguments alone. */
const tableFunctions = new Set(['range', 'generate_series', 'unnest'])

/** Functions that say more of the machine, the settings or chance than of the data, though the catalogue calls them consistent. `age` counts with one argument. */
const ownList = [
  'age',
  'current_localtime',
  'current_localtimestamp',
  'current_role',
  'current_setting',
  'current_user',
  'getenv',
  'getvariable',
  'localtime',
  'localtimestamp',
  'query',
  'query_table',
  'reservoir_quantile',
  'session_user',
  'user',
  'version',
]

/** Words that stand for a value without brackets. */
const valueWords = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
])

/**
 * Lets one SELECT pass whose result follows from its tables, and gives its text as DuckDB's parser understood it: without
 * comments and semicolon. Refused are other statements, tables that no cell named by `from` gives, functions that are volatile
 * or only consistent within a query by DuckDB's own catalogue (`random`, `now`, `uuid` …) and macros on them, sampling,
 * functions that read files or settings, and an ORDER BY without LIMIT at the end (the rows are ordered by `orderBy`).
 *
 * @throws DaybookError DATA_SQL_NOT_SELECT, DATA_SQL_NOT_ALLOWED; all at once
 */
export async function checkQuery(
  connection: DuckDBConnection,
  query: string,
  frames: ReadonlyMap<string, Frame>,
): Promise<string> {
  const parsed = await parse(connection, query)
  const tables = new Set(frames.keys())
  const columns = new Set([...frames.values()].flatMap((frame) => frame.names))
  collectNames(parsed, tables)
  const refused = await volatileFunctions(connection)
  const errors = new Map<string, DaybookError>()
  const refuse = (name: string, reason: string, hint?: string): void => {
    errors.set(name, fail('DATA_SQL_NOT_ALLOWED', { name, reason }, hint === undefined ? {} : { hint }))
  }
  visit(parsed, (node) => {
    const { type } = node
    const called = node.class === 'FUNCTION' ? String(node.function_name) : undefined
    if (
      called !== undefined &&
      refused.has(called) &&
      !(called === 'age' && isList(node.children) && node.children.length > 1)
    ) {
      refuse(called, 'its result does not follow from the rows')
    }
    if (type === 'COLUMN_REF' && isList(node.column_names) && node.column_names.length === 1) {
      const name = asciiLower(String(node.column_names[0]))
      if (valueWords.has(name) && !columns.has(String(node.column_names[0])))
        refuse(name, 'its result does not follow from the rows')
    }
    if (type === 'TABLE_FUNCTION') {
      const name = String((node.function as Node | undefined)?.function_name)
      if (!tableFunctions.has(name)) refuse(name, 'a query reads the cells named by `from` alone')
    }
    if (
      type === 'BASE_TABLE' &&
      (!tables.has(String(node.table_name)) || node.schema_name !== '' || node.catalog_name !== '')
    ) {
      const name = String(node.table_name)
      const meant = nearest(name, tables)
      const hint =
        meant === undefined
          ? `Name it under \`from\`. There is ${[...tables].join(', ')}.`
          : `Did you mean \`${meant}\`?`
      refuse(name, 'no cell of this name reaches the query', hint)
    }
    if (type === 'SHOW_REF') refuse('DESCRIBE', 'a query reads the cells named by `from` alone')
    if (node.sample !== null && node.sample !== undefined) refuse('SAMPLE', 'its result does not follow from the rows')
  })
  const modifiers = (isList(parsed.modifiers) ? parsed.modifiers : []).map((modifier) => (modifier as Node).type)
  if (modifiers.includes('ORDER_MODIFIER') && !modifiers.some((type) => String(type).startsWith('LIMIT'))) {
    refuse('ORDER BY', 'the rows are ordered by `orderBy`', 'Take it out and name its columns: `orderBy: [...]`.')
  }
  if (errors.size > 0) throw failAll([...errors.values()])
  const reader = await connection.runAndReadAll('SELECT json_deserialize_sql(json_serialize_sql($1::VARCHAR))', [query])
  return String(reader.getRows()[0]?.[0])
}

async function parse(connection: DuckDBConnection, query: string): Promise<Node> {
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [query])
  const answer = JSON.parse(String(reader.getRows()[0]?.[0])) as {
    error?: boolean
    error_message?: string
    statements?: { node: Node }[]
  }
  if (answer.error === true)
    throw fail('DATA_SQL_NOT_SELECT', { reason: (answer.error_message ?? '').split('\n')[0] ?? '' })
  const [statement, ...others] = answer.statements ?? []
  if (statement === undefined || others.length > 0) {
    throw fail('DATA_SQL_NOT_SELECT', {
      reason: `it holds ${others.length + (statement === undefined ? 0 : 1)} statements`,
    })
  }
  return statement.node
}

/** Names of functions whose result is more than their arguments, by the catalogue; macros count by what they are made of. */
async function volatileFunctions(connection: DuckDBConnection): Promise<ReadonlySet<string>> {
  const reader = await connection.runAndReadAll(
    "SELECT DISTINCT function_name, macro_definition, stability FROM duckdb_functions() WHERE stability <> 'CONSISTENT' OR macro_definition IS NOT NULL",
  )
  const rows = reader.getRows().map((row) => row.map((value) => (value === null ? '' : String(value)))) as [
    string,
    string,
    string,
  ][]
  const names = new Set([...ownList, ...valueWords])
  for (const [name, , stability] of rows) if (stability !== '' && name !== 'error') names.add(name)
  const telling = /current_|random|uuid|nextval|\bnow\b|\btoday\b/
  for (const [name, macro] of rows) if (telling.test(macro)) names.add(name)
  return names
}

/** Adds the names of common table expressions. */
function collectNames(root: Node, names: Set<string>): void {
  visit(root, ({ cte_map: map }) => {
    const entries = (map as { map?: { key: string }[] } | undefined)?.map ?? []
    for (const { key } of entries) names.add(key)
  })
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (isList(value)) for (const item of value) visit(item, see)
  else if (typeof value === 'object' && value !== null) {
    see(value as Node)
    for (const inner of Object.values(value)) visit(inner, see)
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
}
