import type { OnnxColumn, OnnxTensor, OnnxType } from '../../plugin/api.ts'
import type { SignatureColumn } from '../manifest.ts'
import type { GraphBuilder } from './graph.ts'

/** Element types of the inputs that raw columns become; shapes are [rows, 1]. */
export const inputTypes: Readonly<Record<SignatureColumn['type'], OnnxType>> = {
  number: 'double',
  date: 'double',
  boolean: 'string',
  category: 'string',
  text: 'string',
}

/**
 * Shapes of what goes in and comes out. `blocks`: [rows, 1], and the numbers of a row side by side. `columns`: [rows] each, as the
 * columns of a data frame; numbers by class have an output a class.
 */
export type OnnxForm = 'blocks' | 'columns'

/** Code of a text that is no level, before it is told apart from a missing one. */
const UNKNOWN = -3

/**
 * Inputs of the graph, one a raw column, brought into the columns of the signature as served rows are: a level by its text,
 * a missing value as NaN or as the empty text. What serving answers with an error (a value out of bounds, a level that
 * training did not see, a missing value where there may be none) is told to `refuseRows`.
 */
export function rawColumns(
  graph: GraphBuilder,
  columns: readonly SignatureColumn[],
  form: OnnxForm = 'blocks',
): OnnxColumn[] {
  if (columns.some(({ name }) => name === '')) graph.cannot('a column has no name, and inputs are known by theirs')
  // A caller who hands over columns hands over a block where there is one alone.
  const width = form === 'columns' && columns.length > 1 ? null : 1
  const inputs = columns.map(({ name, type }) => graph.input(name, inputTypes[type], width))
  const isNumeric = ({ type }: SignatureColumn): boolean => type === 'number' || type === 'date'
  const numbers = numericColumns(
    graph,
    columns.filter(isNumeric),
    inputs.filter((_, i) => isNumeric(columns[i] as SignatureColumn)),
  )
  return columns.map((column, i): OnnxColumn => {
    const input = inputs[i] as OnnxTensor
    const { name, type, levels = [] } = column
    if (type === 'boolean') return { name, type, tensor: booleanColumn(graph, column, input) }
    if (type === 'category') return { name, type, tensor: categoryColumn(graph, column, input), levels }
    return { name, type, tensor: type === 'text' ? input : (numbers.shift() as OnnxTensor) }
  })
}

/** Is any value of a row true? bool [rows, n] in, bool [rows, 1] out. */
export function anyOf(graph: GraphBuilder, truths: OnnxTensor): OnnxTensor {
  const count = graph.node('ReduceSum', [graph.cast(truths, 'int64'), BigInt64Array.of(1n)], {
    attributes: { keepdims: { int: 1 } },
  })
  return graph.node('Greater', [count, 0])
}

function numericColumns(
  graph: GraphBuilder,
  columns: readonly SignatureColumn[],
  inputs: readonly OnnxTensor[],
): OnnxTensor[] {
  if (inputs.length === 0) return []
  const block = graph.stack(inputs)
  graph.refuseRows(anyOf(graph, graph.node('IsInf', [block])))
  const required = inputs.filter((_, i) => !columns[i]?.missing)
  if (required.length > 0) {
    const looked = required.length === inputs.length ? block : graph.stack(required)
    graph.refuseRows(anyOf(graph, graph.node('IsNaN', [looked])))
  }
  const refuse = (bound: 'min' | 'max', operator: 'Less' | 'Greater'): void => {
    const bounded = columns.flatMap((column, i) =>
      column.type !== 'number' || column[bound] === undefined ? [] : [{ column, input: inputs[i] }],
    )
    if (bounded.length === 0) return
    const given = graph.stack(bounded.map(({ input }) => input as OnnxTensor))
    const ends = Float64Array.from(bounded, ({ column }) => column[bound] as number)
    graph.refuseRows(anyOf(graph, graph.node(operator, [given, ends])))
  }
  refuse('min', 'Less')
  refuse('max', 'Greater')
  return [...graph.unstack(block, inputs.length)]
}

/** `true` and `false` by their texts; any other text but the empty one is refused. */
function booleanColumn(graph: GraphBuilder, column: SignatureColumn, input: OnnxTensor): OnnxTensor {
  const code = encode(graph, input, ['false', 'true', ''], [0, 1, -1], UNKNOWN)
  graph.refuseRows(column.missing ? graph.node('Equal', [code, UNKNOWN]) : graph.node('Less', [code, 0]))
  return graph.node('Where', [graph.node('Less', [code, 0]), Number.NaN, graph.cast(code, 'double')], {
    type: 'double',
  })
}

function categoryColumn(graph: GraphBuilder, column: SignatureColumn, input: OnnxTensor): OnnxTensor {
  const { levels = [], unseen, missing } = column
  const hasEmpty = levels.includes('')
  if (hasEmpty && missing)
    graph.cannot(`column \`${column.name}\` may be missing and has the empty text as a level, which are the same there`)
  const texts = hasEmpty ? levels : [...levels, '']
  const codes = texts.map((_, code) => (code < levels.length ? code : -1))
  const silent = unseen === 'missing' && !missing // an unknown level counts as missing, a missing one is refused
  const code = encode(graph, input, texts, codes, silent ? UNKNOWN : unseen === 'missing' ? -1 : -2)
  if (!missing) graph.refuseRows(graph.node('Equal', [code, -1]))
  if (unseen === 'error') graph.refuseRows(graph.node('Equal', [code, -2]))
  if (!silent) return code
  return graph.node('Where', [graph.node('Equal', [code, UNKNOWN]), BigInt64Array.of(-1n), code])
}

function encode(
  graph: GraphBuilder,
  input: OnnxTensor,
  texts: readonly string[],
  codes: readonly number[],
  other: number,
): OnnxTensor {
  return graph.node('LabelEncoder', [input], {
    type: 'int64',
    attributes: { keys_strings: { texts }, values_int64s: { ints: codes }, default_int64: { int: other } },
  })
}
