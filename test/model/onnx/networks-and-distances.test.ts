// Networks, machines and what measures distances as ONNX files, run by onnxruntime-web, beside the models.
import t from 'tap'
import kMeans from '../../../plugins/algorithm/k-means.ts'
import knn from '../../../plugins/algorithm/knn.ts'
import neuralNetwork from '../../../plugins/algorithm/neural-network.ts'
import svm from '../../../plugins/algorithm/svm.ts'
import { type AlgorithmCase, both, every, holdAlgorithms } from './algorithm-cases.ts'
import { loose } from './parity.ts'

t.setTimeout(120_000)

holdAlgorithms(t, [
  { plugin: neuralNetwork, tasks: every, params: { epochs: 8 }, bounds: loose },
  ...['leaky-relu', 'elu', 'tanh', 'sigmoid', 'linear'].map(
    (activation): AlgorithmCase => ({
      plugin: neuralNetwork,
      tasks: ['binary'],
      params: { layers: [{ dense: 9, activation }, { dropout: 0.2 }], epochs: 4 },
      bounds: loose,
    }),
  ),
  ...['linear', 'rbf', 'polynomial', 'sigmoid'].map(
    (kernel): AlgorithmCase => ({
      plugin: svm,
      tasks: every,
      params: { kernel },
    }),
  ),
  { plugin: svm, tasks: both, params: { probability: 'sigmoid' }, bounds: loose },
  { plugin: knn, tasks: every, params: { k: 7 } },
  { plugin: knn, tasks: every, params: { k: 5, weights: 'distance' } },
  { plugin: kMeans, tasks: ['clustering'], params: { k: 4 } },
])
