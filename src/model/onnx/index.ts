import { fail } from '../../base/errors.ts'
import { replaceColumns } from '../../frame/replace-columns.ts'
import type { OnnxColumn } from '../../plugin/api.ts'
import { emptyFrame } from '../conform-frame.ts'
import type { Model } from '../model.ts'
import { finalState } from '../preprocess.ts'
import { addAnswers } from './answers.ts'
import { onnxFeatures } from './features.ts'
import { GraphBuilder } from './graph.ts'
import { anyOf, type OnnxForm, rawColumns } from './raw-columns.ts'
import { encodeOnnx } from './wire.ts'

export type { OnnxForm } from './raw-columns.ts'
export {
  isTensorRow,
  type OnnxInputColumn,
  type OnnxOutputs,
  onnxInputs,
  onnxOutputName,
  onnxPredictions,
  onnxTensors,
  type TensorInfo,
} from './rows.ts'

/** A model as ONNX. */
export interface WrittenOnnx {
  readonly bytes: Uint8Array
  /** How far its numbers may lie from the model's: `absolute + relative * |number|`. */
  readonly bounds: { readonly absolute: number; readonly relative: number }
}

/** Version of the file format: the lowest that the operators need. */
const IR_VERSION = 8

/**
 * The whole fitted pipeline as one ONNX file: raw columns in, label and numbers out. Equal models give equal bytes. What goes
 * in and comes out is described in docs/onnx.md.
 *
 * @throws DaybookError MODEL_NOT_ONNX where a cell does what ONNX cannot say, or its plugin has no `onnx` hook
 */
export function exportOnnx(model: Model, form: OnnxForm = 'blocks'): Uint8Array {
  return writeOnnx(model, form).bytes
}

/** As {@link exportOnnx}, with how far engines may take the numbers from the model's. @throws DaybookError MODEL_NOT_ONNX */
export function writeOnnx(model: Model, form: OnnxForm = 'blocks'): WrittenOnnx {
  const { signature, manifest } = model
  const { preprocess, algorithm, kernels } = model.parts
  const cannot = (cell: string, reason: string) => fail('MODEL_NOT_ONNX', { cell, reason }, { cell })
  const graph = new GraphBuilder(cannot)
  graph.enter('data')
  let columns: readonly OnnxColumn[] = rawColumns(graph, signature.columns, form)
  for (const cell of preprocess) {
    graph.enter(cell.id)
    const { plugin, params } = cell
    const taken = cell.columns.flatMap((name) => columns.find((column) => column.name === name) ?? [])
    if (plugin.missing !== 'allow') refuseMissing(graph, taken)
    if (plugin.onnx === undefined) throw cannot(cell.id, `plugin ${plugin.id} does not say how`)
    const given = plugin.onnx(finalState(cell), taken, graph, { params, kernels })
    columns = replaceColumns(columns, new Set(cell.columns), given)
  }
  const { plugin, params, state } = algorithm
  graph.enter(algorithm.id)
  if (plugin.onnx === undefined) throw cannot(algorithm.id, `plugin ${plugin.id} does not say how`)
  const { features } = model.features(emptyFrame(signature))
  const X = onnxFeatures(graph, columns, features, plugin.missing)
  const prediction = plugin.onnx(state, X, graph, { params, kernels })
  graph.enter('model')
  const threshold = signature.task === 'anomaly' ? (plugin.threshold?.(state) ?? 0) : undefined
  addAnswers(graph, prediction, signature, threshold, form)
  const bytes = encodeOnnx({
    irVersion: IR_VERSION,
    producer: 'daybook',
    domains: graph.domains,
    doc: `${manifest.name}: raw columns in, predictions out.`,
    metadata: [
      ['daybook.model', model.digest],
      ['daybook.name', manifest.name],
      ['daybook.task', signature.task],
    ],
    graph: graph.file(manifest.name),
  })
  return { bytes, bounds: prediction.bounds ?? { absolute: 1e-9, relative: 1e-9 } }
}

/** What the engine does before `apply` where a plugin takes no missing values. */
function refuseMissing(graph: GraphBuilder, columns: readonly OnnxColumn[]): void {
  const numbers = columns.filter(({ type }) => type === 'number' || type === 'date' || type === 'boolean')
  const categories = columns.filter(({ type }) => type === 'category')
  const block = (some: readonly OnnxColumn[]) => graph.stack(some.map(({ tensor }) => tensor))
  if (numbers.length > 0) graph.refuseRows(anyOf(graph, graph.node('IsNaN', [block(numbers)])))
  if (categories.length > 0) graph.refuseRows(anyOf(graph, graph.node('Equal', [block(categories), -1])))
}
