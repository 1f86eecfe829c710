import { addGram, addLinearGradient, alignUp, type KernelMemory, type LinearRows, linearMargins } from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import type { LinearModel } from '../linear/model.ts'
import { enterRows, type Moments, momentBytes, momentsOf, rowBytes, someRows } from '../linear/rows.ts'
import { turn } from '../linear/turn.ts'
import { solveCholesky } from './cholesky.ts'
import { solveConjugateGradient } from './conjugate-gradient.ts'

export interface RidgeRules {
  readonly l2: number
}

/** Up to so many features the normal equations are solved directly. */
const DIRECT = 1000
const TOLERANCE = 1e-12
/** Products after which the event loop gets a turn, so that a cancel arrives. */
const WORK_A_TURN = 1e8

/** The rows, their moments and targets, as both solvers take them. */
interface Problem {
  readonly x: LinearRows
  readonly weight: Float32Array | undefined
  readonly moments: Moments
  /** sqrt(variance + l2 / rows): with it the diagonal of the normal equations is constant. 1 where that is 0. */
  readonly scale: Float64Array
  /** weight * (y - mean), f64 [rows]. */
  readonly targets: Float64Array
  readonly l2: number
}

/**
 * Minimizes sum(weight * (y - prediction)²) + l2 * |coefficients|², the intercept free. The normal equations are set up for
 * centred and scaled features, with the penalty scaled to match: the solution is the same and the system well behaved.
 */
export async function fitRidge(
  { X, y, weight }: TrainingData,
  { l2 }: RidgeRules,
  ctx: FitContext,
): Promise<LinearModel> {
  const { rows } = X
  const columns = X.features.length
  const direct = columns <= DIRECT
  const bytes =
    rowBytes(X) +
    momentBytes(rows, columns) +
    alignUp(4 * rows) +
    2 * alignUp(8 * rows) +
    3 * alignUp(8 * columns) +
    alignUp(8) +
    (direct ? 8 * columns * columns + 16 : 0)
  return ctx.kernels.scope(bytes, async (memory) => {
    const x = enterRows(memory, X)
    const rowWeight = weight === undefined ? undefined : memory.put(weight)
    const moments = momentsOf(ctx.kernels, memory, x, rowWeight)
    const scale = moments.deviations.map((deviation) => Math.sqrt(deviation * deviation + l2 / moments.weight) || 1)
    const { mean, targets } = centreTargets(memory, y, weight, moments.weight)
    const problem = { x, weight: rowWeight, moments, scale, targets, l2 }
    const solution = direct ? await solveDirectly(problem, memory, ctx) : await solveByProducts(problem, memory, ctx)
    const coefficients = solution.map((v, f) =>
      (moments.deviations[f] as number) > 0 ? v / (scale[f] as number) + 0 : 0,
    )
    let intercept = mean
    for (let f = 0; f < columns; f++) intercept -= (coefficients[f] as number) * (moments.means[f] as number)
    const { means, deviations } = moments
    return { coefficients, intercepts: Float64Array.of(intercept + 0), means, deviations }
  })
}

function centreTargets(
  memory: KernelMemory,
  y: ArrayLike<number>,
  weight: Float32Array | undefined,
  total: number,
): { mean: number; targets: Float64Array } {
  const targets = memory.f64(y.length)
  let sum = 0
  for (let i = 0; i < y.length; i++) sum += (weight?.[i] ?? 1) * (y[i] as number)
  const mean = sum / total
  for (let i = 0; i < y.length; i++) targets[i] = (weight?.[i] ?? 1) * ((y[i] as number) - mean)
  return { mean, targets }
}

/** transpose(standardized rows) · targets. */
function rightSide({ x, moments, scale, targets }: Problem, memory: KernelMemory, ctx: FitContext): Float64Array {
  const side = memory.f64(x.columns)
  addLinearGradient(ctx.kernels, x, targets, 1, side)
  let rest = 0
  for (const target of targets) rest += target // 0 but for rounding
  return Float64Array.from(side, (value, f) => (value - rest * (moments.means[f] as number)) / (scale[f] as number))
}

async function solveDirectly(problem: Problem, memory: KernelMemory, ctx: FitContext): Promise<Float64Array> {
  const { x, weight, moments, scale, l2 } = problem
  const n = x.columns
  const side = rightSide(problem, memory, ctx)
  const means = memory.put(moments.means)
  const gram = memory.f64(n * n)
  const scratch = memory.f64(n)
  const block = Math.max(1, Math.ceil(WORK_A_TURN / (n * n)))
  for (let from = 0; from < x.rows; from += block) {
    const to = Math.min(from + block, x.rows)
    addGram(ctx.kernels, someRows(x, from, to), means, weight?.subarray(from, to), gram, scratch)
    ctx.progress(to, x.rows)
    await turn(ctx)
  }
  const a = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const si = scale[i] as number
    const mi = x.form === 'sparse' ? moments.weight * (moments.means[i] as number) : 0
    for (let j = i; j < n; j++) {
      a[i * n + j] = ((gram[i * n + j] as number) - mi * (moments.means[j] as number)) / (si * (scale[j] as number))
    }
    a[i * n + i] = (a[i * n + i] as number) + l2 / (si * si)
  }
  const { x: solution, dependent } = solveCholesky(a, side)
  const left = dependent.filter((f) => (moments.deviations[f] as number) > 0)
  if (left.length > 0)
    ctx.warn({
      code: 'DEPENDENT_FEATURES',
      message: `${left.length} features are sums of others and were left out; an \`l2\` above 0 keeps them all.`,
      evidence: { columns: left },
    })
  return solution
}

async function solveByProducts(problem: Problem, memory: KernelMemory, ctx: FitContext): Promise<Float64Array> {
  const { x, weight, moments, scale, l2 } = problem
  const n = x.columns
  const side = rightSide(problem, memory, ctx)
  const coefficients = memory.f64(n)
  const intercepts = memory.f64(1)
  const margins = memory.f64(x.rows)
  const slopes = memory.f64(n)
  const multiply = (p: Float64Array, product: Float64Array): void => {
    let shift = 0
    for (let f = 0; f < n; f++) {
      coefficients[f] = (p[f] as number) / (scale[f] as number)
      shift -= (coefficients[f] as number) * (moments.means[f] as number)
    }
    intercepts[0] = shift
    linearMargins(ctx.kernels, x, { coefficients, intercepts }, margins)
    let sum = 0
    for (let i = 0; i < margins.length; i++) {
      margins[i] = (weight?.[i] ?? 1) * (margins[i] as number)
      sum += margins[i] as number
    }
    slopes.fill(0)
    addLinearGradient(ctx.kernels, x, margins, 1, slopes)
    for (let f = 0; f < n; f++) {
      const centred = (slopes[f] as number) - sum * (moments.means[f] as number)
      product[f] = (centred + l2 * (coefficients[f] as number)) / (scale[f] as number)
    }
  }
  const maxIterations = 10 * n
  const {
    x: solution,
    converged,
    iterations,
  } = await solveConjugateGradient(multiply, side, { tolerance: TOLERANCE, maxIterations }, async (done) => {
    ctx.progress(done, maxIterations)
    await new Promise<void>((resolve) => {
      setImmediate(resolve)
    })
    ctx.signal.throwIfAborted()
  })
  if (!converged)
    ctx.warn({
      code: 'NOT_CONVERGED',
      message: `The solver stopped after ${iterations} steps. Raise \`l2\`, or standardize the features.`,
      evidence: { iterations },
    })
  return solution
}
