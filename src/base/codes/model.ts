import { table } from './code.ts'

/** Codes of scoring: a row that a model cannot take, a model that cannot be opened. */
export const modelCodes = table({
  ROW_MISSING_COLUMN: { message: 'row {row}: column `{column}` is absent', exit: 1, http: 400 },
  ROW_BAD_VALUE: { message: 'row {row}: column `{column}` holds {value}, expected {expected}', exit: 1, http: 400 },
})
