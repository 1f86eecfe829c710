import type { DenseFeatures, Features } from 'daybook/frame'
import { activations } from 'daybook/kernels'
import { classWeightParam, defineAlgorithm, fail } from 'daybook/plugin'
import { writeNetwork } from './neural-network/onnx.ts'
import { connectionWeights, predict, stateOf } from './neural-network/scoring.ts'
import { shapeOf } from './neural-network/shape.ts'
import { layerTable, learningCurve, warnOfScales } from './neural-network/shown.ts'
import { lossFor, scaleOf, targetsOf } from './neural-network/targets.ts'
import { train } from './neural-network/training.ts'

/** Feed-forward network of dense and dropout layers, trained by back-propagation (Rumelhart, Hinton and Williams, 1986). */
export default defineAlgorithm({
  id: 'neural-network',
  version: 1,
  summary: 'Feed-forward neural network of dense and dropout layers, trained by an optimizer.',
  description:
    'The layers named on the page, and behind them a linear output layer that fits the task: one unit with a sigmoid ' +
    '(binary), one unit a class with softmax (multi-class), one unit (regression; the target is standardized inside). ' +
    'Put a `standardize` cell before it: networks learn badly from features of very different scales.\n\n' +
    'Trained by back-propagation on shuffled batches (D. E. Rumelhart, G. E. Hinton and R. J. Williams, 1986); first ' +
    'weights after K. He et al. (2015) for rectifying activations, else after X. Glorot and Y. Bengio (2010); dropout ' +
    'after N. Srivastava et al. (2014). Importance is by connection weights (G. D. Garson, 1991) and compares features ' +
    'only where they have equal scales.',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['dense'],
  optimizer: true,
  defaultOptimizer: 'adam',
  random: true,
  params: {
    layers: {
      type: 'array',
      items: {
        anyOf: [
          {
            type: 'object',
            properties: {
              dense: {
                type: 'integer',
                minimum: 1,
                maximum: 16384,
                description: 'Number of units of a dense layer.',
                examples: [64],
              },
              activation: {
                enum: activations,
                default: 'relu',
                description: 'What a unit does to its sum.',
                examples: ['relu'],
              },
            },
          },
          {
            type: 'object',
            properties: {
              dropout: {
                type: 'number',
                minimum: 0,
                exclusiveMaximum: 1,
                description: 'Share of the values that is dropped at random while training.',
                examples: [0.1],
              },
            },
          },
        ],
      },
      maxItems: 64,
      default: [{ dense: 64, activation: 'relu' }, { dropout: 0.1 }, { dense: 32, activation: 'relu' }],
      description: 'Hidden layers from the features to the output. Empty: a linear model.',
      examples: [[{ dense: 50, activation: 'relu' }, { dropout: 0.1 }]],
    },
    epochs: {
      type: 'integer',
      minimum: 1,
      maximum: 100000,
      default: 30,
      description: 'Passes over the training rows.',
      examples: [30],
    },
    batchSize: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      default: 128,
      description: 'Rows an update. The last batch of an epoch may have fewer.',
      examples: [256],
    },
    loss: {
      enum: ['auto', 'cross-entropy', 'mse', 'mae', 'huber'],
      default: 'auto',
      description: '`auto`: cross-entropy for classes, mse for a number. `huber` has delta 1, in standard deviations.',
      examples: ['auto'],
    },
    l2: {
      type: 'number',
      minimum: 0,
      default: 0.0001,
      description: 'Penalty l2 / 2 times the sum of the squared weights (not the biases), added to the mean loss.',
      examples: [0.001],
    },
    classWeight: classWeightParam,
    earlyStopping: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Stop after so many epochs without a lower loss of the validation rows, and keep the best epoch.',
      examples: [null, 5],
    },
  },
  async fit(data, params, ctx) {
    const { task, classes, optimizer } = data
    const validation = data.validation?.X.rows === 0 ? undefined : data.validation
    const X = denseOf(data.X)
    if (optimizer === undefined) throw new TypeError('neural-network is trained by an optimizer: hand one to it')
    if (X.rows === 0) throw fail('FIT_NO_ROWS', { reason: 'the training part is empty' })
    const { epochs, batchSize, l2, earlyStopping } = params
    if (earlyStopping !== null && validation === undefined)
      ctx.warn({
        code: 'NO_VALIDATION',
        message: '`earlyStopping` needs validation rows (`split: { validation: … }`); all epochs are trained.',
      })
    warnOfScales(X, ctx.warn)
    const shape = shapeOf(params.layers, X.features.length, task === 'multiclass' ? classes.length : 1)
    const scale = scaleOf(task, data.y)
    const trained = await train(
      { X, ...targetsOf(data, scale) },
      validation && { X: denseOf(validation.X), ...targetsOf(validation, scale) },
      {
        shape,
        loss: lossFor(task, params.loss),
        optimizer,
        epochs,
        batchSize,
        l2,
        ...(earlyStopping === null ? {} : { patience: earlyStopping }),
      },
      ctx,
    )
    ctx.table(layerTable(shape))
    ctx.figure(learningCurve(trained))
    return stateOf(task, shape, trained.parameters, scale)
  },
  predict: (state, X, { kernels }) => predict(state, denseOf(X), kernels),
  importance: (state) => ({ measure: 'connection weights', values: connectionWeights(state) }),
  onnx: (state, X, graph) => writeNetwork(state, X, graph),
  // The line y = 2x, by a network without hidden layers.
  example: {
    params: { layers: [], epochs: 3000, l2: 0 },
    task: 'regression',
    X: [[-1], [0], [1]],
    y: [-2, 0, 2],
    given: [[0.5], [2]],
    gives: [1, 4],
    tolerance: 0.01,
  },
})

function denseOf(X: Features): DenseFeatures {
  if (X.form !== 'dense') throw new TypeError('a neural network takes dense features')
  return X
}
