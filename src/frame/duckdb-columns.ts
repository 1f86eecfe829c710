import type { DuckDBResult, DuckDBType, DuckDBValue } from '@duckdb/node-api'
import { type DaybookError, fail, failAll } from '../base/errors.ts'
import { type Column, MISSING } from './column.ts'
import { Faults } from './faults.ts'

/** How the values of one DuckDB type become ours; undefined: it cannot be held exactly. */
interface Conversion {
  readonly type: 'number' | 'date' | 'boolean' | 'text'
  readonly convert: (value: DuckDBValue) => number | string | undefined
}

/**
 * Columns of a result. Whole numbers beyond 2^53 and infinite dates are refused with their row.
 *
 * @throws DaybookError DATA_SOURCE_TYPE, DATA_BAD_VALUE; all at once
 */
export async function columnsOfResult(
  result: DuckDBResult,
  file: string,
): Promise<{ rows: number; columns: Column[] }> {
  const names = result.columnNames()
  const types = result.columnTypes()
  const conversions = types.map(conversionOf)
  const unknown = names.flatMap((column, i) =>
    conversions[i] === undefined ? [fail('DATA_SOURCE_TYPE', { column, type: String(types[i]) })] : [],
  )
  if (unknown.length > 0) throw failAll(unknown)
  const chunks = await result.fetchAllChunks()
  const rows = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  const errors: DaybookError[] = []
  const columns = names.map((name, i) => {
    const { type, convert } = conversions[i] as Conversion
    const faults = new Faults(`faults of column \`${name}\``)
    const values = new Array<number | string | null>(rows)
    let row = 0
    for (const chunk of chunks) {
      for (const value of chunk.getColumnValues(i)) {
        const converted = value === null ? null : convert(value)
        if (converted === undefined) {
          const at = { place: `row ${row + 1} of ${file}`, column: name, value: String(value) }
          faults.add(() =>
            fail('DATA_BAD_VALUE', {
              ...at,
              expected: type === 'date' ? 'a finite date' : 'a whole number within ±2^53',
            }),
          )
        }
        values[row++] = converted ?? null
      }
    }
    errors.push(...faults.all)
    return columnOf(name, type, values)
  })
  if (errors.length > 0) throw failAll(errors)
  return { rows, columns }
}

function columnOf(name: string, type: Conversion['type'], values: readonly (number | string | null)[]): Column {
  switch (type) {
    case 'number':
    case 'date':
      return {
        type,
        name,
        values: Float64Array.from(values, (value) => (value === null ? Number.NaN : (value as number) + 0)),
      }
    case 'boolean':
      return { type, name, values: Int8Array.from(values, (value) => (value === null ? MISSING : (value as number))) }
    case 'text':
      return { type, name, values: values as (string | null)[] }
  }
}

function conversionOf(type: DuckDBType): Conversion | undefined {
  const name = String(type).replace(/\(.*/s, '')
  return conversions[name]
}

const plainNumber: Conversion = { type: 'number', convert: (value) => value as number }
const wideNumber: Conversion = {
  type: 'number',
  convert: (value) => {
    const number = Number(value as bigint)
    return Number.isSafeInteger(number) ? number : undefined
  },
}
const text: Conversion = { type: 'text', convert: (value) => String(value) }

/** Dates of a field that counts `perMs` units a millisecond; cut to milliseconds, downwards. */
function moment(field: string, perMs: bigint, msPer = 1n): Conversion {
  return {
    type: 'date',
    convert: (value) => {
      const units = BigInt((value as unknown as Record<string, number | bigint>)[field] as number | bigint) * msPer
      const ms = units / perMs - (units % perMs < 0n ? 1n : 0n)
      return ms > -62_167_219_200_001n && ms < 253_402_300_800_000n ? Number(ms) : undefined // years 0 … 9999
    },
  }
}

const conversions: Readonly<Record<string, Conversion>> = {
  TINYINT: plainNumber,
  SMALLINT: plainNumber,
  INTEGER: plainNumber,
  UTINYINT: plainNumber,
  USMALLINT: plainNumber,
  UINTEGER: plainNumber,
  FLOAT: plainNumber,
  DOUBLE: plainNumber,
  BIGINT: wideNumber,
  UBIGINT: wideNumber,
  HUGEINT: wideNumber,
  UHUGEINT: wideNumber,
  DECIMAL: { type: 'number', convert: (value) => Number(String(value)) },
  BOOLEAN: { type: 'boolean', convert: (value) => (value === true ? 1 : 0) },
  VARCHAR: text,
  ENUM: text,
  UUID: text,
  DATE: moment('days', 1n, 86_400_000n),
  TIMESTAMP: moment('micros', 1000n),
  'TIMESTAMP WITH TIME ZONE': moment('micros', 1000n),
  TIMESTAMP_MS: moment('millis', 1n),
  TIMESTAMP_S: moment('seconds', 1n, 1000n),
  TIMESTAMP_NS: moment('nanos', 1_000_000n),
}
