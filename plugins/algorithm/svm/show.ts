import type { FitContext } from 'daybook/plugin'
import type { Told } from './train.ts'

const SHOWN = 50

/** Shows what was trained, and warns where a solver was stopped before its tolerance was met. */
export function showMachines(ctx: FitContext, told: readonly Told[]): void {
  ctx.table({
    title: 'Support vectors',
    columns: ['machine', 'support vectors', 'iterations', 'objective'],
    rows: told
      .slice(0, SHOWN)
      .map(({ name, support, iterations, objective }) => [name, support, iterations, objective]),
    ...(told.length > SHOWN ? { note: `The first ${SHOWN} of ${told.length} machines.` } : {}),
  })
  const open = told.filter(({ converged }) => !converged)
  if (open.length === 0) return
  const iterations = Math.max(...open.map((one) => one.iterations))
  ctx.warn({
    code: 'NOT_CONVERGED',
    message:
      `The solver stopped after ${iterations} iterations before its tolerance was met. ` +
      'Standardize the features, lower `c`, or raise `maxIterations` or `tolerance`.',
    evidence: { machines: open.map(({ name }) => name), iterations },
  })
}
