/** A smooth function with what is known of its curvature. Vectors are f64 [size]. */
export interface Smooth {
  readonly size: number
  /** Value at x; writes the gradient there. */
  evaluate(x: Float64Array, gradient: Float64Array): Promise<number>
  /** Multiplies a vector by an inverse of about the curvature, symmetric and positive definite, in place. */
  precondition(vector: Float64Array): void
  /** Reads the curvature anew, at x. */
  refresh?(x: Float64Array): Promise<void>
}

export interface MinimizeRules {
  /** Where to begin. */
  readonly start: Float64Array
  /** L1 penalty a coordinate. */
  readonly l1: Float64Array
  readonly maxIterations: number
  /** Ends where no coordinate's (pseudo-)gradient is larger. */
  readonly gradientTolerance: number
  readonly progress: (iteration: number, value: number) => void
}

export interface Minimum {
  readonly x: Float64Array
  readonly iterations: number
  readonly converged: boolean
  /** Largest coordinate of the (pseudo-)gradient at x. */
  readonly gradient: number
}

/** Pairs of steps and gradient changes that the curvature is read off, and how many where vectors are long. */
const MEMORY = 40
const MEMORY_OF_LONG = 10
const LONG = 50_000
/** The curvature is read anew at this iteration, and at four times of it, and so on. */
const FIRST_REFRESH = 8
/** Iterations between two looks at the factor that the preconditioner is off by; where vectors are short, each iteration looks. */
const RESCALE = 4
const SHORT = 1000
const SUFFICIENT = 1e-4
const LINE_STEPS = 50
const ROUNDING = 1e-14

/**
 * Minimizes smooth(x) + sum l1[i] * |x[i]| by L-BFGS (J. Nocedal, "Updating quasi-Newton matrices with limited storage", 1980)
 * over a preconditioner, in its form for L1 penalties, OWL-QN (G. Andrew and J. Gao, "Scalable training of L1-regularized
 * log-linear models", ICML 2007). All sums run in the order of coordinates.
 */
export async function minimize(smooth: Smooth, rules: MinimizeRules): Promise<Minimum> {
  const { l1 } = rules
  const memory = smooth.size > LONG ? MEMORY_OF_LONG : MEMORY
  let x = Float64Array.from(rules.start)
  let gradient = new Float64Array(smooth.size)
  let value = (await smooth.evaluate(x, gradient)) + penaltyOf(x, l1)
  const steps: Pair[] = []
  let refreshAt = FIRST_REFRESH
  let iterations = 0
  let factor = 1
  for (;;) {
    rules.progress(iterations, value)
    const slope = pseudoGradient(x, gradient, l1)
    const largest = slope.reduce((most, g) => Math.max(most, Math.abs(g)), 0)
    if (largest <= rules.gradientTolerance) return { x, iterations, converged: true, gradient: largest }
    if (iterations >= rules.maxIterations) return { x, iterations, converged: false, gradient: largest }
    if (iterations === refreshAt) {
      await smooth.refresh?.(x)
      refreshAt *= 4
    }
    if (iterations % RESCALE === 1 || smooth.size < SHORT) factor = factorOf(smooth, steps.at(-1))
    const next = await search(smooth, x, value, slope, directionOf(smooth, slope, steps, factor), l1)
    if (next === undefined) {
      if (steps.length === 0) return { x, iterations, converged: false, gradient: largest }
      steps.length = 0 // the curvature misled: once more without what was remembered
      continue
    }
    remember(steps, memory, x, gradient, next)
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

/** Sum of l1[i] * |x[i]|. */
export function penaltyOf(x: Float64Array, l1: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (l1[i] as number) * Math.abs(x[i] as number)
  return sum
}

/** The one-sided derivative of the least size: 0 where the penalty holds a coordinate at 0. */
export function pseudoGradient(x: Float64Array, gradient: Float64Array, l1: Float64Array): Float64Array {
  return gradient.map((g, i) => {
    const penalty = l1[i] as number
    const at = x[i] as number
    if (at > 0) return g + penalty
    if (at < 0) return g - penalty
    return g + penalty < 0 ? g + penalty : Math.max(g - penalty, 0)
  })
}

/** Minus the inverse curvature times the slope: the two-loop recursion. */
function directionOf(smooth: Smooth, slope: Float64Array, steps: readonly Pair[], factor: number): Float64Array {
  const direction = slope.map((s) => -s)
  const alphas: number[] = []
  for (const { step, change, rho } of steps.toReversed()) {
    const alpha = rho * dot(step, direction)
    alphas.push(alpha)
    addScaled(direction, -alpha, change)
  }
  smooth.precondition(direction)
  for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] as number) * factor
  for (const { step, change, rho } of steps) {
    const alpha = alphas.pop() as number
    addScaled(direction, alpha - rho * dot(change, direction), step)
  }
  return direction
}

/** The preconditioner may be off by a factor, which the last step tells. */
function factorOf(smooth: Smooth, last: Pair | undefined): number {
  if (last === undefined) return 1
  const bent = Float64Array.from(last.change)
  smooth.precondition(bent)
  return 1 / (last.rho * dot(last.change, bent))
}

/** Goes back along a direction, within the orthant that x and the slope point to, until the value falls enough. */
async function search(
  smooth: Smooth,
  x: Float64Array,
  value: number,
  slope: Float64Array,
  direction: Float64Array,
  l1: Float64Array,
): Promise<Point | undefined> {
  for (let i = 0; i < x.length; i++) {
    if ((l1[i] as number) > 0 && (direction[i] as number) * (slope[i] as number) > 0) direction[i] = 0
  }
  let length = 1
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
    if (!(descent < 0)) return undefined
    const gradient = new Float64Array(x.length)
    const reached = (await smooth.evaluate(next, gradient)) + penaltyOf(next, l1)
    const point = { x: next, gradient, value: reached }
    if (reached <= value + SUFFICIENT * descent) return point
    // So near to the minimum that values differ by rounding alone, the slope decides (W. Hager and H. Zhang, 2005).
    const level = reached <= value + ROUNDING * Math.abs(value)
    if (level && slopeAlong(x, point, l1) <= (2 * SUFFICIENT - 1) * descent) return point
    // The parabola through both values and the slope has its lowest point here.
    const lowest = -descent / (2 * (reached - value - descent))
    length *= Math.min(0.5, Math.max(0.1, Number.isFinite(lowest) ? lowest : 0))
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

function remember(steps: Pair[], memory: number, x: Float64Array, gradient: Float64Array, next: Point): void {
  const step = next.x.map((to, i) => to - (x[i] as number))
  const change = next.gradient.map((to, i) => to - (gradient[i] as number))
  const curvature = dot(step, change)
  if (!(curvature > 1e-14 * dot(change, change))) return
  steps.push({ step, change, rho: 1 / curvature })
  if (steps.length > memory) steps.shift()
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function addScaled(to: Float64Array, factor: number, from: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (from[i] as number)
}
