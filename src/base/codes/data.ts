import { table } from './code.ts'

/** Codes of data: files, columns, values, and the page against the real data. */
export const dataCodes = table({
  DATA_BAD_VALUE: { message: '{place}: column `{column}` holds `{value}`, expected {expected}', exit: 1 },
  DATA_NO_COLUMN: { message: 'there is no column `{column}` in the data', exit: 2 },
  DATA_ALL_MISSING: {
    message: 'column `{column}` holds no value in the training rows',
    hint: 'Remove it with a `drop` cell, give it the role `ignore`, or fill it with a constant.',
    exit: 1,
  },
  DATA_TOO_MANY_COLUMNS: { message: '{what} gives {count} columns, the limit is {limit}', exit: 2 },
  DATA_COLUMN_TYPE: { message: 'column `{column}` is a {type}, expected {expected}', exit: 2 },
  DATA_NO_TERMS: {
    message: 'the training texts of column `{column}` leave no term',
    hint: 'Lower `minTexts` or raise `maxShare`.',
    exit: 1,
  },
})
