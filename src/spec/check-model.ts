import { type DaybookError, fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import type {
  AlgorithmPlugin,
  MetricPlugin,
  ParamsSchema,
  PreprocessPlugin,
  Registry,
  ResolvedPlugin,
  Task,
} from '../plugin/api.ts'
import { fillParams } from '../plugin/fill-params.ts'
import type { Page } from './page.ts'
import type { CellSpec, GateSpec, Pipeline, SpecContext, SpecPath, TargetSpec } from './pipeline.ts'
import { defaults } from './schema-words.ts'
import { learnsTarget, measuredTasks, possibleTasks } from './task.ts'

/** Tasks in words, for messages. */
export const taskWords: Readonly<Record<Task, string>> = {
  binary: 'two classes',
  multiclass: 'several classes',
  regression: 'numbers',
  clustering: 'clusters',
  anomaly: 'anomalies',
}

export function inWords(tasks: readonly Task[]): string {
  return tasks.map((task) => taskWords[task]).join(' or ')
}

/** Does the algorithm fit the target, as far as the page says it? */
export async function checkTarget(
  page: Page,
  algorithm: AlgorithmPlugin,
  target: TargetSpec | undefined,
  registry: Registry,
): Promise<DaybookError[]> {
  const { tasks } = algorithm
  if (target === undefined && tasks.every(learnsTarget)) {
    return [fail('SPEC_NO_TARGET', { algorithm: algorithm.id }, { at: page.place(['data', 'target'], 'key') })]
  }
  if (target !== undefined && !tasks.some((task) => learnsTarget(task) || task === 'anomaly')) {
    return [fail('SPEC_TARGET_NOT_TAKEN', { algorithm: algorithm.id }, { at: page.place(['data', 'target'], 'key') })]
  }
  if (possibleTasks(algorithm, target).length > 0) return []
  const task = target?.type === 'number' ? 'numbers' : target?.positive !== undefined ? 'two classes' : 'classes'
  const wanted: Task = target?.type === 'number' ? 'regression' : 'binary'
  const at = page.place(['algorithm', 'use'])
  const hint = await otherAlgorithms(registry, wanted)
  return [fail('SPEC_TASK', { algorithm: algorithm.id, learned: inWords(algorithm.tasks), task }, { at, hint })]
}

/** Preprocess cells that see the target, on a page whose algorithm must not: what they know would reach it. */
export function checkTargetUsers(
  page: Page,
  cells: readonly { readonly plugin: ResolvedPlugin<'preprocess'>; readonly path: SpecPath }[],
  algorithm: AlgorithmPlugin,
  tasks: readonly Task[],
): DaybookError[] {
  if (tasks.length === 0 || tasks.some(learnsTarget)) return []
  return cells
    .filter(({ plugin }) => (plugin.plugin as PreprocessPlugin).uses === 'target')
    .map(({ plugin, path }) =>
      fail(
        'SPEC_TARGET_USED',
        { plugin: plugin.plugin.id, algorithm: algorithm.id },
        { at: page.place([...path, 'use']) },
      ),
    )
}

/** What to do about an algorithm that does not fit a task: those that do, by their own word. */
export async function otherAlgorithms(registry: Registry, task: Task): Promise<string> {
  const all = await Promise.all(registry.ids('algorithm').map((id) => registry.find('algorithm', id)))
  const names = all
    .filter(({ plugin }) => (plugin as AlgorithmPlugin).tasks.includes(task))
    .map(({ use }) => `\`${use}\``)
  return names.length === 0 ? 'Choose another algorithm.' : `Those that learn ${taskWords[task]}: ${names.join(', ')}.`
}

/** What an algorithm gives for classes under its params. One that knows no classes gives no probabilities of them. */
export function outputOf(algorithm: AlgorithmPlugin, params: JsonObject): 'probabilities' | 'scores' {
  const { output = 'probabilities', tasks } = algorithm
  if (!tasks.some(learnsTarget)) return 'scores'
  return typeof output === 'function' ? output(params as never) : output
}

const nameTruth = 'Take it out, or name under `target` the column that marks known anomalies.'

/** Metrics against the tasks that the page can be about, and against what the algorithm gives. */
export function checkMetrics(
  page: Page,
  metrics: readonly { readonly plugin: ResolvedPlugin<'metric'>; readonly path: SpecPath }[],
  said: {
    readonly algorithm: AlgorithmPlugin
    readonly tasks: readonly Task[]
    readonly target: TargetSpec | undefined
    readonly output: 'probabilities' | 'scores' | undefined
  },
): DaybookError[] {
  return metrics.flatMap(({ plugin, path }) => {
    const metric = plugin.plugin as MetricPlugin
    const at = page.place([...path, 'use'])
    const { algorithm, tasks, target, output } = said
    if (tasks.length > 0 && !metric.tasks.some((task) => measuredTasks(tasks, target).includes(task))) {
      return [
        fail(
          'SPEC_METRIC_TASK',
          { metric: metric.id, measured: inWords(metric.tasks), task: inWords(tasks) },
          { at, hint: tasks.includes('anomaly') && metric.tasks.includes('binary') ? nameTruth : 'Take it out.' },
        ),
      ]
    }
    if (metric.needs !== 'probabilities' || output !== 'scores') return []
    const hint = 'Take it out, or have the algorithm give probabilities.'
    return [
      fail(
        'SPEC_METRIC_NEEDS',
        { metric: metric.id, needs: 'probabilities', algorithm: algorithm.id, gives: 'scores' },
        { at, hint },
      ),
    ]
  })
}

/** Where a page names no metrics: all that may fit, with their default params, in order of id. */
export async function defaultMetrics(
  ctx: SpecContext,
  tasks: readonly Task[],
  output: 'probabilities' | 'scores',
): Promise<CellSpec<'metric'>[]> {
  const found = await Promise.all(ctx.registry.ids('metric').map((id) => ctx.registry.find('metric', id)))
  return found.flatMap((plugin, i) => {
    const metric = plugin.plugin as MetricPlugin
    const params = metric.params as ParamsSchema
    const fits =
      metric.tasks.some((task) => tasks.includes(task)) && !(metric.needs === 'probabilities' && output === 'scores')
    if (!fits || Object.values(params).some((schema) => schema.default === undefined)) return []
    return [
      {
        id: metric.id,
        kind: 'metric',
        plugin,
        params: fillParams(params, {}),
        locations: {},
        path: ['evaluate', 'metrics', i],
      },
    ]
  })
}

/** The metrics of a page that measure its task. Those that a page names all do; where it names none, others are among them. */
export function metricsFor(pipeline: Pick<Pipeline, 'evaluate' | 'target'>, task: Task): readonly CellSpec<'metric'>[] {
  const measured = measuredTasks([task], pipeline.target)
  return pipeline.evaluate.metrics.filter(({ plugin }) =>
    (plugin.plugin as MetricPlugin).tasks.some((one) => measured.includes(one)),
  )
}

/** Gates of a checked page. */
export function readGates(value: Json | undefined): GateSpec[] {
  return ((value ?? []) as JsonObject[]).map(({ metric, on, atLeast, atMost }, i) => ({
    metric: metric as string,
    on: (on ?? defaults.on) as 'test' | 'folds',
    ...(atLeast !== undefined && { atLeast: atLeast as number }),
    ...(atMost !== undefined && { atMost: atMost as number }),
    path: ['gates', i],
  }))
}

/** Gates against what is computed. `computed` is undefined where some metric is wrong itself. */
export function checkGates(
  page: Pick<Page, 'place'>,
  gates: readonly GateSpec[],
  computed: readonly string[] | undefined,
  folds: number,
  ctx: Pick<SpecContext, 'registry'>,
): DaybookError[] {
  return gates.flatMap((gate) => {
    const errors: DaybookError[] = []
    const { metric, on, atLeast, atMost, path } = gate
    if (atLeast === undefined && atMost === undefined) {
      const section = `\`gates[${path[1]}]\``
      errors.push(
        fail(
          'SPEC_MISSING_KEY',
          { key: 'atLeast', section, expected: '`atLeast` or `atMost`' },
          { at: page.place(path) },
        ),
      )
    }
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
      errors.push(fail('SPEC_GATE_BOUNDS', { atLeast, atMost }, { at: page.place([...path, 'atLeast']) }))
    }
    if (computed !== undefined && !computed.includes(metric)) {
      errors.push(
        fail(
          'SPEC_GATE_METRIC',
          { metric },
          { at: page.place([...path, 'metric']), hint: gateHint(metric, computed, ctx) },
        ),
      )
    }
    if (on === 'folds' && folds === 0) errors.push(fail('SPEC_GATE_FOLDS', {}, { at: page.place([...path, 'on']) }))
    return errors
  })
}

function gateHint(metric: string, computed: readonly string[], ctx: Pick<SpecContext, 'registry'>): string {
  const ids = ctx.registry.ids('metric')
  if (ids.includes(metric))
    return `Add \`${metric}\` to \`evaluate: { metrics: [${[...computed, metric].join(', ')}] }\`.`
  const near = nearest(metric, [...computed, ...ids])
  return near === undefined ? `Computed are ${computed.join(', ') || 'none'}.` : `did you mean \`${near}\`?`
}
