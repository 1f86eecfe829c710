// Every algorithm as an ONNX file, run by onnxruntime-web, beside the model that it was written from.
import t from 'tap'
import elasticNet from '../../../plugins/algorithm/elastic-net.ts'
import gradientBoosting from '../../../plugins/algorithm/gradient-boosting.ts'
import isolationForest from '../../../plugins/algorithm/isolation-forest.ts'
import kMeans from '../../../plugins/algorithm/k-means.ts'
import knn from '../../../plugins/algorithm/knn.ts'
import lasso from '../../../plugins/algorithm/lasso.ts'
import logistic from '../../../plugins/algorithm/logistic.ts'
import neuralNetwork from '../../../plugins/algorithm/neural-network.ts'
import randomForest from '../../../plugins/algorithm/random-forest.ts'
import ridge from '../../../plugins/algorithm/ridge.ts'
import scorecard from '../../../plugins/algorithm/scorecard.ts'
import svm from '../../../plugins/algorithm/svm.ts'
import adam from '../../../plugins/optimizer/adam.ts'
import impute from '../../../plugins/preprocess/impute.ts'
import oneHot from '../../../plugins/preprocess/one-hot.ts'
import standardize from '../../../plugins/preprocess/standardize.ts'
import type { JsonObject } from '../../../src/base/json.ts'
import type { BoundOptimizer, Defined, Task } from '../../../src/plugin/api.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { fitted } from './fitted.ts'
import { someLoans } from './loans.ts'
import { holdsParity, loose, tight } from './parity.ts'

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

interface Case {
  readonly plugin: Defined<'algorithm'>
  readonly tasks: readonly Task[]
  readonly params?: JsonObject
  /** Without preprocess cells: categories as codes, missing values as they are. */
  readonly raw?: boolean
  readonly bounds?: typeof tight
}

const both: readonly Task[] = ['binary', 'multiclass']
const every: readonly Task[] = ['binary', 'multiclass', 'regression']
const cases: readonly Case[] = [
  { plugin: logistic, tasks: both },
  { plugin: logistic, tasks: ['binary'], params: { l1: 3 } },
  { plugin: ridge, tasks: ['regression'] },
  { plugin: lasso, tasks: ['regression'], params: { l1: 5 } },
  { plugin: elasticNet, tasks: ['regression'], params: { l1: 5 } },
  { plugin: scorecard, tasks: ['binary'] },
  { plugin: scorecard, tasks: ['binary'], params: { round: false } },
  { plugin: gradientBoosting, tasks: every, params: { trees: 25 }, raw: true },
  ...['absolute', 'quantile', 'poisson'].map(
    (loss): Case => ({ plugin: gradientBoosting, tasks: ['regression'], params: { trees: 12, loss }, raw: true }),
  ),
  { plugin: randomForest, tasks: every, params: { trees: 15 }, raw: true },
  { plugin: randomForest, tasks: ['binary'], params: { trees: 10 } },
  { plugin: neuralNetwork, tasks: every, params: { epochs: 8 }, bounds: loose },
  ...['leaky-relu', 'elu', 'tanh', 'sigmoid', 'linear'].map(
    (activation): Case => ({
      plugin: neuralNetwork,
      tasks: ['binary'],
      params: { layers: [{ dense: 9, activation }, { dropout: 0.2 }], epochs: 4 },
      bounds: loose,
    }),
  ),
  ...['linear', 'rbf', 'polynomial', 'sigmoid'].map(
    (kernel): Case => ({ plugin: svm, tasks: every, params: { kernel }, bounds: { absolute: 1e-5, relative: 1e-4 } }),
  ),
  { plugin: svm, tasks: both, params: { probability: 'sigmoid' }, bounds: loose },
  { plugin: knn, tasks: every, params: { k: 7 } },
  { plugin: knn, tasks: every, params: { k: 5, weights: 'distance' } },
  { plugin: kMeans, tasks: ['clustering'], params: { k: 4 } },
  { plugin: isolationForest, tasks: ['anomaly'], params: { trees: 40 } },
  { plugin: isolationForest, tasks: ['anomaly'], params: { trees: 40, contamination: 0.05 } },
]

for (const { plugin, tasks, params = {}, raw = false, bounds = tight } of cases) {
  for (const task of tasks) {
    const said = [task, raw ? 'raw' : '', ...Object.values(params).map((value) => JSON.stringify(value))]
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
