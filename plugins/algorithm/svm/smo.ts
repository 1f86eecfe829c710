import { type Kernels, placeInTiles, SVM_TILE, SvmSolver, svmSolverBytes, wholeTiles } from 'daybook/kernels'
import { fail } from 'daybook/plugin'
import { decisionsOf } from './decide.ts'
import type { Problem, Solution, SolverRules, Turn } from './problem.ts'
import { countTo, someOf, writeRow } from './rows.ts'

/** Nanoseconds of work between two turns of the event loop, by the estimate below. */
const CHUNK = 3e7
/** Steps after which rows are looked at for shrinking. */
const SHRINK_EVERY = 1000
/** The share of active rows that must be done with before they are taken out: moving the others costs, too. */
const WORTHWHILE = 0.2

/**
 * Solves a problem by sequential minimal optimization. Rows that stand at a bound and have no reason to leave it are taken
 * out as the work goes on (T. Joachims, "Making large-scale SVM learning practical", 1999), looked at again at the end, and
 * taken back in where they were left too early.
 */
export async function solve(kernels: Kernels, problem: Problem, rules: SolverRules, turn: Turn): Promise<Solution> {
  const { source, targets, floors, ceilings, epsilon } = problem
  const { rows, features } = source
  const count = wholeTiles(rows)
  const cacheRows = Math.max(2, Math.min(count, Math.floor((rules.cacheMb * 2 ** 20) / (4 * count))))
  return kernels.scope(svmSolverBytes(rows, features, cacheRows), async (memory) => {
    const solver = new SvmSolver(kernels, memory, rules.kernel, {
      rows,
      features,
      cacheRows,
      epsilon,
      tolerance: rules.tolerance,
    })
    const errors = Float64Array.from(targets)
    const betas = new Float64Array(rows)
    /** Rows by position. */
    let active = countTo(rows)
    /** Rows taken out together, whose errors are those of the coefficients of that time. */
    let aside: { readonly rows: Uint32Array; readonly betas: Float64Array }[] = []

    /** Fills in the active rows from a position on. */
    const fill = (from: number): void => {
      const first = from - (from % SVM_TILE)
      const end = wholeTiles(active.length)
      solver.tiles.fill(0, first * features, end * features)
      for (const array of [solver.errors, solver.betas, solver.floors, solver.ceilings])
        array.fill(0, active.length, end)
      for (let position = first; position < active.length; position++) {
        const row = active[position] as number
        writeRow(source, row, solver.tiles, placeInTiles(position, features), SVM_TILE)
        solver.errors[position] = errors[row] as number
        solver.betas[position] = betas[row] as number
        solver.floors[position] = floors[row] as number
        solver.ceilings[position] = ceilings[row] as number
      }
      solver.enter()
    }
    const takeOut = (): void => {
      for (let position = 0; position < active.length; position++) {
        const row = active[position] as number
        errors[row] = solver.errors[position] as number
        betas[row] = solver.betas[position] as number
      }
    }
    const shrink = (): void => {
      const { highest, lowest } = boundsOf(solver, active.length)
      const keep: number[] = []
      const out: number[] = []
      for (let position = 0; position < active.length; position++) {
        const error = solver.errors[position] as number
        const done =
          error + (solver.up[position] as number) < lowest && error + (solver.low[position] as number) > highest
        if (done) out.push(active[position] as number)
        else keep.push(position)
      }
      if (out.length < WORTHWHILE * active.length) return
      takeOut()
      aside.push({ rows: Uint32Array.from(out), betas: betas.slice() })
      active = Uint32Array.from(keep, (position) => active[position] as number)
      solver.shrink(Int32Array.from(keep))
      fill(0)
    }
    /** Whether every row that was taken out is still done with; those that are not come back. */
    const settled = async (): Promise<boolean> => {
      if (active.length === rows) return true
      takeOut()
      await refresh()
      const own = boundsOf(solver, active.length)
      const back: number[] = []
      const out: number[] = []
      let { highest, lowest } = own
      for (const row of aside.flatMap((part) => Array.from(part.rows))) {
        const [up, low] = gainsOf(errors[row] as number, betas[row] as number, row)
        highest = Math.max(highest, up)
        lowest = Math.min(lowest, low)
        if (up < own.lowest && low > own.highest) out.push(row)
        else back.push(row)
      }
      if (highest - lowest < rules.tolerance) return true
      aside = [{ rows: Uint32Array.from(out), betas: betas.slice() }]
      const before = active.length
      active = Uint32Array.from([...active, ...back])
      solver.extend(active.length)
      fill(before)
      return false
    }
    const gainsOf = (error: number, beta: number, row: number): [number, number] => [
      beta < (ceilings[row] as number) ? error + (beta >= 0 ? -epsilon : epsilon) : Number.NEGATIVE_INFINITY,
      beta > (floors[row] as number) ? error + (beta > 0 ? -epsilon : epsilon) : Number.POSITIVE_INFINITY,
    ]
    /** Brings the errors of rows that were taken out up to now. */
    const refresh = async (): Promise<void> => {
      for (const part of aside) {
        const changes = betas.map((beta, row) => beta - (part.betas[row] as number))
        const machine = { source, betas: changes, intercept: 0 }
        const values = await decisionsOf(kernels, machine, rules.kernel, someOf(source, part.rows), turn)
        for (const [k, row] of part.rows.entries()) errors[row] = (errors[row] as number) - (values[k] as number)
      }
    }

    fill(0)
    if (!solver.diagonal.every(Number.isFinite))
      throw fail('FIT_PARAM', {
        param: 'kernel',
        value: rules.kernel.kind,
        reason: 'its values are beyond f32; standardize the features, or lower `gamma`, `degree` or `coef0`',
      })
    let iterations = 0
    let converged = false
    let nextShrink = Math.min(rows, SHRINK_EVERY)
    let share = 0
    const start = gapOf(solver, active.length)
    while (iterations < rules.maxIterations) {
      const perStep = active.length * (6 + 0.3 * features)
      const chunk = Math.max(1, Math.min(Math.floor(CHUNK / perStep), rules.maxIterations - iterations))
      const budget = rules.shrinking ? Math.max(1, Math.min(chunk, nextShrink - iterations)) : chunk
      const done = solver.steps(budget)
      iterations += done
      const gap = Math.max(solver.highest - solver.lowest, rules.tolerance)
      share = Math.max(share, kernels.math.log(start / gap) / kernels.math.log(start / rules.tolerance) || 0)
      await turn(Math.min(share, 1), `gap ${gap.toPrecision(2)}`)
      if (done < budget) {
        converged = await settled()
        if (converged) break
        nextShrink = iterations + SHRINK_EVERY
      } else if (rules.shrinking && iterations >= nextShrink) {
        shrink()
        nextShrink = iterations + SHRINK_EVERY
      }
    }
    takeOut()
    if (!converged) await refresh()
    let quadratic = 0
    let size = 0
    for (let row = 0; row < rows; row++) {
      const beta = betas[row] as number
      quadratic += beta * ((targets[row] as number) + (errors[row] as number))
      size += Math.abs(beta)
    }
    const objective = epsilon * size - quadratic / 2
    return { betas, intercept: interceptOf(problem, errors, betas), objective, iterations, converged }
  })
}

