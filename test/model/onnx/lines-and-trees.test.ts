// Linear models and trees as ONNX files, run by onnxruntime-web, beside the models that they were written from.
import t from 'tap'
import elasticNet from '../../../plugins/algorithm/elastic-net.ts'
import gradientBoosting from '../../../plugins/algorithm/gradient-boosting.ts'
import isolationForest from '../../../plugins/algorithm/isolation-forest.ts'
import lasso from '../../../plugins/algorithm/lasso.ts'
import logistic from '../../../plugins/algorithm/logistic.ts'
import randomForest from '../../../plugins/algorithm/random-forest.ts'
import ridge from '../../../plugins/algorithm/ridge.ts'
import scorecard from '../../../plugins/algorithm/scorecard.ts'
import { type AlgorithmCase, both, every, holdAlgorithms } from './algorithm-cases.ts'

t.setTimeout(120_000)

holdAlgorithms(t, [
  { plugin: logistic, tasks: both },
  { plugin: logistic, tasks: ['binary'], params: { l1: 3 } },
  { plugin: ridge, tasks: ['regression'] },
  { plugin: lasso, tasks: ['regression'], params: { l1: 5 } },
  { plugin: elasticNet, tasks: ['regression'], params: { l1: 5 } },
  { plugin: scorecard, tasks: ['binary'] },
  { plugin: scorecard, tasks: ['binary'], params: { round: false } },
  { plugin: gradientBoosting, tasks: every, params: { trees: 25 }, raw: true },
  ...['absolute', 'quantile', 'poisson'].map(
    (loss): AlgorithmCase => ({
      plugin: gradientBoosting,
      tasks: ['regression'],
      params: { trees: 12, loss },
      raw: true,
    }),
  ),
  { plugin: randomForest, tasks: every, params: { trees: 15 }, raw: true },
  { plugin: randomForest, tasks: ['binary'], params: { trees: 10 } },
  { plugin: isolationForest, tasks: ['anomaly'], params: { trees: 40 } },
  { plugin: isolationForest, tasks: ['anomaly'], params: { trees: 40, contamination: 0.05 } },
])
