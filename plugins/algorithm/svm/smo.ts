import { type Kernels, SvmSolver, svmSolverBytes, wholeTiles } from 'daybook/kernels'
import { ActiveRows, gainsOf } from './active-rows.ts'
import type { Problem, Solution, SolverRules, Turn } from './problem.ts'
import type { Wave } from './wave.ts'

/** Nanoseconds of work between two turns of the event loop, by the estimate below. */
const CHUNK = 3e7
/** Steps after which rows are looked at for shrinking. */
const SHRINK_EVERY = 1000
const MEBIBYTE = 2 ** 20

/**
 * Solves a problem by sequential minimal optimization, as one of the machines of a wave, which share `cacheMb`. Rows that seem to be done with are taken out as the work goes on,
 * looked at again at the end, and taken back in where they were left too early.
 */
export async function solve(
  kernels: Kernels,
  wave: Wave,
  problem: Problem,
  rules: SolverRules,
  turn: Turn,
): Promise<Solution> {
  const { source, epsilon } = problem
  const { rows, features } = source
  const { tolerance, shrinking, maxIterations } = rules
  const count = wholeTiles(rows)
  const cache = (rules.cacheMb * MEBIBYTE) / wave.size
  const cacheRows = Math.max(2, Math.min(count, Math.floor(cache / (4 * count))))
  return kernels.scope(svmSolverBytes(rows, features, cacheRows), async (memory) => {
    const shape = { rows, features, cacheRows, epsilon, tolerance }
    const solver = new SvmSolver(kernels, memory, rules.kernel, shape)
    const active = await ActiveRows.of(kernels, solver, problem, rules, turn)
    const { log } = kernels.math
    const start = active.bounds()
    const whole = log((start.highest - start.lowest) / tolerance)
    let iterations = 0
    let state: 'optimal' | 'stuck' | 'open' = 'open'
    let nextShrink = Math.min(rows, SHRINK_EVERY)
    while (state === 'open' && iterations < maxIterations) {
      const perStep = active.count * (6 + 0.3 * features)
      const chunk = Math.min(Math.floor(CHUNK / wave.size / perStep), maxIterations - iterations)
      const budget = Math.max(1, shrinking ? Math.min(chunk, nextShrink - iterations) : chunk)
      const done = await wave.steps(solver, budget)
      iterations += done
      const gap = Math.max(solver.highest - solver.lowest, tolerance)
      await turn(Math.min(Math.max(1 - log(gap / tolerance) / whole, 0), 1) || 0, `gap ${gap.toPrecision(2)}`)
      if (done < budget) {
        state = await active.settle(turn)
        nextShrink = iterations + SHRINK_EVERY
      } else if (shrinking && iterations >= nextShrink) {
        await active.shrink(turn)
        nextShrink = iterations + SHRINK_EVERY
      }
    }
    active.takeOut()
    const converged = state === 'optimal'
    if (!converged) await active.refresh(turn)
    return { ...summaryOf(problem, active.errors, active.betas), iterations, converged }
  })
}

/** The solution's objective and intercept: the mean of what free rows say, or the middle of what the others leave open. */
function summaryOf(
  problem: Problem,
  errors: Float64Array,
  betas: Float64Array,
): Pick<Solution, 'betas' | 'objective' | 'intercept'> {
  const { targets, floors, ceilings, epsilon } = problem
  let objective = 0
  let sum = 0
  let free = 0
  let highest = Number.NEGATIVE_INFINITY
  let lowest = Number.POSITIVE_INFINITY
  for (const [row, beta] of betas.entries()) {
    const error = errors[row] as number
    const [up, low] = gainsOf(problem, row, error, beta)
    objective += epsilon * Math.abs(beta) - (beta * ((targets[row] as number) + error)) / 2
    highest = Math.max(highest, up)
    lowest = Math.min(lowest, low)
    if (beta === 0 || beta === floors[row] || beta === ceilings[row]) continue
    sum += error - Math.sign(beta) * epsilon
    free += 1
  }
  return { betas, objective, intercept: free > 0 ? sum / free : (highest + lowest) / 2 }
}
