import { classWeightParam, defineAlgorithm, type FitContext, type TrainingData } from 'daybook/plugin'
import { linearContributions, marginsOf, probabilitiesOf, standardizedSizes } from './linear/model.ts'
import { writeMargins, writeProbabilities } from './linear/onnx.ts'
import { showCoefficients } from './linear/show.ts'
import { fitLogistic } from './logistic/fit.ts'

/** Without a second class the model can only say the first. */
function warnOfOneClass({ y, classes }: TrainingData, ctx: FitContext): void {
  const [first] = y
  if (first === undefined || y.some((code) => code !== first)) return
  ctx.warn({
    code: 'ONE_CLASS',
    message: `All rows are of class \`${classes[first]}\`: there is nothing to tell apart.`,
  })
}

/** Logistic regression, binary and multinomial. */
export default defineAlgorithm({
  id: 'logistic',
  version: 1,
  summary: 'Logistic regression, binary and multinomial, with L1 and L2 penalties.',
  description:
    'Minimizes sum(weight * log-loss) + l2/2 * |coefficients|² + l1 * |coefficients|; intercepts are not penalized. The ' +
    'sum runs over rows, so `l2` is 1/C of libraries that scale the loss by C. Standardize features so that the penalty ' +
    'treats them alike. Trains on sparse rows without making them dense.\n\n' +
    'Contributions are on the scale of log-odds: coefficient * (x - mean); with more than two classes, those of the score ' +
    'of the class that is predicted.\n\n' +
    'Solver: L-BFGS over the curvature of a sample of rows, with L1 penalties OWL-QN (G. Andrew and J. Gao, ICML 2007) ' +
    'and, where that is slow on two classes, proximal Newton steps (G.-X. Yuan, C.-H. Ho and C.-J. Lin, 2012).',
  tasks: ['binary', 'multiclass'],
  accepts: ['sparse', 'dense'],
  params: {
    l2: { type: 'number', minimum: 0, default: 1, description: 'L2 penalty on coefficients.', examples: [1] },
    l1: {
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'L1 penalty on coefficients: makes the least useful ones exactly 0.',
      examples: [0, 1],
    },
    maxIterations: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      default: 500,
      description: 'Steps of the solver at most.',
      examples: [500],
    },
    tolerance: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-6,
      description: 'The solver ends when no derivative of the mean loss, in scaled features, is larger.',
      examples: [1e-6],
    },
    classWeight: classWeightParam,
  },
  async fit(data, params, ctx) {
    warnOfOneClass(data, ctx)
    const { model, minimum } = await fitLogistic(data, params, ctx)
    if (!minimum.converged)
      ctx.warn({
        code: 'NOT_CONVERGED',
        message:
          `The solver stopped after ${minimum.iterations} steps before its tolerance was met. ` +
          'Raise `maxIterations` or `l2`, or standardize the features.',
        evidence: { iterations: minimum.iterations, gradient: minimum.gradient },
      })
    showCoefficients(ctx, data.X.features, model, data.task === 'multiclass' ? data.classes : [data.classes[1] ?? ''])
    return model
  },
  predict(state, X, { kernels }) {
    return probabilitiesOf(state, X, kernels)
  },
  importance(state) {
    return { measure: 'absolute coefficient times standard deviation', values: standardizedSizes(state) }
  },
  contributions(state, X, { kernels }) {
    const outputs = state.intercepts.length
    if (outputs === 1) return linearContributions(state, X, () => 0)
    const margins = marginsOf(state, X, kernels)
    return linearContributions(state, X, (row) => {
      let top = 0
      for (let k = 1; k < outputs; k++) {
        if ((margins[row * outputs + k] as number) > (margins[row * outputs + top] as number)) top = k
      }
      return top
    })
  },
  onnx(state, X, graph) {
    return { values: writeProbabilities(graph, writeMargins(graph, X, state), state.intercepts.length) }
  },
  example: {
    params: { l2: 0 },
    task: 'binary',
    X: [[0], [0], [0], [0], [1], [1], [1], [1]],
    y: [0, 0, 0, 1, 0, 1, 1, 1],
    given: [[0], [1]],
    gives: [
      [0.75, 0.25],
      [0.25, 0.75],
    ],
  },
})
