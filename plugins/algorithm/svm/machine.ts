import type { Kernels, SvmKernel } from 'daybook/kernels'
import { decisionsOf, supportOf } from './decide.ts'
import { solveLinear } from './newton.ts'
import type { Problem, Turn } from './problem.ts'
import { type RowSource, writeRow } from './rows.ts'
import { solve } from './smo.ts'

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
      readonly source: RowSource
      /** f64 [rows]. */
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
  problem: Problem,
  rules: MachineRules,
  turn: Turn,
): Promise<Machine> {
  const { source, targets } = problem
  const form = rules.kernel.kind === 'linear' ? 'linear' : 'kernel'
  const first = targets[0] ?? 0
  if (problem.floors.every((floor) => floor === 0) || problem.ceilings.every((ceiling) => ceiling === 0)) {
    const solved = { support: 0, iterations: 0, objective: 0, converged: true }
    return form === 'linear'
      ? { form, weights: new Float64Array(source.features), intercept: first, solved }
      : { form, source, betas: new Float64Array(source.rows), intercept: first, solved }
  }
  if (form === 'linear') {
    const limit = rules.maxIterations ?? NEWTON_STEPS
    const { weights, intercept, ...solved } = await solveLinear(
      kernels,
      problem,
      { ...rules, maxIterations: limit },
      turn,
    )
    return { form, weights, intercept, solved }
  }
  const { betas, intercept, ...rest } = await solve(
    kernels,
    problem,
    { ...rules, maxIterations: rules.maxIterations ?? STEPS },
    turn,
  )
  const support = supportOf(betas)
  const solved = { ...rest, support: support.length }
  return { form, source, betas, intercept, solved }
}

/** Decision values f64 [rows] of a machine for the rows of a source. */
export async function valuesOf(
  kernels: Kernels,
  machine: Machine,
  kernel: SvmKernel,
  given: RowSource,
  turn: Turn,
): Promise<Float64Array> {
  if (machine.form === 'kernel') return decisionsOf(kernels, machine, kernel, given, turn)
  const { weights, intercept } = machine
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
