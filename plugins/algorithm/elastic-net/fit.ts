import { alignUp } from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import { descendEquations, productBytes } from '../linear/descend-equations.ts'
import type { Descent, DescentRules } from '../linear/descent.ts'
import type { LinearModel } from '../linear/model.ts'
import { normalEquationBytes, normalEquations } from '../linear/normal-equations.ts'
import { enterRows, momentBytes, momentsOf, packed, rowBytes, shapeOf } from '../linear/rows.ts'
import { centredTargets } from '../linear/targets.ts'
import { turn } from '../linear/turn.ts'
import { descendColumns } from './by-columns.ts'
import { columnsOf } from './columns.ts'

export interface ElasticNetRules {
  readonly l1: number
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

/** Up to so many features descent goes over their products, which are summed up once; with more, over the columns. */
const PRODUCTS = 1000

/**
 * Minimizes sum(weight * (y - prediction)²) / 2 + l1 * |coefficients| + l2 / 2 * |coefficients|², the intercept free, by
 * coordinate descent. Warns where it did not converge.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_NOT_FINITE
 */
export async function fitElasticNet(data: TrainingData, rules: ElasticNetRules, ctx: FitContext): Promise<LinearModel> {
  const { X: given, y, weight } = data
  const X = packed(given)
  const shape = shapeOf(X)
  const { rows, columns } = shape
  const byProducts = columns <= PRODUCTS
  const next = (): Promise<void> => turn(ctx)
  const descentRules: DescentRules = {
    tolerance: rules.tolerance,
    maxIterations: rules.maxIterations,
    progress: (done) => ctx.progress(done, rules.maxIterations),
    turn: next,
  }
  const bytes =
    rowBytes(X) +
    momentBytes(X) +
    alignUp(4 * rows) +
    alignUp(8 * rows) +
    (byProducts ? normalEquationBytes(shape) + productBytes(columns) : 0)
  const { moments, targets, descent } = await ctx.kernels.scope(bytes, async (memory) => {
    const x = enterRows(memory, X)
    await next()
    const rowWeight = weight === undefined ? undefined : memory.put(weight)
    const moments = await momentsOf(memory, X, x, rowWeight, ctx, next)
    const targets = centredTargets(memory, y, weight, moments.weight)
    const kept = { mean: targets.mean, values: Float64Array.from(targets.values) }
    if (!byProducts) return { moments, targets: kept, descent: undefined }
    const scale = moments.deviations.map((deviation) => deviation || 1)
    const equations = await normalEquations(memory, shape, x, rowWeight, moments, targets, scale, ctx, next)
    const { matrix, stride } = equations
    const length = Math.sqrt(targets.squares)
    const penalties = {
      l1: scale.map((by) => rules.l1 / by),
      l2: scale.map((by) => rules.l2 / (by * by)),
      // A constant feature has rounding alone to offer.
      sizes: moments.deviations.map((deviation, f) =>
        deviation > 0 ? Math.sqrt(matrix[f * stride + f] as number) * length : 0,
      ),
    }
    const found = await descendEquations(ctx.kernels, memory, equations, penalties, descentRules)
    const coefficients = found.coefficients.map((v, f) => v / (scale[f] as number))
    return { moments, targets: kept, descent: { ...found, coefficients } }
  })
  const { means, deviations, weight: total } = moments
  const squares = deviations.map((deviation) => total * deviation * deviation)
  const end =
    descent ??
    (await descendColumns(
      ctx.kernels,
      { ...(await columnsOf(X, next)), weight, targets: targets.values, means, squares, total },
      rules,
      descentRules,
    ))
  warnWhereNotConverged(end, ctx)
  let intercept = targets.mean
  for (let f = 0; f < columns; f++) intercept -= (end.coefficients[f] as number) * (means[f] as number)
  const coefficients = end.coefficients.map((value) => value + 0) // -0 is 0
  return { coefficients, intercepts: Float64Array.of(intercept + 0), means, deviations }
}

function warnWhereNotConverged({ converged, sweeps, violation }: Descent, ctx: FitContext): void {
  if (converged) return
  ctx.warn({
    code: 'NOT_CONVERGED',
    message:
      `The solver stopped after ${sweeps} rounds before its tolerance was met. ` +
      'Raise `maxIterations` or a penalty, or standardize the features.',
    evidence: { iterations: sweeps, violation },
  })
}
