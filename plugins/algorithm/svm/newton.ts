import { type Kernels, SvmPrimal, svmPrimalBytes } from 'daybook/kernels'
import type { Problem, Turn } from './problem.ts'
import { enteredBytes, enterRowsOf, storedValues } from './rows.ts'

/** How much sharper the losses get from round to round, while they are what keeps the gap open. */
const SHARPEN = 5
/** A round ends where what is left of its own gap is below this share of the tolerance. */
const FINE = 0.2
const NEWTON_STEPS = 50
const INNER_STEPS = 500
/** Keeps the intercept's second derivative positive where no row bends it: what a thousandth of a row would add. */
const RIDGE = 1e-3
/** Line search: halvings at most, and the share of the slope's promise that a step has to keep. */
const [HALVINGS, SUFFICIENT] = [40, 1e-4]

/** A trained linear machine: f(x) = weights · x + intercept. */
export interface LinearSolution {
  /** f64 [features]. */
  readonly weights: Float64Array
  readonly intercept: number
  /** Rows whose dual coefficient is not 0. */
  readonly support: number
  /** The dual objective that was minimized. */
  readonly objective: number
  /** Newton steps. */
  readonly iterations: number
  readonly converged: boolean
}

/**
 * Solves a problem whose kernel is x·y, over rows as they are: minimizes 1/2 |w|² + sum of losses by an augmented Lagrangian
 * method with semismooth Newton steps (Y. Yan and Q. Li, "An efficient augmented Lagrangian method for support vector
 * machine", Optimization Methods and Software 35, 2020). Each round replaces the losses by smooth ones, close to them near
 * the dual coefficients of the round before; Newton's equations involve the rows alone that are on a smooth bend, and are
 * solved by conjugate gradients. Ends where primal and dual objective differ by less than `tolerance` of the primal one.
 */
export async function solveLinear(
  kernels: Kernels,
  problem: Problem,
  rules: { readonly tolerance: number; readonly maxIterations: number },
  turn: Turn,
): Promise<LinearSolution> {
  const { source, epsilon } = problem
  const { rows, features } = source
  const shape = { rows, columns: features, stored: storedValues(source) }
  return kernels.scope(enteredBytes(source) + svmPrimalBytes(shape), async (memory) => {
    let share = 0
    const x = await enterRowsOf(memory, source, () => turn(0, 'rows'))
    await turn(0, 'rows')
    const primal = new SvmPrimal(kernels, memory, x, epsilon, () => turn(share, 'Newton step'))
    primal.errors.set(problem.targets)
    primal.floors.set(problem.floors)
    primal.ceilings.set(problem.ceilings)
    let sharpness = sharpnessOf(problem)
    let point = new Float64Array(features + 1)
    let iterations = 0
    for (;;) {
      // One round: the smooth losses around `centres`, minimized.
      primal.sharpness = sharpness
      const before = iterations
      let length = 0
      for (let step = 0; ; step++) {
        const losses = await primal.losses(length)
        const gradient = point.map((w, f) => (f < features ? w : 0) - (losses.sums[f] as number))
        const value = squaresOf(point, features) / 2 + losses.smooth
        const loss = squaresOf(point, features) / 2 + losses.loss
        // What w and the dual coefficients disagree by: the part of the gap that Newton's method closes.
        const open =
          squaresOf(gradient, features) / 2 + Math.abs((gradient[features] as number) * (point[features] as number))
        const done = open <= FINE * rules.tolerance * loss || step >= NEWTON_STEPS || iterations >= rules.maxIterations
        length = 0
        if (!done) {
          iterations += 1
          const direction = await newtonStep(primal, gradient, sharpness)
          primal.vector.set(direction)
          await primal.move()
          length = await stepLength(primal, point, direction, value, dot(gradient, direction))
          point = point.map((w, f) => w + length * (direction[f] as number))
          await turn(share, `loss ${value.toPrecision(4)}`)
        }
        if (length > 0) continue
        const gap = losses.gap + open
        const converged = gap <= rules.tolerance * loss
        if (loss > gap) share = Math.min(1, kernels.math.log(gap / loss) / kernels.math.log(rules.tolerance))
        if (converged || iterations >= rules.maxIterations) {
          const objective = squaresOf(losses.sums, features) / 2 + offsetOf(problem, primal.betas)
          const { support } = losses
          return {
            weights: point.slice(0, features),
            intercept: point[features] as number,
            support,
            objective,
            iterations,
            converged,
          }
        }
        if (losses.gap > rules.tolerance * loss * FINE) sharpness *= SHARPEN
        break
      }
      if (iterations === before) iterations += 1 // a round that needs no step is one, so that the work ends
      primal.centres.set(primal.betas)
    }
  })
}

