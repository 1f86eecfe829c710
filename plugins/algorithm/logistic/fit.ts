import { alignUp, type Kernels, LinearPass, linearPassBytes } from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import type { LinearModel } from '../linear/model.ts'
import { enterRows, momentBytes, momentsOf, packed, rowBytes, shapeOf } from '../linear/rows.ts'
import { turn } from '../linear/turn.ts'
import { curvatureBytes, diagonalCurvature, wholeCurvatureOf } from './curvature.ts'
import { type MinimizeRules, type Minimum, minimize } from './minimize.ts'
import { minimizeByNewton } from './newton.ts'

export interface LogisticRules {
  readonly l1: number
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

/** Steps of the quick solver after which, under an L1 penalty, Newton's method takes over: the features depend on each other. */
const BEFORE_NEWTON = 30
/** A share that an absent class is taken to have where the solver begins. */
const SMALLEST_SHARE = 1e-4

/**
 * Fits margins by minimizing sum(weight * loss) + l2/2 * |coefficients|² + l1 * |coefficients|, intercepts free.
 *
 * The solver works on centred and scaled features, which it never makes: margin = c + sum v * (x - mean) / scale, penalties
 * on v / scale. The scale sqrt(variance + 4 * l2 / rows) brings all curvatures, the penalty's included, near to each other
 * (a loss bends by at most 1/4 a row). So the unit of a feature changes how the penalty weighs, not how well the solver does.
 *
 * @throws DaybookError FIT_NO_ROWS, FIT_NOT_FINITE
 */
export async function fitLogistic(
  { X: given, y, weight, task, classes }: TrainingData,
  rules: LogisticRules,
  ctx: FitContext,
): Promise<{ model: LinearModel; minimum: Minimum }> {
  const outputs = task === 'multiclass' ? classes.length : 1
  const X = packed(given)
  const shape = shapeOf(X)
  const { rows, columns } = shape
  const size = columns * outputs
  const hasL1 = rules.l1 > 0
  const { kernels } = ctx
  const bytes =
    rowBytes(X) +
    2 * alignUp(4 * rows) +
    momentBytes(X) +
    linearPassBytes(shape, outputs) +
    curvatureBytes(shape, outputs)

  return kernels.scope(bytes, async (memory) => {
    const next = (): Promise<void> => turn(ctx)
    const x = enterRows(memory, X)
    await next()
    const codes = memory.put(y instanceof Int32Array ? y : Int32Array.from(y))
    const rowWeight = weight === undefined ? undefined : memory.put(weight)
    const moments = await momentsOf(memory, X, x, rowWeight, ctx, next)
    const { means, deviations, weight: total } = moments
    const scale = deviations.map((deviation) => Math.sqrt(deviation * deviation + (4 * rules.l2) / total) || 1)
    const pass = new LinearPass(kernels, memory, { x, y: codes, weight: rowWeight, outputs })
    const shares = sharesOf(codes, rowWeight, total, outputs)
    const bend = shares.reduce((sum, p) => sum + p * (1 - p), 0) / outputs
    const curved = { pass, x, weight: rowWeight, moments, scale, l2: rules.l2, outputs, bend }
    // An L1 penalty holds coordinates at 0 one by one: that goes with a diagonal. Newton's method takes the whole all the same.
    const whole = hasL1 && outputs > 1 ? undefined : wholeCurvatureOf(memory, shape, curved, ctx, next)
    const curvature = hasL1 || whole === undefined ? diagonalCurvature(curved) : whole

    /** Turns the solver's parameters, f64 [features + 1, outputs], into coefficients and intercepts. */
    const place = (v: Float64Array): void => {
      const { coefficients, intercepts, width } = pass
      for (let k = 0; k < outputs; k++) intercepts[k] = v[size + k] as number
      for (let f = 0; f < columns; f++) {
        for (let k = 0; k < outputs; k++) {
          const coefficient = (v[f * outputs + k] as number) / (scale[f] as number)
          coefficients[f * width + k] = coefficient
          intercepts[k] = (intercepts[k] as number) - coefficient * (means[f] as number)
        }
      }
    }
    const evaluate = async (v: Float64Array, gradient: Float64Array): Promise<number> => {
      place(v)
      const loss = await pass.run(next)
      const { coefficients, sums, width } = pass
      for (let k = 0; k < outputs; k++) gradient[size + k] = sums[columns * width + k] as number
      let squares = 0
      for (let f = 0; f < columns; f++) {
        for (let k = 0; k < outputs; k++) {
          const at = f * width + k
          const coefficient = coefficients[at] as number
          const centred = (sums[at] as number) - (means[f] as number) * (gradient[size + k] as number)
          // A constant feature stays out: the intercept does its work.
          gradient[f * outputs + k] =
            deviations[f] === 0 ? 0 : (centred + rules.l2 * coefficient) / (scale[f] as number)
          squares += coefficient * coefficient
        }
      }
      return loss + (rules.l2 / 2) * squares
    }

    const start = new Float64Array(size + outputs)
    start.set(startOf(kernels, shares), size)
    place(start)
    await curvature.read()
    const l1 = new Float64Array(size + outputs)
    for (let at = 0; at < size; at++) l1[at] = rules.l1 / (scale[Math.floor(at / outputs)] as number)
    const smooth = {
      size: size + outputs,
      evaluate,
      precondition: curvature.solve,
      refresh: async (v: Float64Array) => {
        place(v)
        await curvature.read()
      },
    }
    const minimizeRules: MinimizeRules = {
      start,
      l1,
      maxIterations: rules.maxIterations,
      gradientTolerance: rules.tolerance * total,
      progress: (done, loss) => ctx.progress(done, rules.maxIterations, `loss ${(loss / total).toPrecision(4)}`),
    }
    const byNewton = hasL1 && whole !== undefined
    const quick = byNewton ? Math.min(BEFORE_NEWTON, rules.maxIterations) : rules.maxIterations
    const first = await minimize(smooth, { ...minimizeRules, maxIterations: quick })
    const minimum =
      first.converged || !byNewton
        ? first
        : await minimizeByNewton(kernels, { smooth, whole, place, free: deviations, turn: next }, minimizeRules, first)
    place(minimum.x)
    const model = {
      // + 0: -0 is 0
      coefficients: Float64Array.from(
        { length: size },
        (_, at) => (pass.coefficients[Math.floor(at / outputs) * pass.width + (at % outputs)] as number) + 0,
      ),
      intercepts: Float64Array.from(centred([...pass.intercepts.subarray(0, outputs)])),
      means,
      deviations,
    }
    return { model, minimum }
  })
}

/** Weighted shares of the classes, kept from 0 and 1; of two classes that of the second one alone. */
function sharesOf(
  codes: Int32Array,
  weight: Float32Array | undefined,
  total: number,
  outputs: number,
): readonly number[] {
  const sums = new Float64Array(Math.max(outputs, 2))
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number
    sums[code] = (sums[code] as number) + (weight?.[i] ?? 1)
  }
  const shares = Array.from(sums, (sum) => Math.min(Math.max(sum / total, SMALLEST_SHARE), 1 - SMALLEST_SHARE))
  return outputs === 1 ? shares.slice(1) : shares
}

/** Intercepts of a model without coefficients; several are set off to sum to 0. */
function startOf({ math }: Kernels, shares: readonly number[]): number[] {
  const [only] = shares
  if (shares.length === 1 && only !== undefined) return [math.log(only / (1 - only))]
  return centred(shares.map((share) => math.log(share)))
}

/** Of several margins only the differences count: intercepts are given such that they sum to 0. */
function centred(intercepts: readonly number[]): number[] {
  const mean = intercepts.length === 1 ? 0 : intercepts.reduce((a, b) => a + b, 0) / intercepts.length
  return intercepts.map((value) => value - mean + 0) // -0 is 0
}
