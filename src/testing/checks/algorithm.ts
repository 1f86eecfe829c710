import type { JsonObject } from '../../base/json.ts'
import type { Features } from '../../frame/index.ts'
import type { FeatureForm, State, Task, TrainingData } from '../../plugin/api.ts'
import { nearlyEqual } from '../example-frame.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { classesOf, featuresFrom, generatedLearning, shuffled, takeFeatures } from '../generated.ts'
import { stepOptimizer } from '../step-optimizer.ts'
import type { Subject } from '../subject.ts'
import { sameBytes, sameWhenStored } from './fitted.ts'

/** One data set to learn from, and rows to predict. */
export interface AlgorithmCase {
  readonly name: string
  readonly params: JsonObject
  readonly data: TrainingData
  readonly given: Features
}

export function algorithmChecks(subject: Subject<'algorithm'>): Check[] {
  const { plugin } = subject
  const cases = algorithmCases(subject)
  const untouched = cases.map(({ data, given }) => fingerprint([data, given]))
  const fit = async ({ params, data }: AlgorithmCase, how?: { threads?: number; memory?: 0 | 1 }): Promise<State> =>
    subject.call('fit', () => plugin.fit(data, params, subject.context(params, how)))
  const predict = async (
    { params }: AlgorithmCase,
    state: State,
    X: Features,
    kernels?: 'training',
  ): Promise<Float64Array> =>
    subject.call('predict', () => plugin.predict(state, X, subject.scoringContext(params, kernels)))

  return [
    {
      name: 'example is true',
      async *run() {
        const { example } = plugin
        const [one] = cases
        if (example === undefined || one === undefined) return yield 'there is no `example`'
        const got = [...(await predict(one, await fit(one), one.given))]
        if (!nearlyEqual(got, example.gives.flat(), example.tolerance ?? 1e-6))
          yield `it predicts ${JSON.stringify(got)}, the example says ${JSON.stringify(example.gives)}`
      },
    },
    sameBytes(cases, fit),
    sameWhenStored(cases, fit, (one, state, kernels) => predict(one, state, one.given, kernels), {
      name: 'a stored state predicts as the fresh one, and kernels for training as those for scoring',
      stored: 'after the codec, predictions differ',
      training: 'the kernels for training predict otherwise than those for scoring',
    }),
    {
      name: 'predictions have the form that the task asks for',
      async *run() {
        for (const one of cases) {
          const state = await fit(one)
          yield* predictionFaults(one, await predict(one, state, one.given), subject)
          const threshold = one.data.task === 'anomaly' ? (plugin.threshold?.(state) ?? 0) : 0
          if (!Number.isFinite(threshold)) yield `${one.name}: the threshold is ${threshold}`
        }
      },
    },
    {
      name: 'predict goes row by row: batch size and row order change nothing',
      async *run() {
        for (const one of cases) {
          const state = await fit(one)
          const { rows } = one.given
          const whole = await predict(one, state, one.given)
          const width = whole.length / rows
          for (const picked of [shuffled(rows), [0], [rows - 1], []]) {
            const parts = await predict(one, state, takeFeatures(one.given, picked))
            const expected = picked.flatMap((row) => [...whole.subarray(row * width, (row + 1) * width)])
            if (fingerprint(parts) !== fingerprint(Float64Array.from(expected)))
              yield `${one.name}: ${picked.length} of ${rows} rows are predicted otherwise than among all`
          }
        }
      },
    },
    {
      name: 'weights of 1 are as no weights',
      async *run() {
        for (const one of cases) {
          if (one.data.weight !== undefined) continue
          const weighted = { ...one, data: { ...one.data, weight: new Float32Array(one.data.X.rows).fill(1) } }
          const [without, withOnes] = [
            await predict(one, await fit(one), one.given),
            await predict(one, await fit(weighted), one.given),
          ]
          if (!nearlyEqual([...without], [...withOnes], 1e-6)) yield `${one.name}: predictions differ`
        }
      },
    },
    {
      name: 'inputs and state are not changed',
      async *run() {
        for (const [i, one] of cases.entries()) {
          const state = await fit(one)
          const stateBefore = fingerprint(state)
          await predict(one, state, one.given)
          if (plugin.contributions !== undefined) await contributionsOf(subject, one, state)
          if (untouched[i] !== fingerprint([one.data, one.given]))
            yield `${one.name}: a hook changed the data that it was given`
          if (stateBefore !== fingerprint(state)) yield `${one.name}: a scoring hook changed the state`
        }
      },
    },
    {
      name: 'importance and contributions cover every feature',
      async *run() {
        for (const one of cases) {
          const state = await fit(one)
          const width = one.data.X.features.length
          const importance =
            plugin.importance === undefined
              ? undefined
              : await subject.call('importance', () => plugin.importance?.(state))
          if (importance !== undefined) {
            if (importance.values.length !== width)
              yield `${one.name}: importance of ${importance.values.length} features, there are ${width}`
            if (![...importance.values].every((value) => value >= 0 && value < Number.POSITIVE_INFINITY))
              yield `${one.name}: importance is not >= 0`
          }
          if (plugin.contributions === undefined) continue
          const parts = await contributionsOf(subject, one, state)
          if (parts.length % (one.given.rows * (width + 1)) !== 0)
            yield `${one.name}: ${parts.length} contributions, expected [${one.given.rows}, ${width + 1}]`
          if (!parts.every(Number.isFinite)) yield `${one.name}: contributions are not all finite`
        }
      },
    },
  ]
}

