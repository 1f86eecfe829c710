import type { SvmKernel } from 'daybook/kernels'
import type { RowSource } from './rows.ts'

/**
 * A machine to be trained, in the form that serves classes and values alike: minimize
 * 1/2 b'Kb - z'b + epsilon |b|₁ for floor <= b <= ceiling, sum(b) = 0.
 * Classes: z is 1 or -1, epsilon 0, b = z * alpha. Values: z is the target, b = alpha - alpha*.
 */
export interface Problem {
  readonly source: RowSource
  readonly targets: Float64Array
  readonly floors: Float64Array
  readonly ceilings: Float64Array
  readonly epsilon: number
}

export interface SolverRules {
  readonly kernel: SvmKernel
  readonly tolerance: number
  readonly cacheMb: number
  readonly shrinking: boolean
  readonly maxIterations: number
}

/** A trained machine: f(x) = intercept + sum of betas times K(x, row). */
export interface Solution {
  /** f64 [rows]. */
  readonly betas: Float64Array
  readonly intercept: number
  /** The dual objective that was minimized. */
  readonly objective: number
  readonly iterations: number
  readonly converged: boolean
}

/** What a solver tells while it works: the share that is done, and a word. It waits there, so that a cancel can arrive. */
export type Turn = (share: number, note: string) => Promise<void>

/** Two classes as a problem: `codes` 1 (positive) or 0 by row, row weights times c as the bounds. */
export function classProblem(
  source: RowSource,
  codes: ArrayLike<number>,
  weights: ArrayLike<number>,
  c: number,
): Problem {
  const { rows } = source
  const targets = new Float64Array(rows)
  const floors = new Float64Array(rows)
  const ceilings = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    const positive = codes[row] === 1
    targets[row] = positive ? 1 : -1
    if (positive) ceilings[row] = c * (weights[row] as number)
    else floors[row] = -c * (weights[row] as number)
  }
  return { source, targets, floors, ceilings, epsilon: 0 }
}

/** Values as a problem: errors up to `epsilon` are free. */
export function valueProblem(
  source: RowSource,
  targets: Float64Array,
  weights: ArrayLike<number>,
  c: number,
  epsilon: number,
): Problem {
  const { rows } = source
  const floors = new Float64Array(rows)
  const ceilings = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    ceilings[row] = c * (weights[row] as number)
    floors[row] = -(ceilings[row] as number)
  }
  return { source, targets, floors, ceilings, epsilon }
}
