// What no user means to hand over, to every algorithm in every task: a coded error, or a model whose predictions are finite.
import { DaybookError, type JsonObject, type State, type TrainingData } from 'daybook/plugin'
import t from 'tap'
import { checkParams } from '../../../src/plugin/check-params.ts'
import { bytesOf, everySubject, fit, labelled, paramsOf, predict, rowsToLearn, type Subject } from './every.ts'
import { dense } from './fitting.ts'

const count = 24
const upward = Array.from({ length: count }, (_, i) => i / count)
const spread = upward.map((value, i) => [value, (i * 7) % 5, Math.fround(Math.sqrt(i))])
const large = 3.4e38

/** Data that an engine lets through, as rows and values in [0, 1). */
const oddData: Readonly<
  Record<string, { rows: readonly (readonly number[])[]; values?: readonly number[]; weight?: readonly number[] }>
> = {
  'no rows': { rows: [], values: [] },
  'one row': { rows: [[1, 2, 3]], values: [0.9] },
  'two rows of one class': {
    rows: [
      [1, 2, 3],
      [2, 3, 4],
    ],
    values: [0.9, 0.9],
  },
  'two equal rows of two classes': {
    rows: [
      [1, 2, 3],
      [1, 2, 3],
    ],
    values: [0.1, 0.9],
  },
  'no features': { rows: spread.map(() => []) },
  'a constant target': { rows: spread, values: upward.map(() => 0.1) },
  'the positive class alone': { rows: spread, values: upward.map(() => 0.9) },
  'constant columns': { rows: spread.map(() => [0, 1, -3]) },
  'a constant column beside others': { rows: spread.map(([a = 0, b = 0]) => [a, 7, b]) },
  'equal columns': { rows: spread.map(([a = 0]) => [a, a, a]) },
  'more columns than rows': {
    rows: Array.from({ length: 5 }, (_, i) => upward.map((value) => Math.fround((value * 37 * (i + 1)) % 1))),
    values: [0.1, 0.9, 0.2, 0.8, 0.7],
  },
  'all weights zero': { rows: spread, weight: upward.map(() => 0) },
  'weights of one row alone': { rows: spread, weight: upward.map((_, i) => (i === 3 ? 1 : 0)) },
  'weights of one class alone': { rows: spread, weight: upward.map((value) => (value > 0.5 ? 1 : 0)) },
  'tiny weights': { rows: spread, weight: upward.map(() => 1e-38) },
  'huge weights': { rows: spread, weight: upward.map(() => 1e30) },
  'the largest numbers': { rows: spread.map((_, i) => [i % 2 === 0 ? large : -large, i % 3 === 0 ? large : 0, i]) },
  'the smallest numbers': { rows: spread.map((_, i) => [i * 1.4e-45, -i * 1.4e-45, 1e-30 * i]) },
  'one value far out': { rows: spread.map(([a = 0, b = 0], i) => [i === 5 ? 1e30 : a, b, 1]) },
}

/** Values of regression that the engine lets through: all that f32 holds. */
const oddValues: Readonly<Record<string, readonly number[]>> = {
  'the largest targets': upward.map((_, i) => (i % 2 === 0 ? large : -large)),
  'the smallest targets': upward.map((_, i) => i * 1.4e-45),
}

/** What is wrong with how it takes the data, or undefined. */
async function faultOf(subject: Subject, data: TrainingData, given: JsonObject = {}): Promise<string | undefined> {
  let state: State
  try {
    state = await fit(subject, data, given)
  } catch (thrown) {
    return thrown instanceof DaybookError ? undefined : `it throws ${(thrown as Error).stack}`
  }
  try {
    bytesOf(state)
    const width = data.X.features.length
    const far = dense([Array.from({ length: width }, (_, f) => 1000 * f - 1), new Array(width).fill(0)])
    for (const X of [data.X, { ...far, features: data.X.features }]) {
      const wrong = predict(subject, state, X, given).find((value) => !Number.isFinite(value))
      if (wrong !== undefined) return `it predicts ${wrong}`
    }
    const importance = subject.plugin.importance?.(state).values ?? new Float64Array()
    const wrong = importance.find((value) => !(value >= 0 && Number.isFinite(value)))
    return wrong === undefined ? undefined : `an importance is ${wrong}`
  } catch (thrown) {
    return `its model: ${(thrown as Error).message}`
  }
}

const subjects = await everySubject()

t.test('odd data', async (t) => {
  for (const subject of subjects) {
    for (const [name, { rows, values = upward, weight }] of Object.entries(oddData)) {
      const data = labelled(subject.task, dense(rows), values, weight)
      t.equal(await faultOf(subject, data), undefined, `${subject.name}: ${name}`)
    }
    if (subject.task !== 'regression') continue
    for (const [name, values] of Object.entries(oddValues))
      t.equal(
        await faultOf(subject, labelled('regression', dense(spread), values)),
        undefined,
        `${subject.name}: ${name}`,
      )
  }
})

t.test('missing values, where they are allowed', async (t) => {
  for (const subject of subjects.filter(({ plugin }) => plugin.missing === 'allow')) {
    for (const rows of [
      spread.map(() => [Number.NaN, Number.NaN]),
      spread.map(([a = 0], i) => [i % 2 === 0 ? Number.NaN : a, a]),
    ])
      t.equal(await faultOf(subject, labelled(subject.task, dense(rows), upward)), undefined, subject.name)
  }
})

/** The ends of what a param's schema allows, without those that ask for hours. */
function extremes(schema: ParamRange): number[] {
  const low =
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1e30 : Math.max(schema.exclusiveMinimum, 0) + 1e-30)
  const high = Math.min(
    schema.maximum ?? (schema.exclusiveMaximum === undefined ? 1e30 : schema.exclusiveMaximum - 1e-9),
    1e30,
  )
  const types = [schema.type].flat()
  if (!types.includes('integer')) return types.includes('number') ? [low, high] : []
  return [Math.ceil(Math.max(low, -1000)), Math.min(high, 1000)]
}

interface ParamRange {
  readonly type?: string | readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
}

/** So that a param's own extreme is what takes the time. */
const brief: Readonly<Record<string, JsonObject>> = {
  'gradient-boosting': { trees: 3 },
  'random-forest': { trees: 3 },
  'isolation-forest': { trees: 3 },
  'neural-network': { epochs: 2, layers: [{ dense: 4 }] },
}

t.test('params at the ends of what their schema allows', async (t) => {
  for (const subject of subjects) {
    const data = rowsToLearn(subject.task, 40, 3)
    for (const [name, schema] of Object.entries(subject.plugin.params as Record<string, ParamRange>)) {
      for (const value of extremes(schema)) {
        const given = { ...brief[subject.id], [name]: value }
        if (checkParams(subject.plugin.params as never, paramsOf(subject.plugin, given)).length > 0) continue
        t.equal(await faultOf(subject, data, given), undefined, `${subject.name}: ${name} ${value}`)
      }
    }
  }
})

t.test('a model scores no rows', async (t) => {
  for (const subject of subjects) {
    const state = await fit(subject, rowsToLearn(subject.task, 40, 3), brief[subject.id])
    const none = { ...dense([]), features: dense([[0, 0, 0]]).features }
    t.equal(predict(subject, state, none).length, 0, subject.name)
  }
})
