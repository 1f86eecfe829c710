import type { Test } from 'tap'
import adam from '../../../plugins/optimizer/adam.ts'
import impute from '../../../plugins/preprocess/impute.ts'
import oneHot from '../../../plugins/preprocess/one-hot.ts'
import standardize from '../../../plugins/preprocess/standardize.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { ParityBounds } from '../../../src/package/parity.ts'
import type { BoundOptimizer, Defined, Task } from '../../../src/plugin/api.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { fitted } from './fitted.ts'
import { someLoans } from './loans.ts'
import { holdsParity } from './parity.ts'

const inputs = ['amount', 'purpose', 'age', 'member', 'debt', 'region']
const targets: Readonly<Record<Task, string | undefined>> = {
  binary: 'paid',
  multiclass: 'grade',
  regression: 'limit',
  clustering: undefined,
  anomaly: undefined,
}
const prepared = [{ plugin: impute }, { plugin: oneHot }, { plugin: standardize }]
const adamParams = fillParams(adam.params, {})
const optimizer: BoundOptimizer = {
  id: 'adam',
  slots: adam.slots,
  batch: 'batch',
  update: (step, kernels) => adam.update(step, adamParams, kernels),
}

/** An algorithm on tasks, and how near its file has to be. */
export interface AlgorithmCase {
  readonly plugin: Defined<'algorithm'>
  readonly tasks: readonly Task[]
  readonly params?: JsonObject
  /** Without preprocess cells: categories as codes, missing values as they are. */
  readonly raw?: boolean
  readonly bounds?: ParityBounds
}

export const both: readonly Task[] = ['binary', 'multiclass']
export const every: readonly Task[] = ['binary', 'multiclass', 'regression']

/** Fits each case on made-up loans, writes it as ONNX and holds the file to the model, one test a task. */
export function holdAlgorithms(t: Test, cases: readonly AlgorithmCase[]): void {
  for (const { plugin, tasks, params = {}, raw = false, bounds } of cases) {
    for (const task of tasks) {
      const said = [task, ...(raw ? ['raw'] : []), ...Object.values(params).map((value) => JSON.stringify(value))]
      t.test(`${plugin.id} ${said.join(' ')}`, async (t) => {
        const target = targets[task]
        const names = [...inputs, ...(target === undefined ? [] : [target])]
        const model = await fitted({
          frame: someLoans(240, names),
          ...(target !== undefined && { target }),
          task,
          facts: { purpose: { unseen: 'other' }, region: { unseen: 'missing' } },
          cells: raw ? [] : prepared,
          algorithm: { plugin, params, optimizer },
        })
        const certificate = await holdsParity(t, model, someLoans(160, names, 2), bounds)
        t.equal(certificate.holdOut.labelsDiffer.count, 0, 'every label of the hold-out')
      })
    }
  }
}
