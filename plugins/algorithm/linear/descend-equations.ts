import {
  alignUp,
  choleskyFactor,
  choleskySolve,
  descendByProducts,
  type KernelMemory,
  type Kernels,
  type PenalizedProducts,
  slopesByProducts,
} from 'daybook/kernels'
import type { Descent, DescentRules } from './descent.ts'
import type { NormalEquations } from './normal-equations.ts'
import { type Violations, violationsOf } from './violations.ts'

/** Rounds between two looks at the conditions of the minimum. */
const SWEEPS = 10

/** So many features solved for together cost about one round more over them. */
const ROUNDS_OF_ONE = 6

/** Bytes that `descendEquations` takes from a scope. */
export function productBytes(columns: number): number {
  return 6 * alignUp(8 * columns) + alignUp(4 * columns) + alignUp(8 * columns * columns)
}

/** Penalties of features and what their violations are measured by (0: the feature stays out), f64 [features]. */
export interface EquationPenalties {
  readonly l1: Float64Array
  readonly l2: Float64Array
  readonly sizes: Float64Array
}

/**
 * Coordinate descent over normal equations, from `start` or from 0. Every few rounds the coefficients that are not 0 are solved
 * for together, their signs held, which ends the slow walk that descent takes where features depend on each other.
 */
export async function descendEquations(
  kernels: Kernels,
  memory: KernelMemory,
  equations: NormalEquations,
  penalties: EquationPenalties,
  rules: DescentRules,
  start?: Float64Array,
): Promise<Descent> {
  const n = equations.side.length
  const { matrix, stride } = equations
  for (let f = 0; f < n; f++) {
    for (let g = f + 1; g < n; g++) matrix[g * stride + f] = matrix[f * stride + g] as number
  }
  const products: PenalizedProducts = {
    matrix,
    stride,
    side: memory.put(equations.side),
    l1: memory.put(penalties.l1),
    l2: memory.put(penalties.l2),
    v: start === undefined ? memory.f64(n) : memory.put(start),
    slopes: memory.f64(n),
  }
  const whole = memory.u32(n)
  const scratch = memory.f64(n)
  const square = memory.f64(n * n)
  const look = (): Violations => {
    slopesByProducts(kernels, products)
    const { l1, l2, v, slopes } = products
    return violationsOf(
      v,
      slopes,
      (f) => l1[f] as number,
      (f) => l2[f] as number,
      (f) => penalties.sizes[f] as number,
      rules.tolerance,
    )
  }
  let sweeps = 0
  let together = 0
  let seen = look()
  while (seen.largest > rules.tolerance && sweeps < rules.maxIterations) {
    const order = whole.subarray(0, seen.active.length)
    order.set(seen.active)
    const rounds = Math.min(SWEEPS, rules.maxIterations - sweeps)
    descendByProducts(kernels, products, order, rounds)
    sweeps += rounds
    rules.progress(sweeps)
    await rules.turn()
    seen = look()
    if (seen.largest <= rules.tolerance || sweeps < together) continue
    together = sweeps + Math.max(SWEEPS, Math.ceil(seen.active.length / ROUNDS_OF_ONE)) // it costs as much as many rounds
    if (solveTogether(kernels, products, square, scratch)) seen = look()
  }
  const converged = seen.largest <= rules.tolerance
  return { coefficients: Float64Array.from(products.v), sweeps, converged, violation: seen.largest }
}

/**
 * Goes from v towards the minimum over the coefficients that are not 0, of those signs, and stops where the first of them
 * becomes 0: the objective falls all the way. Tells whether it did; not where the features depend on each other wholly.
 */
function solveTogether(
  kernels: Kernels,
  { matrix, stride, side, l1, l2, v }: PenalizedProducts,
  square: Float64Array,
  scratch: Float64Array,
): boolean {
  const chosen: number[] = []
  for (let f = 0; f < v.length; f++) if (v[f] !== 0) chosen.push(f)
  const n = chosen.length
  if (n === 0) return false
  for (const [i, f] of chosen.entries()) {
    for (let j = i; j < n; j++) square[i * n + j] = matrix[f * stride + (chosen[j] as number)] as number
    square[i * n + i] = (square[i * n + i] as number) + (l2[f] as number)
  }
  if (choleskyFactor(kernels, square, n, n, scratch) > 0) return false
  const goal = scratch.subarray(0, n)
  for (const [i, f] of chosen.entries()) {
    goal[i] = (side[f] as number) - Math.sign(v[f] as number) * (l1[f] as number)
  }
  choleskySolve(kernels, square, n, n, goal, 1)
  let share = 1
  let first = -1
  for (const [i, f] of chosen.entries()) {
    const from = v[f] as number
    const to = goal[i] as number
    if (from * to > 0 || (l1[f] as number) === 0) continue
    const own = from / (from - to)
    if (own >= share) continue
    share = own
    first = f
  }
  for (const [i, f] of chosen.entries()) {
    const from = v[f] as number
    v[f] = f === first ? 0 : share === 1 ? (goal[i] as number) : from + share * ((goal[i] as number) - from)
  }
  return true
}