/** Bends the losses so widely that errors up to about 2 reach no bound. */
function sharpnessOf({ ceilings, floors }: Problem): number {
  let sum = 0
  for (let row = 0; row < ceilings.length; row++) sum += Math.max(ceilings[row] as number, -(floors[row] as number))
  return sum / ceilings.length / 2
}

/** The part of the dual objective that is linear in the coefficients. */
function offsetOf({ targets, epsilon }: Problem, betas: Float64Array): number {
  let sum = 0
  for (let row = 0; row < betas.length; row++) {
    const beta = betas[row] as number
    sum += epsilon * Math.abs(beta) - beta * (targets[row] as number)
  }
  return sum
}

/** Solves (I + sharpness * X'X) step = -gradient over the rows on a bend, intercepts as a feature of 1 without the I. */
async function newtonStep(primal: SvmPrimal, gradient: Float64Array, sharpness: number): Promise<Float64Array> {
  const features = gradient.length - 1
  const squares = await primal.squares()
  const curvatures = squares.map(
    (square, f) => sharpness * (f < features ? square : square + RIDGE) + Number(f < features),
  )
  const step = new Float64Array(features + 1)
  const rest = gradient.map((g) => -g)
  let scaled = rest.map((r, f) => r / (curvatures[f] as number))
  let direction = Float64Array.from(scaled)
  let size = dot(rest, scaled)
  const start = size
  // The closer to the minimum, the more exact the step: so that Newton's method keeps its speed.
  const enough = start * Math.min(1e-2, start) * 1e-2
  for (let k = 0; k < INNER_STEPS && size > enough; k++) {
    primal.vector.set(direction)
    const bends = await primal.bends()
    const image = direction.map((d, f) => (f < features ? d : sharpness * RIDGE * d) + sharpness * (bends[f] as number))
    const length = size / dot(direction, image)
    for (let f = 0; f < step.length; f++) {
      step[f] = (step[f] as number) + length * (direction[f] as number)
      rest[f] = (rest[f] as number) - length * (image[f] as number)
    }
    scaled = rest.map((r, f) => r / (curvatures[f] as number))
    const next = dot(rest, scaled)
    const turnBy = next / size
    direction = direction.map((d, f) => (scaled[f] as number) + turnBy * d)
    size = next
  }
  return step
}

/** How far to go along a direction: 1, or the first half, quarter, … that lowers 1/2 |w|² + smooth losses enough; 0 if none. */
async function stepLength(
  primal: SvmPrimal,
  point: Float64Array,
  direction: Float64Array,
  value: number,
  slope: number,
): Promise<number> {
  const features = point.length - 1
  let length = 1
  for (let tries = 0; tries < HALVINGS; tries++) {
    const there = point.map((w, f) => w + length * (direction[f] as number))
    const reached = squaresOf(there, features) / 2 + (await primal.search(length))
    if (reached <= value + SUFFICIENT * length * slope) return length
    length /= 2
  }
  return 0
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function squaresOf(vector: Float64Array, count: number): number {
  const first = vector.subarray(0, count)
  return dot(first, first)
}
