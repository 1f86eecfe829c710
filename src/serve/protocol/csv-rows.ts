import { DaybookError, fail } from '../../base/errors.ts'
import { readCsv } from '../../frame/csv.ts'
import { parseNumber } from '../../frame/number-text.ts'
import type { Table, UntypedColumn } from '../../frame/table.ts'
import type { RawColumn, RawRows, Signature } from '../../model/index.ts'
import type { SignatureColumn } from '../../model/manifest.ts'
import { checkCount } from './predict.ts'

/**
 * Rows of CSV text with a header line: numbers and booleans are read as the signature types their columns, empty fields,
 * `NA`, `NaN` and `null` are missing.
 *
 * @throws DaybookError SERVE_BAD_REQUEST, SERVE_TOO_MANY_ROWS
 */
export function rowsOfCsv(text: string, signature: Signature, limit: number): RawRows {
  const table = read(text)
  checkCount(table.rows, limit)
  const columns = table.columns.map((given): RawColumn => {
    const { name, values } = given as UntypedColumn
    const column = signature.columns.find((one) => one.name === name)
    return { name, values: values.map((value) => (value === null ? null : jsonOf(value, column))) }
  })
  return { form: 'columns', count: table.rows, columns }
}

function read(text: string): Table {
  try {
    return readCsv(new TextEncoder().encode(text), {}, 'the body')
  } catch (thrown) {
    if (!(thrown instanceof DaybookError)) throw thrown
    throw fail('SERVE_BAD_REQUEST', { reason: reasons[thrown.code] ?? 'the body is not CSV' })
  }
}

const reasons: Readonly<Partial<Record<string, string>>> = {
  DATA_EMPTY: 'the body is empty',
  DATA_NO_ROWS: 'the body holds a header and no row',
  DATA_RAGGED: 'a row has more or less fields than the header',
  DATA_BAD_HEADER: 'a name of the header is empty or stands there twice',
  DATA_UNCLOSED_QUOTE: 'a quote is not closed',
}

/** The JSON value that a field stands for in its column; the text itself where it stands for none. */
function jsonOf(text: string, column: SignatureColumn | undefined): unknown {
  switch (column?.type) {
    case 'number':
      return parseNumber(text) ?? text
    case 'boolean':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text
    default:
      return text
  }
}
