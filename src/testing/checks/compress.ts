import type { JsonObject } from '../../base/json.ts'
import type { FeatureForm, State, Task, TrainingData } from '../../plugin/api.ts'
import { decodeState, encodeState } from '../../plugin/codec.ts'
import type { Check } from '../finding.ts'
import { fingerprint } from '../fingerprint.ts'
import { classesOf, generatedLearning } from '../generated.ts'
import { slopes } from '../slopes.ts'
import { stepOptimizer } from '../step-optimizer.ts'
import type { Subject } from '../subject.ts'

export function compressChecks(subject: Subject<'compress'>): Check[] {
  const { plugin } = subject
  const algorithm = subject.options.algorithm ?? (plugin.algorithms.includes('*') ? slopes : undefined)
  const params = subject.generalParams
  if (algorithm === undefined || params === undefined) {
    const needed = algorithm === undefined ? '`algorithm`: a plugin whose state it takes' : '`params`'
    return [{ name: 'there is a state to compress', run: () => [`pass the option ${needed}`] }]
  }
  const task = algorithm.tasks[0] as Task
  const optimizer = algorithm.optimizer === true ? { optimizer: stepOptimizer } : {}
  const data: TrainingData = {
    task,
    classes: classesOf(task),
    ...generatedLearning(task, algorithm.accepts[0] as FeatureForm, 80, 'compress'),
    ...optimizer,
  }
  const untouched = fingerprint(data)
  const algorithmSubject = subject.of(algorithm)
  const algorithmParams = algorithmSubject.generalParams as JsonObject
  const trained = async (): Promise<State> =>
    algorithm.fit(data, algorithmParams, algorithmSubject.context(algorithmParams))
  const compress = async (state: State, how?: { threads?: number; memory?: 0 | 1 }): Promise<State> =>
    subject.call('compress', () => plugin.compress(state, data, params, subject.context(params, how)))
  const predict = (state: State): Float64Array =>
    algorithm.predict(state, data.X, subject.scoringContext(algorithmParams))

  return [
    {
      name: 'compressing twice gives the same bytes, with 1 and 3 threads',
      async *run() {
        const state = await trained()
        const first = fingerprint(encodeState(await compress(state)))
        if (first !== fingerprint(encodeState(await compress(state, { memory: 1 })))) yield 'two states differ'
        if (first !== fingerprint(encodeState(await compress(state, { threads: 3 }))))
          yield '3 threads give another state than 1'
      },
    },
    {
      name: 'the algorithm predicts from what comes out',
      async *run() {
        const state = await trained()
        const small = decodeState(encodeState(await compress(state)))
        const before = predict(state)
        const after = predict(small)
        if (after.length !== before.length || !after.every(Number.isFinite))
          yield 'predictions are missing or not finite'
        if (encodeState(small).length > encodeState(state).length)
          yield 'the state that comes out is larger than the one before'
      },
    },
    {
      name: 'inputs are not changed',
      async *run() {
        const state = await trained()
        const before = fingerprint(state)
        await compress(state)
        if (before !== fingerprint(state) || untouched !== fingerprint(data))
          yield 'compress changed the state or the data that it was given'
      },
    },
  ]
}