async function contributionsOf(
  subject: Subject<'algorithm'>,
  { params, given }: AlgorithmCase,
  state: State,
): Promise<Float64Array> {
  return subject.call(
    'contributions',
    () => subject.plugin.contributions?.(state, given, subject.scoringContext(params)) as Float64Array,
  )
}

/** The example first; then, for each task, each form of features, and once weights, a validation set and missing values. */
export function algorithmCases(subject: Subject<'algorithm'>): AlgorithmCase[] {
  const { plugin } = subject
  const cases: AlgorithmCase[] = []
  const optimizer = plugin.optimizer === true ? { optimizer: stepOptimizer } : {}
  const { example } = plugin
  const accepts: readonly FeatureForm[] = plugin.accepts
  if (example !== undefined) {
    const task: Task = example.task ?? (plugin.tasks[0] as Task)
    const classes = task === 'binary' || task === 'multiclass' ? classNames(example.y) : []
    const form = accepts.includes('dense') ? 'dense' : (accepts[0] as FeatureForm)
    const y = task === 'regression' ? Float32Array.from(example.y) : Int32Array.from(example.y)
    cases.push({
      name: 'example',
      params: subject.fill(example.params),
      data: { task, classes, X: featuresFrom(example.X, form), y, ...optimizer },
      given: featuresFrom(example.given, form),
    })
  }
  const params = subject.generalParams
  if (params === undefined) return cases
  for (const task of plugin.tasks as readonly Task[]) {
    const classes = classesOf(task)
    for (const form of accepts) {
      const { X: given } = generatedLearning(task, form, 30, `given ${task}`)
      const data = { task, classes, ...generatedLearning(task, form, 80, `fit ${task}`), ...optimizer }
      cases.push({ name: `generated data, ${task}, ${form}`, params, data, given })
    }
    const form = accepts[0] as FeatureForm
    const holes = plugin.missing === 'allow'
    const data = {
      task,
      classes,
      ...generatedLearning(task, form, 90, `fit more ${task}`, holes),
      weight: Float32Array.from({ length: 90 }, (_, row) => 0.5 + (row % 3)),
      validation: generatedLearning(task, form, 40, `validation ${task}`, holes),
      ...optimizer,
    }
    const { X: given } = generatedLearning(task, form, 30, `given more ${task}`, holes)
    cases.push({
      name: `generated data, ${task}, weights and validation${holes ? ', missing values' : ''}`,
      params,
      data,
      given,
    })
  }
  return cases
}

function classNames(y: readonly number[]): string[] {
  return Array.from({ length: Math.max(...y) + 1 }, (_, code) => `class${code}`)
}

function* predictionFaults(
  { name, params, data, given }: AlgorithmCase,
  got: Float64Array,
  { plugin }: Subject<'algorithm'>,
): Generator<string> {
  const { task } = data
  if (!(got instanceof Float64Array)) return yield `${name}: predict gives no Float64Array`
  if (!got.every(Number.isFinite)) yield `${name}: predictions are not all finite`
  const output = typeof plugin.output === 'function' ? plugin.output(params) : (plugin.output ?? 'probabilities')
  const classes = data.classes.length
  const pairs = task === 'clustering' || (task === 'binary' && output === 'probabilities')
  const perRow = pairs ? 2 : task === 'multiclass' ? classes : 1
  if (got.length !== given.rows * perRow)
    return yield `${name}: ${got.length} numbers for ${given.rows} rows, expected ${perRow} a row`
  if (task === 'clustering') {
    const odd = got.findIndex((value, i) => value < 0 || (i % 2 === 0 && !Number.isInteger(value)))
    if (odd >= 0) yield `${name}: ${got[odd]} in row ${odd >> 1}, expected the number of a cluster and a distance`
    return
  }
  if (output !== 'probabilities' || perRow === 1) return
  for (let row = 0; row < given.rows; row++) {
    const shares = got.subarray(row * perRow, (row + 1) * perRow)
    const sum = shares.reduce((a, b) => a + b, 0)
    if (shares.some((share) => share < 0 || share > 1) || Math.abs(sum - 1) > 1e-6)
      return yield `${name}: row ${row} has probabilities ${[...shares].join(', ')}`
  }
}
