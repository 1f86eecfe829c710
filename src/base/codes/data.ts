import { table } from './code.ts'

/** Codes of data: files, columns, values, and the page against the real data. */
export const dataCodes = table({
  DATA_BAD_VALUE: { message: '{place}: column `{column}` holds `{value}`, expected {expected}', exit: 2 },
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

  // The page against the real data. Rows are counted from 1, headers left out.
  DATA_TOO_FEW_ROWS: {
    message: 'there are {rows} rows: too few to train and test on',
    hint: 'A model needs more rows than that.',
    exit: 2,
  },
  DATA_KEY_MISSING: { message: 'the key `{column}` is missing in row {row}', hint: 'A key names every row.', exit: 2 },
  DATA_KEY_REPEATED: {
    message: 'the key `{column}` is `{value}` in rows {first} and {second}',
    hint: 'A key names one row alone: take repeated rows out, or name another key.',
    exit: 2,
  },
  DATA_TARGET_MISSING: {
    message: 'the target `{column}` is missing in {count} of {rows} rows, first in row {row}',
    hint: 'Take rows without a target out of the data.',
    exit: 2,
  },
  DATA_ONE_CLASS: {
    message: 'the target `{column}` is `{value}` in every row: there is nothing to tell apart',
    hint: 'Look at the data: rows of the other class are missing, or another column is the target.',
    exit: 2,
  },
  DATA_CONSTANT_TARGET: {
    message: 'the target `{column}` is {value} in every row: there is nothing to learn',
    hint: 'Look at the data, or name another column.',
    exit: 2,
  },
  DATA_TARGET_TYPE: { message: 'the target `{column}` is of type {type}, expected {expected}', exit: 2 },
  DATA_NO_POSITIVE: { message: 'no row of the target `{column}` is `{positive}`', exit: 2 },
  DATA_MANY_CLASSES: {
    message: '`positive` is for two values, and the target `{column}` has {count}',
    hint: 'Take `positive` out, or make two values of them.',
    exit: 2,
  },
  DATA_TRUTH_VALUES: {
    message:
      'the target `{column}` has {count} values: where anomalies are looked for it says which rows are known ones',
    hint: 'Name a column of two values, or take `target` out.',
    exit: 2,
  },
  DATA_EMPTY_COLUMN: {
    message: 'column `{column}` holds no value at all',
    hint: 'Give it `role: ignore`, or take it out of the data.',
    exit: 2,
  },
  DATA_ROLE_TYPE: {
    message: 'column `{column}` is of type {type}, and {use} takes {expected}',
    hint: 'Declare another `type`, name another column, or take it out.',
    exit: 2,
  },
  DATA_FOLDS: {
    message: '{folds} folds need {folds} rows of each class, and `{class}` has about {rows} to train on',
    hint: 'Ask for fewer folds.',
    exit: 2,
  },
  DATA_SPLIT_VALUE: {
    message: 'the column `{column}` says `{value}`, expected `train`, `validation` or `test`',
    hint: 'Name another column, or mend its values.',
    exit: 2,
  },
  DATA_SPLIT_EMPTY: { message: 'the split leaves no {part} rows', exit: 2 },

  // Files
  DATA_FILE_MISSING: { message: 'there is no file {file}', exit: 2 },
  DATA_NOT_A_FILE: { message: '{file} is {what}, expected a file', exit: 2 },
  DATA_FILE_UNREADABLE: { message: '{file} cannot be read: {reason}', exit: 2 },
  DATA_TOO_LARGE: {
    message: '{file} holds more than {limit} bytes',
    hint: 'Store it as Parquet, or read less of it.',
    exit: 2,
  },
  DATA_BAD_GZIP: {
    message: '{file} begins as gzip does and cannot be unpacked: {reason}',
    hint: 'Copy or download it again.',
    exit: 2,
  },
  DATA_BINARY: { message: '{file} is not text: it holds {what}', hint: 'Name a CSV file.', exit: 2 },
  DATA_BAD_ENCODING: {
    message: '{file}:{line} is not {encoding} text',
    hint: 'Set `encoding` to what the file is written in, such as `windows-1252`, or save it as UTF-8.',
    exit: 2,
  },
  DATA_EMPTY: { message: '{file} is empty', exit: 2 },
  DATA_NO_ROWS: {
    message: '{file} has no rows',
    hint: 'A header alone is not enough: add rows, or set `header: false`.',
    exit: 2,
  },
  DATA_BAD_HEADER: {
    message: '{file}: {reason}',
    hint: 'Give each column a name of its own in the first line, or set `header: false`.',
    exit: 2,
  },
  DATA_RAGGED: {
    message: '{place} has {count} fields, expected {expected}',
    hint: 'A field that holds the delimiter stands in quotes.',
    exit: 2,
  },
  DATA_DELIMITER: { message: '{file} has one column: its first line holds {other} and no {delimiter}', exit: 2 },
  DATA_UNCLOSED_QUOTE: { message: '{file}:{line}: a quote opens here and is never closed', exit: 2 },
  DATA_BAD_QUOTE: {
    message: '{file}:{line}: {found} follows a closing quote',
    hint: 'After a closing quote comes the delimiter or the end of the line; a quote inside of quotes is written twice.',
    exit: 2,
  },
  DATA_MORE_FAULTS: { message: 'and {count} more {what}', exit: 2 },

  // Values
  DATA_TOO_MANY_MISSING: {
    message: 'column `{column}` has {share} % missing values, expected at most {atMost} %',
    exit: 2,
  },
  DATA_BAD_SOURCE: { message: '{file} cannot be read as {format}: {reason}', exit: 2 },
  DATA_SOURCE_TYPE: {
    message: 'column `{column}` is of the type {type}, which has no counterpart here',
    hint: 'Leave it out or convert it where the file is made.',
    exit: 2,
  },

  // SQL
  DATA_SQL: { message: 'the query failed: {reason}', exit: 2 },
  DATA_SQL_NOT_SELECT: {
    message: 'the query is no single SELECT: {reason}',
    hint: 'Write one SELECT statement over the cells named by `from`.',
    exit: 2,
  },
  DATA_SQL_NOT_ALLOWED: { message: '`{name}` is not allowed in a query: {reason}', exit: 2 },
})
