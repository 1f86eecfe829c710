import type { Kernels } from 'daybook/kernels'
import { descendEquations, productBytes } from '../linear/descend-equations.ts'
import type { WholeCurvature } from './curvature.ts'
import { type MinimizeRules, type Minimum, penaltyOf, pseudoGradient, type Smooth } from './minimize.ts'

/** Share of what is left of the slope that the inner problem may leave. */
const INNER_SHARE = 0.05
/** Rounds of the inner problem at most. */
const INNER_ROUNDS = 1000
const SUFFICIENT = 1e-4
const LINE_STEPS = 30
const ROUNDING = 1e-13

export interface NewtonTask {
  readonly smooth: Smooth
  readonly whole: WholeCurvature
  /** Sets the pass's weights to a point. */
  readonly place: (x: Float64Array) => void
  /** 0 for features that stay out, f64 [features]. */
  readonly free: Float64Array
  readonly turn: () => Promise<void>
}

/**
 * Minimizes smooth(x) + sum l1[i] * |x[i]| by the proximal Newton method, from where another solver stopped: each step minimizes
 * the parabola at x with the penalties by coordinate descent (G.-X. Yuan, C.-H. Ho and C.-J. Lin, "An improved GLMNET for
 * l1-regularized logistic regression", 2012).
 */
export async function minimizeByNewton(
  kernels: Kernels,
  task: NewtonTask,
  rules: MinimizeRules,
  from: Minimum,
): Promise<Minimum> {
  const { smooth, free } = task
  const { l1 } = rules
  const sizes = Float64Array.from(from.x, (_, i) => ((free[i] ?? 1) > 0 ? 1 : 0))
  let { x, iterations } = from
  task.place(rules.start)
  await task.whole.sum()
  let gradient = new Float64Array(smooth.size)
  let value = (await smooth.evaluate(x, gradient)) + penaltyOf(x, l1)
  for (;;) {
    rules.progress(iterations, value)
    const largest = largestOf(x, gradient, l1)
    const converged = largest <= rules.gradientTolerance
    if (converged || iterations >= rules.maxIterations) return { x, iterations, converged, gradient: largest }
    const tolerance = Math.max(INNER_SHARE * largest, rules.gradientTolerance / 2)
    const goal = await lowestOfParabola(kernels, task, x, gradient, { l1, sizes, tolerance })
    const next = await search(smooth, { x, gradient, value, largest }, goal, l1)
    if (next === undefined) return { x, iterations, converged: false, gradient: largest }
    x = next.x
    gradient = next.gradient
    value = next.value
    iterations += 1
  }
}

interface Point {
  readonly x: Float64Array
  readonly gradient: Float64Array<ArrayBuffer>
  readonly value: number
  readonly largest: number
}

function largestOf(x: Float64Array, gradient: Float64Array, l1: Float64Array): number {
  return pseudoGradient(x, gradient, l1).reduce((most, g) => Math.max(most, Math.abs(g)), 0)
}

/** Minimum of gradient · (u - x) + (u - x)' H (u - x) / 2 + sum l1 |u| over u: normal equations with the side H x - gradient. */
async function lowestOfParabola(
  kernels: Kernels,
  { whole, place, turn }: NewtonTask,
  x: Float64Array,
  gradient: Float64Array,
  { l1, sizes, tolerance }: { readonly l1: Float64Array; readonly sizes: Float64Array; readonly tolerance: number },
): Promise<Float64Array> {
  place(x)
  await whole.sum()
  const { matrix, stride } = whole
  const n = x.length
  const side = gradient.map((g) => -g)
  for (let f = 0; f < n; f++) {
    side[f] = (side[f] as number) + (matrix[f * stride + f] as number) * (x[f] as number)
    for (let g = f + 1; g < n; g++) {
      const both = matrix[f * stride + g] as number
      side[f] = (side[f] as number) + both * (x[g] as number)
      side[g] = (side[g] as number) + both * (x[f] as number)
    }
  }
  const rules = { tolerance, maxIterations: INNER_ROUNDS, progress: () => {}, turn }
  const penalties = { l1, l2: new Float64Array(n), sizes }
  return kernels.scope(productBytes(n), async (memory) => {
    const descent = await descendEquations(kernels, memory, { matrix, stride, side }, penalties, rules, x)
    return descent.coefficients
  })
}

/** Goes back from `goal` towards x until the value falls enough; among equal values a smaller slope decides. */
async function search(
  smooth: Smooth,
  { x, gradient, value, largest }: Point,
  goal: Float64Array,
  l1: Float64Array,
): Promise<Point | undefined> {
  let descent = penaltyOf(goal, l1) - penaltyOf(x, l1)
  for (let i = 0; i < x.length; i++) descent += (gradient[i] as number) * ((goal[i] as number) - (x[i] as number))
  let length = 1
  for (let tries = 0; tries < LINE_STEPS; tries++) {
    const next = length === 1 ? goal : goal.map((to, i) => (x[i] as number) + length * (to - (x[i] as number)))
    const slope = new Float64Array(x.length)
    const reached = (await smooth.evaluate(next, slope)) + penaltyOf(next, l1)
    const point = { x: next, gradient: slope, value: reached, largest: largestOf(next, slope, l1) }
    if (descent < 0 && reached <= value + SUFFICIENT * length * descent) return point
    if (reached <= value + ROUNDING * Math.abs(value) && point.largest < largest) return point
    length /= 2
  }
  return undefined
}
