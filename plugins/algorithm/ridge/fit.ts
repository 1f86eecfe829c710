import {
  alignUp,
  choleskyFactor,
  choleskySolve,
  type KernelMemory,
  LinearPass,
  type LinearRows,
  linearPassBytes,
  type RowShape,
} from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import type { LinearModel } from '../linear/model.ts'
import { normalEquationBytes, normalEquations } from '../linear/normal-equations.ts'
import { enterRows, type Moments, momentBytes, momentsOf, packed, rowBytes, shapeOf } from '../linear/rows.ts'
import { centredTargets, type Targets } from '../linear/targets.ts'
import { turn } from '../linear/turn.ts'
import { solveConjugateGradient } from './conjugate-gradient.ts'

export interface RidgeRules {
  readonly l2: number
}

/** Up to so many features the normal equations are solved directly. */
const DIRECT = 1000
const TOLERANCE = 1e-12

/** The rows, their moments and targets, as both solvers take them. */
interface Problem {
  readonly shape: RowShape
  readonly x: LinearRows
  readonly weight: Float32Array | undefined
  readonly moments: Moments
  /** sqrt(variance + l2 / rows): with it the diagonal of the normal equations is constant. 1 where that is 0. */
  readonly scale: Float64Array
  readonly targets: Targets
  readonly l2: number
}

/**
 * Minimizes sum(weight * (y - prediction)²) + l2 * |coefficients|², the intercept free. The normal equations are set up for
 * centred and scaled features, with the penalty scaled to match: the solution is the same and the system well behaved.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_NOT_FINITE
 */
export async function fitRidge(
  { X: given, y, weight }: TrainingData,
  { l2 }: RidgeRules,
  ctx: FitContext,
): Promise<LinearModel> {
  const X = packed(given)
  const shape = shapeOf(X)
  const { rows, columns } = shape
  const direct = columns <= DIRECT
  const bytes =
    rowBytes(X) +
    momentBytes(X) +
    alignUp(4 * rows) +
    alignUp(8 * rows) +
    2 * alignUp(8 * columns) +
    (direct ? normalEquationBytes(shape) : linearPassBytes(shape, 0))
  return ctx.kernels.scope(bytes, async (memory) => {
    const x = enterRows(memory, X)
    await turn(ctx)
    const rowWeight = weight === undefined ? undefined : memory.put(weight)
    const moments = await momentsOf(memory, X, x, rowWeight, ctx, () => turn(ctx))
    const scale = moments.deviations.map((deviation) => Math.sqrt(deviation * deviation + l2 / moments.weight) || 1)
    const targets = centredTargets(memory, y, weight, moments.weight)
    const problem = { shape, x, weight: rowWeight, moments, scale, targets, l2 }
    const solution = direct ? await solveDirectly(problem, memory, ctx) : await solveByProducts(problem, memory, ctx)
    const coefficients = solution.map((v, f) =>
      (moments.deviations[f] as number) > 0 ? v / (scale[f] as number) + 0 : 0,
    )
    let intercept = targets.mean
    for (let f = 0; f < columns; f++) intercept -= (coefficients[f] as number) * (moments.means[f] as number)
    const { means, deviations } = moments
    return { coefficients, intercepts: Float64Array.of(intercept + 0), means, deviations }
  })
}

async function solveDirectly(problem: Problem, memory: KernelMemory, ctx: FitContext): Promise<Float64Array> {
  const { shape, x, weight, moments, scale, targets, l2 } = problem
  const n = x.columns
  const next = (): Promise<void> => turn(ctx)
  const equations = await normalEquations(memory, shape, x, weight, moments, targets, scale, ctx, next)
  const { matrix, stride } = equations
  for (let f = 0; f < n; f++) {
    const by = scale[f] as number
    matrix[f * stride + f] = (matrix[f * stride + f] as number) + l2 / (by * by)
  }
  const solution = memory.put(equations.side)
  const dependent = choleskyFactor(ctx.kernels, matrix, n, stride, memory.f64(n))
  if (dependent > 0) warnOfDependent(problem, matrix, stride, ctx)
  choleskySolve(ctx.kernels, matrix, n, stride, solution, 1)
  return Float64Array.from(solution)
}

function warnOfDependent({ moments }: Problem, matrix: Float64Array, stride: number, ctx: FitContext): void {
  const columns: number[] = []
  for (const [f, deviation] of moments.deviations.entries()) {
    if (deviation > 0 && matrix[f * stride + f] === 0) columns.push(f)
  }
  if (columns.length === 0) return // constant features alone
  ctx.warn({
    code: 'DEPENDENT_FEATURES',
    message: `${columns.length} features are sums of others and were left out; an \`l2\` above 0 keeps them all.`,
    evidence: { columns },
  })
}

async function solveByProducts(problem: Problem, memory: KernelMemory, ctx: FitContext): Promise<Float64Array> {
  const { x, weight, moments, scale, targets, l2 } = problem
  const n = x.columns
  const next = (): Promise<void> => turn(ctx)
  const pass = new LinearPass(ctx.kernels, memory, { x, y: targets.values, weight, outputs: 0 })
  await pass.run(next) // at coefficients of 0, minus the gradient is the right side
  const side = Float64Array.from(
    { length: n },
    (_, f) =>
      ((moments.means[f] as number) * (pass.sums[n] as number) - (pass.sums[f] as number)) / (scale[f] as number),
  )
  targets.values.fill(0)
  const multiply = async (p: Float64Array, product: Float64Array): Promise<void> => {
    const { coefficients, intercepts, sums } = pass
    let shift = 0
    for (let f = 0; f < n; f++) {
      coefficients[f] = (p[f] as number) / (scale[f] as number)
      shift -= (coefficients[f] as number) * (moments.means[f] as number)
    }
    intercepts[0] = shift
    await pass.run(next)
    for (let f = 0; f < n; f++) {
      const centred = (sums[f] as number) - (sums[n] as number) * (moments.means[f] as number)
      product[f] = (centred + l2 * (coefficients[f] as number)) / (scale[f] as number)
    }
  }
  const maxIterations = 10 * n
  const { x: solution, ...end } = await solveConjugateGradient(
    multiply,
    side,
    { tolerance: TOLERANCE, maxIterations },
    (done) => ctx.progress(done, maxIterations),
  )
  if (!end.converged)
    ctx.warn({
      code: 'NOT_CONVERGED',
      message: `The solver stopped after ${end.iterations} steps. Raise \`l2\`, or standardize the features.`,
      evidence: { iterations: end.iterations },
    })
  return solution
}
