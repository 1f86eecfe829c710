import { table } from './code.ts'

/** Codes of data: files, columns, values, and the page against the real data. */
export const dataCodes = table({
  DATA_BAD_VALUE: { message: '{place}: column `{column}` holds `{value}`, expected {expected}', exit: 1 },
  DATA_NO_COLUMN: { message: 'there is no column `{column}` in the data', exit: 2 },
})
