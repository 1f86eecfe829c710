import type { Feature, Features } from 'daybook/frame'
import { KernelPool, trainingKernels } from 'daybook/kernels'
import type { BoundOptimizer, State, TrainingData } from 'daybook/plugin'
import builtIns from 'daybook/plugins'
import { testContext } from 'daybook/testing'
import { fillParams } from '../src/plugin/fill-params.ts'
import type { PluginKind, PluginOfKind } from '../src/plugin/kinds.ts'
import type { BenchRows } from './data.ts'

export interface FitRequest {
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  readonly threads: number
  readonly signal?: AbortSignal
  /** Default: one of its own, whose threads start in the training. */
  readonly pool?: KernelPool
}

/** A built-in of a kind, by its id. */
export async function builtIn<Kind extends PluginKind>(kind: Kind, id: string): Promise<PluginOfKind[Kind]> {
  const entry = builtIns.plugins.find((one) => one.kind === kind && one.id === id)
  if (entry === undefined) throw new Error(`there is no built-in ${kind} ${id}`)
  return (await entry.load()).default as PluginOfKind[Kind]
}

/** Fits an algorithm as the engine would, with kernels over new memory. */
export async function fitPlugin(request: FitRequest, data: TrainingData): Promise<State> {
  const { threads, pool = new KernelPool(), signal } = request
  const plugin = await builtIn('algorithm', request.algorithm)
  const params = fillParams(plugin.params, request.params as never) as never
  const kernels = trainingKernels({ pool, threads })
  try {
    return await plugin.fit(data, params, testContext({ params, kernels, threads, ...(signal && { signal }) }))
  } finally {
    kernels.close()
  }
}

/** An optimizer with its defaults, bound as the engine binds it. */
export async function boundOptimizer(id: string): Promise<BoundOptimizer> {
  const { slots, batch = 'batch', update, params } = await builtIn('optimizer', id)
  const filled = fillParams(params, {}) as never
  return { id, slots, batch, update: (step, kernels) => update(step, filled, kernels) }
}

export type FitTask = 'binary' | 'regression' | 'clustering' | 'anomaly'

/** Rows as the engine hands them to an algorithm. In regression the label counts as a value. */
export function trainingData(rows: BenchRows, features: number, task: FitTask = 'binary'): TrainingData {
  const y = task === 'binary' ? Int32Array.from(rows.y) : task === 'regression' ? rows.y : new Float32Array(0)
  return { task, classes: task === 'binary' ? ['0', '1'] : [], X: featuresOf(rows, features), y }
}

export function featuresOf(rows: BenchRows, count: number): Features {
  const features: Feature[] = Array.from({ length: count }, (_, f) => ({
    name: `x${f}`,
    kind: 'number',
    sources: [`x${f}`],
  }))
  return rows.form === 'dense'
    ? { form: 'dense', rows: rows.rows, features, values: rows.values }
    : { form: 'sparse', rows: rows.rows, features, starts: rows.starts, indices: rows.indices, values: rows.values }
}
