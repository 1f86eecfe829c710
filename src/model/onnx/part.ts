import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Column, Feature } from '../../frame/index.ts'
import type { Defined, OnnxColumn, OnnxTensor, OnnxType, ScoringContext, State } from '../../plugin/api.ts'
import { GraphBuilder } from './graph.ts'
import { encodeOnnx } from './wire.ts'

// A plugin's hook by itself as an ONNX file, for tests that hold it against `apply` and `predict`.

/** What `predict` does, as a file: float `X` [rows, features] in, double `values` out. @throws DaybookError MODEL_NOT_ONNX */
export function algorithmFile(
  plugin: Defined<'algorithm'>,
  state: State,
  features: readonly Feature[],
  ctx: ScoringContext<JsonObject>,
): Uint8Array {
  const graph = partGraph()
  if (plugin.onnx === undefined) return graph.cannot('its plugin does not say how')
  const tensor = graph.input('X', 'float', features.length)
  graph.output('values', plugin.onnx(state, { tensor, features }, graph, ctx).values, ['rows', 'numbers'])
  return fileOf(graph)
}

const columnTypes: Readonly<Record<Column['type'], OnnxType>> = {
  number: 'double',
  date: 'double',
  boolean: 'double',
  category: 'int64',
  text: 'string',
  sparse: 'float',
}

/**
 * What `apply` does, as a file: `in 0`, `in 1` … in the order and form of the columns; `out 0`, `out 1` … in that of `apply`,
 * and bool `refused` [rows, 1]. @throws DaybookError MODEL_NOT_ONNX
 */
export function preprocessFile(
  plugin: Defined<'preprocess'>,
  state: State,
  columns: readonly Column[],
  ctx: ScoringContext<JsonObject>,
): Uint8Array {
  const graph = partGraph()
  if (plugin.onnx === undefined) return graph.cannot('its plugin does not say how')
  const given = columns.map((column, i): OnnxColumn => {
    const { name, type } = column
    const tensor = graph.input(`in ${i}`, columnTypes[type], type === 'sparse' ? column.features.length : 1)
    if (type === 'category') return { name, type, tensor, levels: column.levels }
    return type === 'sparse' ? { name, type, tensor, features: column.features } : { name, type, tensor }
  })
  plugin.onnx(state, given, graph, ctx).forEach(({ tensor, features }, i) => {
    graph.output(`out ${i}`, tensor, ['rows', features?.length ?? 1])
  })
  const none: OnnxTensor = graph.constant([false], [1, 1])
  graph.output(
    'refused',
    graph.refused.reduce((one, other) => graph.node('Or', [one, other]), none),
    ['or 1', 1],
  )
  return fileOf(graph)
}

function partGraph(): GraphBuilder {
  return new GraphBuilder((cell, reason) => fail('MODEL_NOT_ONNX', { cell, reason }))
}

function fileOf(graph: GraphBuilder): Uint8Array {
  const shared = { irVersion: 8, producer: 'daybook', doc: '', metadata: [] }
  return encodeOnnx({ ...shared, domains: graph.domains, graph: graph.file('part') })
}
