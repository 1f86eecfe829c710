import type { Features } from 'daybook/frame'
import type { Kernels, SvmKernel } from 'daybook/kernels'
import { fail } from 'daybook/plugin'
import { decisionsOf, supportOf } from './decide.ts'
import { solveLinear } from './newton.ts'
import type { Problem, Turn } from './problem.ts'
import { type RowSource, sourceOf, writeRow } from './rows.ts'
import { solve } from './smo.ts'
import type { Wave } from './wave.ts'

/** What a solver did. */
export interface Solved {
  /** Rows whose dual coefficient is not 0. */
  readonly support: number
  readonly iterations: number
  /** The dual objective that was minimized. */
  readonly objective: number
  readonly converged: boolean
}

/** A trained decision function: of weights where the kernel is linear, else of rows with coefficients. */
export type Machine =
  | { readonly form: 'linear'; readonly weights: Float64Array; readonly intercept: number; readonly solved: Solved }
  | {
      readonly form: 'kernel'
      readonly X: Features
      /** Rows of X whose coefficient is not 0, ascending. */
      readonly vectors: Uint32Array
      /** f64 [vectors]. */
      readonly betas: Float64Array
      readonly intercept: number
      readonly solved: Solved
    }

export interface MachineRules {
  readonly kernel: SvmKernel
  readonly tolerance: number
  readonly maxIterations: number | null
  readonly shrinking: boolean
  readonly cacheMb: number
}

const STEPS = 10_000_000
const NEWTON_STEPS = 1000

/** Trains one decision function. Where all rows are of one class, it says that class everywhere. */
export async function trainMachine(
  kernels: Kernels,
  wave: Wave,
  problem: Problem,
  rules: MachineRules,
  turn: Turn,
): Promise<Machine> {
  const { source, targets } = problem
  const { X, chosen, features } = source
  const linear = rules.kernel.kind === 'linear'
  if (problem.floors.every((floor) => floor === 0) || problem.ceilings.every((ceiling) => ceiling === 0)) {
    const known = { intercept: targets[0] ?? 0, solved: { support: 0, iterations: 0, objective: 0, converged: true } }
    return linear
      ? { form: 'linear', weights: new Float64Array(features), ...known }
      : { form: 'kernel', X, vectors: new Uint32Array(0), betas: new Float64Array(0), ...known }
  }
  if (linear) {
    const maxIterations = rules.maxIterations ?? NEWTON_STEPS
    const { weights, intercept, ...solved } = await solveLinear(kernels, problem, { ...rules, maxIterations }, turn)
    checkFinite(solved.objective + intercept)
    return { form: 'linear', weights, intercept, solved }
  }
  const maxIterations = rules.maxIterations ?? STEPS
  const { betas, intercept, ...rest } = await solve(kernels, wave, problem, { ...rules, maxIterations }, turn)
  checkFinite(rest.objective + intercept)
  const support = supportOf(betas)
  return {
    form: 'kernel',
    X,
    vectors: support.map((row) => chosen[row] as number),
    betas: betas.filter((beta) => beta !== 0),
    intercept,
    solved: { ...rest, support: support.length },
  }
}

/** @throws DaybookError FIT_PARAM */
function checkFinite(value: number): void {
  if (Number.isFinite(value)) return
  const reason = 'the numbers of the solver overflow; standardize the features, or lower `c` or the weights of rows'
  throw fail('FIT_PARAM', { param: 'c', value: 'so large', reason })
}

/** Decision values f64 [rows] of a machine for the rows of a source. */
export async function valuesOf(
  kernels: Kernels,
  machine: Machine,
  kernel: SvmKernel,
  given: RowSource,
  turn: Turn,
): Promise<Float64Array> {
  const { intercept } = machine
  if (machine.form === 'kernel') {
    const { X, vectors, betas } = machine
    return decisionsOf(kernels, { source: sourceOf(X, vectors), betas, intercept }, kernel, given, turn)
  }
  const { weights } = machine
  const values = new Float64Array(given.rows)
  const row = new Float32Array(given.features)
  for (let i = 0; i < given.rows; i++) {
    writeRow(given, i, row.fill(0), 0, 1)
    let sum = intercept
    for (let f = 0; f < row.length; f++) sum += (weights[f] as number) * (row[f] as number)
    values[i] = sum
    if (i % 10_000 === 9_999) await turn(0, 'scoring rows left out')
  }
  return values
}
