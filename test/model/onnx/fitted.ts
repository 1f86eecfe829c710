import type { JsonObject } from '../../../src/base/json.ts'
import { featuresOf } from '../../../src/frame/assemble.ts'
import { type Frame, selectColumns } from '../../../src/frame/index.ts'
import { scoringKernels } from '../../../src/kernels/index.ts'
import {
  applyCell,
  assembleModel,
  conformFrame,
  encodeTarget,
  type FittedPreprocess,
  type Model,
  makeSignature,
  startFlow,
} from '../../../src/model/index.ts'
import type { BoundOptimizer, Defined, Task } from '../../../src/plugin/api.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import type { ColumnFacts } from '../../../src/spec/pipeline.ts'
import { testContext } from '../../../src/testing/index.ts'

/** A page in short: columns with the target among them, cells, an algorithm. */
export interface SmallPage {
  readonly frame: Frame
  readonly target?: string
  readonly task: Task
  readonly facts?: Readonly<Record<string, ColumnFacts>>
  readonly cells?: readonly {
    readonly plugin: Defined<'preprocess'>
    readonly params?: JsonObject
    readonly columns?: readonly string[]
  }[]
  readonly algorithm: {
    readonly plugin: Defined<'algorithm'>
    readonly params?: JsonObject
    readonly optimizer?: BoundOptimizer
  }
}

/** Fits a small page in this process, the way a run does, out-of-fold states aside. */
export async function fitted(page: SmallPage): Promise<Model> {
  const { frame, target, task, facts = {}, cells = [], algorithm } = page
  const kernels = scoringKernels()
  const column = target === undefined ? undefined : frame.get(target)
  const classes = column?.type === 'category' && task !== 'regression' ? column.levels : []
  const params = fillParams(algorithm.plugin.params, algorithm.params ?? {})
  const declared = algorithm.plugin.output ?? 'probabilities'
  const ofClasses = typeof declared === 'function' ? declared(params) : declared
  const output = {
    binary: ofClasses,
    multiclass: ofClasses,
    regression: 'values',
    clustering: 'clusters',
    anomaly: 'scores',
  } as const
  const signature = makeSignature(frame, {
    columns: facts,
    ...(target !== undefined && { target: { column: target } }),
    task,
    classes,
    output: output[task],
  })
  const y = column === undefined ? new Int32Array() : encodeTarget(column, task, classes)
  let flow = startFlow(conformFrame(frame, signature, { lenient: true }), signature)
  const fittedCells: FittedPreprocess[] = []
  for (const [i, { plugin, params: given = {}, columns }] of cells.entries()) {
    const own = fillParams(plugin.params, given)
    const { names } = selectColumns(flow.columns, columns && { names: columns }, plugin)
    const input = { frame: flow.frame.select(names), task, classes, ...(plugin.uses === 'target' && { y }) }
    const state = await plugin.fit(input, own, testContext({ params: own, cell: plugin.id }))
    const kept = plugin.uses === 'target' ? { final: state, folds: [] } : state
    const cell = { id: `${plugin.id}-${i + 1}`, plugin, params: own, state: kept, columns: names }
    fittedCells.push(cell)
    flow = applyCell(flow, cell, kernels)
  }
  const { plugin } = algorithm
  const X = featuresOf(flow.frame, { ...plugin, lineage: flow.lineage, taker: plugin.id })
  const { optimizer } = algorithm
  const data = { X, y, task, classes, ...(optimizer !== undefined && { optimizer }) }
  const state = await plugin.fit(data, params, testContext({ params, cell: 'train' }))
  const manifest = {
    format: 1 as const,
    name: 'small',
    signature,
    preprocess: fittedCells.map(({ id, plugin: { id: use, version }, params, columns }) => ({
      id,
      use,
      version,
      params,
      columns,
      state: '',
    })),
    algorithm: { id: 'train', use: plugin.id, version: plugin.version, params, state: '' },
    features: X.features.map(({ name }) => name),
  }
  return assembleModel(manifest, fittedCells, { id: 'train', plugin, params, state }, kernels)
}
