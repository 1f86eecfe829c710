import { InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import './runtime.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { Column, Frame } from '../../../src/frame/index.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import { applyCell, conformRows, makeSignature, startFlow } from '../../../src/model/index.ts'
import { GraphBuilder } from '../../../src/model/onnx/graph.ts'
import { onnxInputs } from '../../../src/model/onnx/index.ts'
import { rawColumns } from '../../../src/model/onnx/raw-columns.ts'
import { encodeOnnx } from '../../../src/model/onnx/wire.ts'
import type { Defined, OnnxColumn } from '../../../src/plugin/api.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { testContext } from '../../../src/testing/index.ts'

export interface Compared {
  readonly columns: ReadonlyMap<string, readonly [applied: Float64Array, written: Float64Array]>
  /** Rows that the graph refuses. */
  readonly refused: readonly boolean[]
}

/** A preprocess cell by itself, fitted, as a graph that gives its columns. */
export interface CellGraph {
  /** Values by column name, as `apply` and as the graph give them: numbers, codes, or sparse blocks written out. */
  compare(rows: readonly JsonObject[]): Promise<Compared>
}

const kernels = scoringKernels()

export async function cellGraph(plugin: Defined<'preprocess'>, given: JsonObject, training: Frame): Promise<CellGraph> {
  const params = fillParams(plugin.params, given)
  const facts = Object.fromEntries(
    training.columns.map(({ name, type }) => [
      name,
      { optional: true, ...(type === 'category' && { unseen: 'other' as const }) },
    ]),
  )
  const signature = makeSignature(training, {
    columns: facts,
    task: 'binary',
    classes: ['no', 'yes'],
    output: 'probabilities',
  })
  const y = Int32Array.from({ length: training.rows }, (_, row) => ((row * 7) % 3 === 0 ? 1 : 0))
  const fitInput = { frame: training, task: 'binary' as const, classes: ['no', 'yes'], y }
  const fitted = await plugin.fit(fitInput, params, testContext({ params }))
  const state = plugin.uses === 'target' ? { final: fitted, folds: [] } : fitted
  const cell = { id: plugin.id, plugin, params, state, columns: training.names }

  const graph = new GraphBuilder((_, reason) => new Error(reason))
  const columns: readonly OnnxColumn[] =
    plugin.onnx?.(fitted, rawColumns(graph, signature.columns), graph, { params, kernels }) ?? []
  for (const { tensor } of columns) if (tensor.type === 'string') throw new TypeError('texts are not compared')
  columns.forEach(({ tensor, features }, i) => {
    graph.output(`out ${i}`, tensor, ['rows', features?.length ?? 1])
  })
  const refused = graph.refused.reduce((one, other) => graph.node('Or', [one, other]), columnOfFalse(graph))
  graph.output('refused', refused, ['rows', 1])
  const file = {
    irVersion: 8,
    producer: 'test',
    domains: graph.domains,
    doc: '',
    metadata: [],
    graph: graph.file('cell'),
  }
  const session = await InferenceSession.create(encodeOnnx(file))
  return {
    async compare(rows) {
      const feeds = Object.fromEntries(
        onnxInputs(rows, signature).map(({ name, type, data }) => [
          name,
          type === 'double'
            ? new Tensor('float64', data as Float64Array, [rows.length, 1])
            : new Tensor('string', data as string[], [rows.length, 1]),
        ]),
      )
      const outputs = await session.run(feeds)
      const conformed = conformRows(rows, signature)
      const applied = applyCell(startFlow(conformed, signature), cell, kernels).frame
      const compared = new Map(
        columns.map(({ name }, i) => [
          name,
          [
            written(applied.get(name) as Column, rows.length),
            Float64Array.from(outputs[`out ${i}`]?.data as Float64Array, Number),
          ] as const,
        ]),
      )
      return { columns: compared, refused: Array.from(outputs.refused?.data as Uint8Array, (one) => Boolean(one)) }
    },
  }
}

/** One false, which stands for every row beside columns of truths. */
function columnOfFalse(graph: GraphBuilder) {
  return graph.constant([false], [1, 1])
}

/** A column's numbers as a graph has them: missing booleans as NaN, sparse rows written out. */
function written(column: Column, rows: number): Float64Array {
  if (column.type === 'boolean') return Float64Array.from(column.values, (value) => (value < 0 ? Number.NaN : value))
  if (column.type !== 'sparse') return Float64Array.from(column.values as ArrayLike<number>)
  const width = column.features.length
  const all = new Float64Array(rows * width)
  for (let row = 0; row < rows; row++)
    for (let i = column.starts[row] as number; i < (column.starts[row + 1] as number); i++)
      all[row * width + (column.indices[i] as number)] = column.values[i] as number
  return all
}
