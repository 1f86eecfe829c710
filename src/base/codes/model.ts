import { table } from './code.ts'

/** Codes of scoring: a row that a model cannot take, a model that cannot be opened. Rows count from 0. */
export const modelCodes = table({
  ROW_MISSING_COLUMN: {
    message: 'row {row}: column `{column}` is absent',
    hint: 'Send it, or declare it `optional: true` on the page.',
    exit: 1,
    http: 400,
  },
  ROW_UNKNOWN_COLUMN: {
    message: 'row {row}: the model has no column `{column}`',
    hint: 'Send the columns of the signature alone.',
    exit: 1,
    http: 400,
  },
  ROW_BAD_VALUE: { message: 'row {row}: column `{column}` holds {value}, expected {expected}', exit: 1, http: 400 },
  ROW_MISSING_VALUE: {
    message: 'row {row}: `{column}` is missing, and {taker} takes no missing values',
    hint: 'Send a value, or add a preprocess cell that fills in missing values and train again.',
    exit: 1,
    http: 400,
  },
  MODEL_FEATURE_TYPE: { message: '{taker} cannot take column `{column}`, which holds a {type}', exit: 2 },
  MODEL_NO_FEATURES: {
    message: 'no feature reaches {taker}',
    hint: 'Leave at least one column with `role: feature`, and look at what the preprocess cells drop.',
    exit: 2,
  },
  MODEL_TOO_WIDE: {
    message: '{rows} rows of {features} features need {bytes} bytes as a dense matrix',
    hint: 'Use an algorithm that takes sparse features, or fewer levels or terms.',
    exit: 1,
  },
  MODEL_NO_COLUMN: { message: 'there is no column `{column}` in the rows, which the model takes', exit: 2 },
  MODEL_COLUMN_TYPE: { message: 'column `{column}` holds a {got}, the model takes a {expected}', exit: 2 },
  MODEL_BAD_TARGET: { message: 'row {row}: target `{column}` holds {value}, expected {expected}', exit: 2 },
  MODEL_CORRUPT: { message: 'the model cannot be read: {reason}', exit: 1 },
  MODEL_PLUGIN_VERSION: {
    message: 'the model was fitted by version {fitted} of {plugin}, here is version {here}',
    hint: 'Install the plugin in the version that the model names, or train again.',
    exit: 1,
  },
  MODEL_NO_BASELINE: {
    message: 'the run keeps no baseline that rows could be held against',
    hint: 'Run the page again with this version of Daybook.',
    exit: 1,
  },
  MODEL_NO_REASONS: { message: 'there are no reasons in a {task} task', exit: 2, http: 400 },
  MODEL_REASON_CLASS: {
    message: 'reasons for class `{class}` cannot be given: there are {classes}',
    exit: 2,
    http: 400,
  },
  MODEL_NOT_ONNX: {
    message: 'cell `{cell}` cannot be written as ONNX: {reason}',
    hint: 'Ship the model in another form, or take what the cell does out of the page and do it before the rows are sent.',
    exit: 1,
  },
  SCORE_UNKNOWN_FORMAT: {
    message: '{file} is not a file of rows that is known by its name',
    hint: 'Name it .csv, .tsv, .jsonl, .ndjson, .json or .parquet (text files may end in .gz too).',
    exit: 2,
  },
  SCORE_BAD_LINE: { message: '{place} is {reason}', hint: 'Each row is one JSON object { "column": value }.', exit: 1 },
})
