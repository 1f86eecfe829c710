/** Value of a smooth function at x; writes its gradient. */
export type Objective = (x: Float64Array, gradient: Float64Array) => number

export interface MinimizeRules {
  /** L1 penalty a coordinate. */
  readonly l1: Float64Array
  readonly maxIterations: number
  /** Ends where no coordinate's (pseudo-)gradient is larger. */
  readonly gradientTolerance: number
}

export interface Minimum {
  readonly x: Float64Array
  readonly iterations: number
  readonly converged: boolean
  /** Largest coordinate of the (pseudo-)gradient at x. */
  readonly gradient: number
}

/** Pairs of steps and gradient changes that the curvature is read off. */
const MEMORY = 10
const SHRINK = 0.5
const SUFFICIENT = 1e-4
const LINE_STEPS = 50
const ROUNDING = 1e-14

/**
 * Minimizes smooth(x) + sum l1[i] * |x[i]| from x = 0 by L-BFGS (J. Nocedal, 1980), in its form for L1 penalties, OWL-QN
 * (G. Andrew and J. Gao, "Scalable training of L1-regularized log-linear models", ICML 2007). Without penalties that is
 * plain L-BFGS with backtracking. All sums run in the order of coordinates.
 */
export async function minimize(
  smooth: Objective,
  size: number,
  rules: MinimizeRules,
  turn: (iteration: number, value: number) => Promise<void>,
): Promise<Minimum> {
  const { l1 } = rules
  let x = new Float64Array(size)
  let gradient = new Float64Array(size)
  let value = smooth(x, gradient) + penaltyOf(x, l1)
  const steps: Pair[] = []
  let iterations = 0
  for (;;) {
    const slope = pseudoGradient(x, gradient, l1)
    const largest = slope.reduce((most, g) => Math.max(most, Math.abs(g)), 0)
    if (largest <= rules.gradientTolerance) return { x, iterations, converged: true, gradient: largest }
    if (iterations >= rules.maxIterations) return { x, iterations, converged: false, gradient: largest }
    await turn(iterations, value)
    const next = search(smooth, x, value, slope, directionOf(slope, steps), l1, steps.length === 0)
    if (next === undefined) {
      if (steps.length === 0) return { x, iterations, converged: false, gradient: largest }
      steps.length = 0 // the curvature misled: once more, straight down
      continue
    }
    remember(steps, x, gradient, next)
    x = next.x
    gradient = next.gradient
    value = next.value
    iterations += 1
  }
}

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  /** 1 / (step · change). */
  readonly rho: number
}

interface Point {
  readonly x: Float64Array<ArrayBuffer>
  readonly gradient: Float64Array<ArrayBuffer>
  readonly value: number
}

function penaltyOf(x: Float64Array, l1: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (l1[i] as number) * Math.abs(x[i] as number)
  return sum
}

/** The one-sided derivative of the least size: 0 where the penalty holds a coordinate at 0. */
function pseudoGradient(x: Float64Array, gradient: Float64Array, l1: Float64Array): Float64Array {
  return gradient.map((g, i) => {
    const penalty = l1[i] as number
    const at = x[i] as number
    if (at > 0) return g + penalty
    if (at < 0) return g - penalty
    return g + penalty < 0 ? g + penalty : Math.max(g - penalty, 0)
  })
}

/** Minus the inverse curvature times the slope: the two-loop recursion. Never uphill in any penalized coordinate. */
function directionOf(slope: Float64Array, steps: readonly Pair[]): Float64Array {
  const direction = slope.map((s) => -s)
  const alphas: number[] = []
  for (const { step, change, rho } of steps.toReversed()) {
    const alpha = rho * dot(step, direction)
    alphas.push(alpha)
    addScaled(direction, -alpha, change)
  }
  const last = steps.at(-1)
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.change, last.change))
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * scale
  }
  for (const { step, change, rho } of steps) {
    const alpha = alphas.pop() as number
    addScaled(direction, alpha - rho * dot(change, direction), step)
  }
  return direction
}

/** Backtracks along a direction, within the orthant that x and the slope point to, until the value falls enough. */
function search(
  smooth: Objective,
  x: Float64Array,
  value: number,
  slope: Float64Array,
  direction: Float64Array,
  l1: Float64Array,
  first: boolean,
): Point | undefined {
  for (let i = 0; i < x.length; i++) {
    if ((l1[i] as number) > 0 && (direction[i] as number) * (slope[i] as number) > 0) direction[i] = 0
  }
  let length = first ? 1 / Math.max(1, Math.sqrt(dot(direction, direction))) : 1
  for (let tries = 0; tries < LINE_STEPS; tries++) {
    const next = new Float64Array(x.length)
    let descent = 0
    for (let i = 0; i < x.length; i++) {
      const at = x[i] as number
      const to = at + length * (direction[i] as number)
      const orthant = at !== 0 ? at : -(slope[i] as number)
      next[i] = (l1[i] as number) > 0 && to * orthant <= 0 ? 0 : to
      descent += (slope[i] as number) * ((next[i] as number) - at)
    }
    const gradient = new Float64Array(x.length)
    const reached = smooth(next, gradient) + penaltyOf(next, l1)
    const point = { x: next, gradient, value: reached }
    if (descent < 0 && reached <= value + SUFFICIENT * descent) return point
    // So near to the minimum that values differ by rounding alone, the slope decides (W. Hager and H. Zhang, 2005).
    const level = reached <= value + ROUNDING * Math.abs(value)
    if (descent < 0 && level && slopeAlong(x, point, l1) <= (2 * SUFFICIENT - 1) * descent) return point
    length *= SHRINK
  }
  return undefined
}

/** The slope at a point in the direction that it was reached by. */
function slopeAlong(from: Float64Array, { x, gradient }: Point, l1: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const at = x[i] as number
    sum += ((gradient[i] as number) + Math.sign(at) * (l1[i] as number)) * (at - (from[i] as number))
  }
  return sum
}

function remember(steps: Pair[], x: Float64Array, gradient: Float64Array, next: Point): void {
  const step = next.x.map((to, i) => to - (x[i] as number))
  const change = next.gradient.map((to, i) => to - (gradient[i] as number))
  const curvature = dot(step, change)
  if (!(curvature > 1e-14 * dot(change, change))) return
  steps.push({ step, change, rho: 1 / curvature })
  if (steps.length > MEMORY) steps.shift()
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function addScaled(to: Float64Array, factor: number, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (from[i] as number)
}
