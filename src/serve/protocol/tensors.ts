import { fail } from '../../base/errors.ts'
import type { RawColumn, RawRows, Signature } from '../../model/index.ts'
import { shorten } from '../../model/row-errors.ts'
import { datatypesOf, elementCheck, elementsOf, elementWords, isDatatype } from './datatypes.ts'
import { checkCount } from './predict.ts'
import { isObject } from './read-json.ts'

/**
 * The rows of an inference request: one tensor a raw column, of shape [rows] or [rows, 1], its data flat or nested.
 *
 * @throws DaybookError SERVE_BAD_REQUEST, SERVE_TOO_MANY_ROWS
 */
export function rowsOfTensors(inputs: unknown, signature: Signature, limit: number): RawRows {
  if (!Array.isArray(inputs)) throw bad('`inputs` is not a list')
  if (inputs.length === 0) throw bad('`inputs` is empty')
  const columns = new Map<string, RawColumn>()
  let first: RawColumn | undefined
  for (const [i, input] of inputs.entries()) {
    const column = columnOf(input, i, signature)
    if (columns.has(column.name)) throw bad(`input \`${shorten(column.name)}\` is given twice`)
    if (first === undefined) checkCount(column.values.length, limit)
    else if (column.values.length !== first.values.length) {
      const [here, there] = [column, first].map(({ name, values }) => `\`${shorten(name)}\` has ${values.length}`)
      throw bad(`inputs differ in rows: ${there}, ${here}`)
    }
    first ??= column
    columns.set(column.name, column)
  }
  for (const { name, optional } of signature.columns) {
    if (!optional && !columns.has(name)) throw bad(`input \`${name}\` is missing`)
  }
  return { form: 'columns', count: first?.values.length ?? 0, columns: [...columns.values()] }
}

const keys = new Set(['name', 'shape', 'datatype', 'parameters', 'data'])

function columnOf(input: unknown, i: number, signature: Signature): RawColumn {
  if (!isObject(input)) throw bad(`input ${i} is not an object`)
  const { name, shape, datatype, data } = input
  if (typeof name !== 'string') throw bad(`input ${i} has no \`name\``)
  const called = `input \`${shorten(name)}\``
  if (Object.keys(input).some((key) => !keys.has(key))) throw bad(`${called} holds more than ${[...keys].join(', ')}`)
  checkParameters(input.parameters, called)
  const column = signature.columns.find((one) => one.name === name)
  if (column === undefined && !signature.ignored.includes(name)) throw bad(`${called} is no column of this model`)
  if (!isDatatype(datatype)) throw bad(`${called} has no datatype of the protocol`)
  const taken = column === undefined ? [datatype] : datatypesOf(column)
  if (!taken.includes(datatype)) throw bad(`${called} takes ${taken.join(', ')}, not ${datatype}`)
  const rows = rowsOfShape(shape, called)
  const flat = flatten(data, shape as readonly number[], rows, called)
  const isElement = elementCheck(datatype)
  for (let at = 0; at < flat.length; at++) {
    if (!isElement(flat[at])) throw bad(`${called}, element ${at}: ${elementWords(datatype)} is expected`)
  }
  return { name, values: elementsOf(datatype, flat) }
}

function rowsOfShape(shape: unknown, called: string): number {
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0)
  if (!isShape) throw bad(`${called} has no \`shape\` of whole numbers`)
  const [rows, width, ...more] = shape as readonly number[]
  if (rows === undefined || more.length > 0 || (width !== undefined && width !== 1)) {
    throw bad(`${called} has a shape other than [rows] or [rows, 1]`)
  }
  return rows
}

/** Data as a flat list of as many elements as the shape says. */
function flatten(data: unknown, shape: readonly number[], rows: number, called: string): readonly unknown[] {
  if (!Array.isArray(data)) throw bad(`${called} has no list as \`data\``)
  let nested = 0
  for (const one of data) if (Array.isArray(one)) nested++
  if (nested === 0) {
    if (data.length !== rows) throw bad(`${called} has ${data.length} elements, its shape asks for ${rows}`)
    return data
  }
  if (shape.length === 2 && nested === data.length) {
    if (data.length !== rows) throw bad(`${called} has ${data.length} rows, its shape asks for ${rows}`)
    if (data.every((row: readonly unknown[]) => row.length === 1)) return data.map(([element]) => element)
  }
  throw bad(`${called} has data that is nested otherwise than its shape says`)
}

/** Parameters are plain values by name. @throws DaybookError SERVE_BAD_REQUEST */
export function checkParameters(parameters: unknown, called: string): Readonly<Record<string, unknown>> | undefined {
  if (parameters === undefined) return undefined
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
  if (!isObject(parameters) || !Object.values(parameters).every(isPlain)) {
    throw bad(`${called} has \`parameters\` other than texts, numbers, true and false by name`)
  }
  return parameters
}

function bad(reason: string): Error {
  return fail('SERVE_BAD_REQUEST', { reason })
}
