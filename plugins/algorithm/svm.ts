import { classWeightParam, defineAlgorithm } from 'daybook/plugin'
import { predictionsOf } from './svm/model.ts'
import { writeMachines } from './svm/onnx.ts'
import { showMachines } from './svm/show.ts'
import { trainSvm } from './svm/train.ts'

/** Support vector machines for classes and values. */
export default defineAlgorithm({
  id: 'svm',
  version: 1,
  summary: 'Support vector machine: C-SVC for classes, epsilon-SVR for values, with four kernels.',
  description:
    'Standardize the features first: kernels measure distances. Regression standardizes the target inside, so `epsilon` and ' +
    '`c` count in its standard deviations. The weight of a row, its class weight included, multiplies `c`.\n\n' +
    'Kernels: `linear` x·y; `rbf` exp(-gamma |x - y|²); `polynomial` (gamma x·y + coef0)^degree; `sigmoid` ' +
    'tanh(gamma x·y + coef0). Memory for training holds the rows, and kernel rows up to `cacheMb`; sparse rows stay ' +
    'sparse where less than a tenth of the values is stored. Time grows with the square of the rows and faster, so beyond ' +
    'some 100,000 rows take the linear kernel: it has a solver of its own for the same problem, whose ' +
    'time grows with the stored values and which takes sparse rows as they are.\n\n' +
    'More than two classes: one machine a pair, and votes; the score of a class is its votes, and equal votes are told ' +
    'apart by the decisions. Scores serve auc and labels. With `probability: sigmoid`, five more machines a pair decide on ' +
    'rows that they did not see, and a sigmoid is fitted to that (six times the work).\n\n' +
    'Sources: R.-E. Fan, P.-H. Chen and C.-J. Lin, "Working set selection using second order information for training ' +
    'support vector machines" (2005); Y. Yan and Q. Li, "An efficient augmented Lagrangian method for support vector ' +
    'machine" (2020); H.-T. Lin, C.-J. Lin and R. C. ' +
    'Weng, "A note on Platt\'s probabilistic outputs for support vector machines" (2007); T.-F. Wu, C.-J. Lin and R. C. ' +
    'Weng, "Probability estimates for multi-class classification by pairwise coupling" (2004).',
  tasks: ['binary', 'multiclass', 'regression'],
  accepts: ['dense', 'sparse'],
  random: true,
  output: ({ probability }) => (probability === 'sigmoid' ? 'probabilities' : 'scores'),
  params: {
    kernel: {
      enum: ['linear', 'rbf', 'polynomial', 'sigmoid'],
      default: 'rbf',
      description: 'How alike two rows are.',
      examples: ['rbf', 'linear'],
    },
    c: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1e9,
      default: 1,
      description: 'Price of an error. Larger follows the training rows more closely, and takes longer.',
      examples: [1, 10],
    },
    gamma: {
      type: ['number', 'null'],
      exclusiveMinimum: 0,
      default: null,
      description: 'Scale of the kernel; null for 1 / (features * variance of all values). The linear kernel has none.',
      examples: [null, 0.05],
    },
    degree: {
      type: 'integer',
      minimum: 1,
      maximum: 20,
      default: 3,
      description: 'Degree of the polynomial kernel.',
      examples: [3],
    },
    coef0: {
      type: 'number',
      default: 0,
      description: 'What the polynomial and the sigmoid kernel add to gamma x·y.',
      examples: [0, 1],
    },
    epsilon: {
      type: 'number',
      minimum: 0,
      default: 0.1,
      description: 'Regression: errors below it are free, in standard deviations of the target.',
      examples: [0.1],
    },
    probability: {
      enum: ['none', 'sigmoid'],
      default: 'none',
      description: '`sigmoid`: classes get probabilities, calibrated by cross-validation. `none`: scores.',
      examples: ['none', 'sigmoid'],
    },
    tolerance: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 0.001,
      description:
        'The solver ends when no pair of rows violates the conditions of the optimum by more (linear kernel: when primal ' +
        'and dual objective differ by less than this share).',
      examples: [0.001],
    },
    maxIterations: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description: 'Steps at most; null for 10,000,000 steps of two rows, or 1,000 Newton steps (linear kernel).',
      examples: [null, 100000],
    },
    shrinking: {
      type: 'boolean',
      default: true,
      description: 'Leave out rows that seem to be done with, and look at them again in the end.',
      examples: [true],
    },
    cacheMb: {
      type: 'number',
      minimum: 1,
      maximum: 2048,
      default: 200,
      description: 'Memory for kernel rows, in MiB.',
      examples: [200],
    },
    classWeight: classWeightParam,
  },
  async fit(data, params, ctx) {
    const { model, told } = await trainSvm(data, params, ctx)
    showMachines(ctx, told)
    return model
  },
  predict(state, X, { kernels }) {
    return predictionsOf(state, X, kernels)
  },
  onnx: (state, X, graph) => writeMachines(state, X, graph),
  example: {
    params: { kernel: 'linear', c: 10, tolerance: 1e-9 },
    task: 'binary',
    X: [[0], [1], [3], [4]],
    y: [0, 0, 1, 1],
    given: [[1], [2], [3], [5]],
    gives: [-1, 0, 1, 3],
  },
})