/** Largest gain by rising and least by falling, over the active rows. */
function boundsOf({ errors, up, low }: SvmSolver, count: number): { highest: number; lowest: number } {
  let highest = Number.NEGATIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  for (let position = 0; position < count; position++) {
    const error = errors[position] as number
    highest = Math.max(highest, error + (up[position] as number))
    lowest = Math.min(lowest, error + (low[position] as number))
  }
  return { highest, lowest }
}

function gapOf(solver: SvmSolver, count: number): number {
  const { highest, lowest } = boundsOf(solver, count)
  return highest - lowest
}

/** Mean of what free rows say; without any, the middle of what the others leave open. */
function interceptOf({ floors, ceilings, epsilon }: Problem, errors: Float64Array, betas: Float64Array): number {
  let sum = 0
  let free = 0
  let highest = Number.NEGATIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  for (const [row, beta] of betas.entries()) {
    const error = errors[row] as number
    const rises = beta < (ceilings[row] as number)
    const falls = beta > (floors[row] as number)
    if (rises && falls && beta !== 0) {
      sum += error - Math.sign(beta) * epsilon
      free += 1
    }
    if (rises) highest = Math.max(highest, error + (beta >= 0 ? -epsilon : epsilon))
    if (falls) lowest = Math.min(lowest, error + (beta > 0 ? -epsilon : epsilon))
  }
  return free > 0 ? sum / free : (highest + lowest) / 2
}
