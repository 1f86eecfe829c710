import {
  addCentredSquares,
  addLinearGradient,
  alignUp,
  type KernelMemory,
  type Kernels,
  type LinearRows,
  linearMargins,
} from 'daybook/kernels'
import { someRows } from '../linear/rows.ts'
import type { Problem, Turn } from './problem.ts'
import { enteredBytes, enterRowsOf, someOf } from './rows.ts'
import { type LossState, lossesAt, stepLength } from './smoothed.ts'

/** Stored values that are visited between two turns of the event loop. */
const CHUNK = 2e7
/** How much sharper the losses get from round to round, while they are what keeps the gap open. */
const SHARPEN = 5
/** A round ends where what is left of its own gap is below this share of the tolerance. */
const FINE = 0.2
const NEWTON_STEPS = 50
const INNER_STEPS = 500
/** Keeps the intercept's second derivative positive where no row bends it: what a thousandth of a row would add. */
const RIDGE = 1e-3

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
  const { source, targets, epsilon } = problem
  const { rows, features } = source
  const width = features + 1
  const bytes = enteredBytes(source) + vectorBytes(rows, features)
  return kernels.scope(bytes, async (memory) => {
    const all = productsOf(kernels, memory, await enterRowsOf(memory, source, () => turn(0, 'rows')), turn)
    let sharpness = sharpnessOf(problem)
    let centres = new Float64Array(rows)
    let point = new Float64Array(width)
    let errors = Float64Array.from(targets)
    let iterations = 0
    let share = 0
    for (;;) {
      // One round: the smooth losses around `centres`, minimized.
      let state: LossState
      let sums: Float64Array
      let primal: number
      /** What w and the dual coefficients disagree by: the part of the gap that Newton's method closes. */
      let open: number
      const before = iterations
      for (let step = 0; ; step++) {
        state = lossesAt(problem, errors, centres, sharpness)
        await turn(share, 'losses')
        sums = await all.transposed(state.betas)
        const gradient = point.map((w, f) => (f < features ? w : 0) - (sums[f] as number))
        const value = squaresOf(point, features) / 2 + state.smooth
        primal = squaresOf(point, features) / 2 + state.loss
        open =
          squaresOf(gradient, features) / 2 + Math.abs((gradient[features] as number) * (point[features] as number))
        if (open <= FINE * rules.tolerance * primal || step >= NEWTON_STEPS || iterations >= rules.maxIterations) break
        iterations += 1
        const direction = await newtonStep(kernels, problem, gradient, state, sharpness, turn)
        const slope = dot(gradient, direction)
        const moves = await all.margins(direction)
        const length = stepLength(problem, { errors, centres, sharpness, point, direction, moves, value, slope })
        if (length === 0) break
        point = point.map((w, f) => w + length * (direction[f] as number))
        errors = errors.map((error, row) => error - length * (moves[row] as number))
        await turn(share, `loss ${value.toPrecision(4)}`)
      }
      const gap = state.gap + open
      const converged = gap <= rules.tolerance * primal
      if (primal > gap) share = Math.min(1, kernels.math.log(gap / primal) / kernels.math.log(rules.tolerance))
      if (converged || iterations >= rules.maxIterations) {
        let objective = squaresOf(sums, features) / 2
        for (const [row, beta] of state.betas.entries())
          objective += epsilon * Math.abs(beta) - beta * (targets[row] as number)
        const support = state.betas.reduce((count, beta) => count + Number(beta !== 0), 0)
        const intercept = point[features] as number
        return { weights: point.slice(0, features), intercept, support, objective, iterations, converged }
      }
      if (iterations === before) iterations += 1 // a round that needs no step is one, so that the work ends
      centres = Float64Array.from(state.betas)
      if (state.gap > rules.tolerance * primal * FINE) sharpness *= SHARPEN
    }
  })
}

/** Bends the losses so widely that errors up to about 2 reach no bound. */
function sharpnessOf({ ceilings, floors }: Problem): number {
  let sum = 0
  for (const [row, ceiling] of ceilings.entries()) sum += Math.max(ceiling, -(floors[row] as number))
  return sum / ceilings.length / 2
}

/** Solves (I + sharpness * X'X) step = -gradient over the rows on a bend, intercepts as a feature of 1 without the I. */
async function newtonStep(
  kernels: Kernels,
  { source }: Problem,
  gradient: Float64Array,
  { bent }: LossState,
  sharpness: number,
  turn: Turn,
): Promise<Float64Array> {
  const { features } = source
  const some = bent.length === source.rows ? source : someOf(source, bent)
  return kernels.scope(enteredBytes(some) + vectorBytes(some.rows, features), async (memory) => {
    const products = productsOf(kernels, memory, await enterRowsOf(memory, some, () => turn(0, 'Newton step')), turn)
    const squares = await products.squares()
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
      const bentBy = await products.transposed(await products.margins(direction))
      const image = direction.map(
        (d, f) => (f < features ? d : sharpness * RIDGE * d) + sharpness * (bentBy[f] as number),
      )
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
  })
}

interface Products {
  /** Rows times a vector [features + 1], whose last number is added: a copy, f64 [rows]. */
  margins(vector: Float64Array): Promise<Float64Array>
  /** Transposed rows times a vector [rows], and behind that the vector's sum: a copy, f64 [features + 1]. */
  transposed(vector: Float64Array): Promise<Float64Array>
  /** Sum of squares of each feature, and the number of rows: f64 [features + 1]. */
  squares(): Promise<Float64Array>
}

function vectorBytes(rows: number, features: number): number {
  return 2 * alignUp(8 * rows) + 2 * alignUp(8 * features) + alignUp(8)
}

function productsOf(kernels: Kernels, memory: KernelMemory, x: LinearRows, turn: Turn): Products {
  const coefficients = memory.f64(x.columns)
  const intercepts = memory.f64(1)
  const sums = memory.f64(x.columns)
  const margins = memory.f64(x.rows)
  const residuals = memory.f64(x.rows)
  const perRow = 1 + x.values.length / Math.max(1, x.rows)
  const part = Math.max(1, Math.min(x.rows, Math.floor(CHUNK / perRow)))
  let sinceTurn = 0
  const inParts = async (work: (from: number, to: number) => void): Promise<void> => {
    for (let from = 0; from < x.rows; from += part) {
      work(from, Math.min(from + part, x.rows))
      sinceTurn += perRow * part
      if (sinceTurn < CHUNK) continue
      sinceTurn = 0
      await turn(0, 'Newton step')
    }
  }
  return {
    async margins(vector) {
      coefficients.set(vector.subarray(0, x.columns))
      intercepts[0] = vector[x.columns] as number
      await inParts((from, to) =>
        linearMargins(kernels, someRows(x, from, to), { coefficients, intercepts }, margins.subarray(from, to)),
      )
      return Float64Array.from(margins)
    },
    async transposed(vector) {
      residuals.set(vector)
      sums.fill(0)
      await inParts((from, to) =>
        addLinearGradient(kernels, someRows(x, from, to), residuals.subarray(from, to), 1, sums),
      )
      const out = new Float64Array(x.columns + 1)
      out.set(sums)
      let total = 0
      for (const value of vector) total += value
      out[x.columns] = total
      return out
    },
    async squares() {
      coefficients.fill(0)
      sums.fill(0)
      await inParts((from, to) => addCentredSquares(kernels, someRows(x, from, to), coefficients, undefined, sums))
      const out = new Float64Array(x.columns + 1)
      out.set(sums)
      out[x.columns] = x.rows
      return out
    },
  }
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
