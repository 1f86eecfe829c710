import { type DaybookError, fail } from '../../base/errors.ts'
import type { RawColumn, RawRows, Signature } from '../../model/index.ts'
import { shorten } from '../../model/row-errors.ts'
import { errorMessage, statusOf } from '../error-answer.ts'
import { isUtf8 } from '../media-type.ts'
import { answerText } from './answer-text.ts'
import { rowsOfCsv } from './csv-rows.ts'
import { checkCount, checkRows } from './predict.ts'
import type { Protocol } from './protocol.ts'
import { isObject, readJson, textOf } from './read-json.ts'

/** MLflow's scoring protocol: JSON in four forms, or CSV. */
export const mlflow: Protocol = {
  name: 'mlflow',
  takes: (type) =>
    type !== undefined && ['application/json', 'text/csv'].includes(type.essence) && isUtf8(type) && !type.others,
  read(body, type, { served, rows: limit }) {
    const { signature } = served.model
    const rows =
      type.essence === 'text/csv'
        ? rowsOfCsv(textOf(body), signature, limit)
        : rowsOfJson(readJson(body), signature, limit)
    return { rows, answer: (scored) => `{"predictions":${answerText(signature).records(scored)}}` }
  },
  error(error) {
    if (error.code === 'SERVE_WRONG_MEDIA_TYPE') {
      return {
        type: 'text/plain; charset=utf-8',
        text: 'This address takes application/json and text/csv in UTF-8, with no parameter but charset.',
      }
    }
    const body = { error_code: errorCode(error), message: errorMessage(error) }
    return { type: 'application/json; charset=utf-8', text: JSON.stringify(body) }
  },
}

function errorCode(error: DaybookError): string {
  const names: Readonly<Record<number, string>> = {
    401: 'UNAUTHENTICATED',
    403: 'PERMISSION_DENIED',
    404: 'RESOURCE_DOES_NOT_EXIST',
    429: 'REQUEST_LIMIT_EXCEEDED',
    503: 'TEMPORARILY_UNAVAILABLE',
  }
  const status = statusOf(error)
  return names[status] ?? (status >= 500 ? 'INTERNAL_ERROR' : 'BAD_REQUEST')
}

const forms = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const

function rowsOfJson(body: unknown, signature: Signature, limit: number): RawRows {
  const list = forms.join(', ')
  if (!isObject(body)) throw bad(`the body is not an object with one of ${list}`)
  const given = forms.filter((form) => Object.hasOwn(body, form))
  if (given.length !== 1) throw bad(`the body holds ${given.length === 0 ? 'none' : 'several'} of ${list}`)
  const more = Object.keys(body).some((key) => key !== given[0] && key !== 'params')
  if (more) throw bad(`the body holds more than one of ${list}, and params`)
  const { params } = body
  if (params !== undefined && params !== null && !(isObject(params) && Object.keys(params).length === 0)) {
    throw bad('`params` holds something, and this model has no params')
  }
  switch (given[0]) {
    case 'dataframe_split':
      return splitRows(body.dataframe_split, limit)
    case 'dataframe_records': {
      const { dataframe_records: records } = body
      if (!Array.isArray(records)) throw bad('`dataframe_records` is not a list of rows')
      return { form: 'rows', rows: checkRows(records, limit) }
    }
    case 'instances':
      return instances(body.instances, signature, limit, 'instances')
    default:
      return isObject(body.inputs)
        ? namedColumns(body.inputs, limit)
        : instances(body.inputs, signature, limit, 'inputs')
  }
}

/** `{ columns, data, index? }`: names, and rows as lists. */
function splitRows(given: unknown, limit: number): RawRows {
  if (!isObject(given)) throw bad('`dataframe_split` is not an object of columns and data')
  if (Object.keys(given).some((key) => !['columns', 'data', 'index'].includes(key)))
    throw bad('`dataframe_split` holds more than columns, data and index')
  const { columns, data, index } = given
  if (!Array.isArray(columns) || !columns.every((name) => typeof name === 'string'))
    throw bad('`dataframe_split.columns` is not a list of names')
  const twice = columns.find((name, i) => columns.indexOf(name) !== i)
  if (twice !== undefined) throw bad(`column \`${shorten(twice)}\` is named twice`)
  if (!Array.isArray(data)) throw bad('`dataframe_split.data` is not a list of rows')
  if (index !== undefined && !(Array.isArray(index) && index.length === data.length))
    throw bad('`dataframe_split.index` is not a list of one label a row')
  return listedRows(data, columns, limit)
}

/** Rows as objects, as lists in the order of the model's columns, or as plain values where it has one column. */
function instances(given: unknown, signature: Signature, limit: number, key: string): RawRows {
  if (!Array.isArray(given)) throw bad(`\`${key}\` is not a list of rows`)
  if (given.length > 0 && given.every(isObject)) return { form: 'rows', rows: checkRows(given, limit) }
  const names = signature.columns.map(({ name }) => name)
  const plain = names.length === 1 && given.every((row) => typeof row !== 'object' || row === null)
  return listedRows(plain ? given.map((value) => [value]) : given, names, limit)
}

function listedRows(rows: readonly unknown[], names: readonly string[], limit: number): RawRows {
  checkCount(rows.length, limit)
  rows.forEach((row, i) => {
    if (!Array.isArray(row)) throw bad(`row ${i} is not a list of values`)
    if (row.length !== names.length) throw bad(`row ${i} has ${row.length} values for ${names.length} columns`)
  })
  const lists = rows as readonly (readonly unknown[])[]
  const columns = names.map((name, c): RawColumn => ({ name, values: lists.map((row) => row[c]) }))
  return { form: 'columns', count: rows.length, columns }
}

/** `{ name: [values] }`. */
function namedColumns(given: Readonly<Record<string, unknown>>, limit: number): RawRows {
  const columns = Object.entries(given).map(([name, values]): RawColumn => {
    if (!Array.isArray(values)) throw bad(`column \`${shorten(name)}\` is not a list of values`)
    return { name, values: values.map((value) => (Array.isArray(value) && value.length === 1 ? value[0] : value)) }
  })
  const [first] = columns
  if (first === undefined) throw bad('`inputs` names no column')
  const odd = columns.find(({ values }) => values.length !== first.values.length)
  if (odd !== undefined) throw bad(`columns differ in rows: \`${shorten(first.name)}\`, \`${shorten(odd.name)}\``)
  checkCount(first.values.length, limit)
  return { form: 'columns', count: first.values.length, columns }
}

function bad(reason: string): Error {
  return fail('SERVE_BAD_REQUEST', { reason })
}
