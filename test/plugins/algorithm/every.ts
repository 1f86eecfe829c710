import { type Kernels, scoringKernels, trainingKernels } from 'daybook/kernels'
import type { BoundOptimizer, Json, JsonObject, PluginOfKind, State, Task, TrainingData } from 'daybook/plugin'
import builtIns from 'daybook/plugins'
import { testContext, testScoringContext } from 'daybook/testing'
import { encodeState } from '../../../src/plugin/codec.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { dense, noise } from './fitting.ts'

/** An algorithm that comes with Daybook, for one of its tasks. */
export interface Subject {
  /** Such as `svm, binary`. */
  readonly name: string
  readonly id: string
  readonly plugin: PluginOfKind['algorithm']
  readonly task: Task
}

/** Every algorithm of the built-in set in each of its tasks: those that are added later too. */
export async function everySubject(): Promise<Subject[]> {
  const subjects: Subject[] = []
  for (const { kind, id, load } of builtIns.plugins) {
    if (kind !== 'algorithm') continue
    const plugin = (await load()).default as PluginOfKind['algorithm']
    for (const task of plugin.tasks) subjects.push({ name: `${id}, ${task}`, id, plugin, task })
  }
  return subjects
}

/** Params with defaults; one that has none takes the first example of its schema. */
export function paramsOf({ params }: { readonly params: object }, given: JsonObject = {}): JsonObject {
  const schemas = Object.entries(
    params as Record<string, { readonly default?: unknown; readonly examples?: readonly Json[] }>,
  )
  const needed = schemas.filter(([, schema]) => schema.default === undefined)
  const examples = Object.fromEntries(needed.map(([name, schema]) => [name, schema.examples?.[0] ?? null]))
  return fillParams(params as never, { ...examples, ...given } as JsonObject)
}

export interface FitOptions {
  readonly kernels?: Kernels
  readonly threads?: number
  readonly signal?: AbortSignal
}

/** Fits with params that are given, defaults for the rest. */
export async function fit(
  subject: Subject,
  data: TrainingData,
  given: JsonObject = {},
  options: FitOptions = {},
): Promise<State> {
  const { plugin } = subject
  const params = paramsOf(plugin, given)
  const { kernels = trainingKernels(), threads = 1, signal } = options
  const optimizer = plugin.optimizer === true ? { optimizer: await adam() } : {}
  const ctx = testContext({ params, kernels, threads, random: plugin.random === true, ...(signal && { signal }) })
  return plugin.fit({ ...data, ...optimizer }, params, ctx)
}

const scoring = scoringKernels()

export function predict({ plugin }: Subject, state: State, X: TrainingData['X'], given: JsonObject = {}): Float64Array {
  return plugin.predict(state, X, testScoringContext(paramsOf(plugin, given), scoring))
}

export function bytesOf(state: State): string {
  return Buffer.from(encodeState(state)).toString('base64')
}

async function adam(): Promise<BoundOptimizer> {
  const entry = builtIns.plugins.find(({ kind, id }) => kind === 'optimizer' && id === 'adam')
  const plugin = (await entry?.load())?.default as PluginOfKind['optimizer']
  const { id, slots, params, update, batch = 'batch' } = plugin
  const filled = paramsOf({ params })
  return { id, slots, batch, update: (step, kernels) => update(step, filled, kernels) }
}

/** Labels or values for rows, as a task has them. */
export function labelled(
  task: Task,
  X: TrainingData['X'],
  values: readonly number[],
  weight?: readonly number[],
): TrainingData {
  const classes = task === 'binary' ? ['no', 'yes'] : task === 'multiclass' ? ['a', 'b', 'c'] : []
  const y =
    classes.length > 0
      ? Int32Array.from(values, (value) =>
          Math.min(classes.length - 1, Math.max(0, Math.floor(value * classes.length))),
        )
      : task === 'regression'
        ? Float32Array.from(values)
        : new Float32Array(0)
  return { task, classes, X, y, ...(weight && { weight: Float32Array.from(weight) }) }
}

/** Rows that hold something to learn: uniform numbers, some of them with few values, and a target in [0, 1) with noise. */
export function rowsToLearn(task: Task, rows: number, width: number): TrainingData {
  const drawn = noise(rows * (width + 1))
  const matrix = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: width }, (_, f) => {
      const value = drawn[i * (width + 1) + f] as number
      return Math.fround(f % 3 === 2 ? Math.floor(8 * value) / 8 : value)
    }),
  )
  const values = matrix.map(([a = 0, b = 0, c = 0], i) => {
    const noisy = 0.5 * a * b + 0.3 * c + 0.2 * (a > 0.5 ? b : 1 - b) + 0.2 * (drawn[i * (width + 1) + width] as number)
    return Math.min(0.999, Math.max(0, 1.6 * noisy - 0.2))
  })
  return labelled(task, dense(matrix), values)
}
