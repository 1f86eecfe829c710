import { addLinearGradient, alignUp, classResiduals, linearMargins } from 'daybook/kernels'
import type { FitContext, TrainingData } from 'daybook/plugin'
import type { LinearModel } from '../linear/model.ts'
import { enterRows, momentBytes, momentsOf, rowBytes } from '../linear/rows.ts'
import { turn } from '../linear/turn.ts'
import { type Minimum, minimize } from './minimize.ts'

export interface LogisticRules {
  readonly l1: number
  readonly l2: number
  readonly maxIterations: number
  readonly tolerance: number
}

/**
 * Fits margins by minimizing sum(weight * loss) + l2/2 * |coefficients|² + l1 * |coefficients|, intercepts free.
 *
 * The solver works on centred and scaled features, which it never makes: margin = c + sum v * (x - mean) / scale, penalties
 * on v / scale. The scale sqrt(variance + 4 * l2 / rows) brings all curvatures, the penalty's included, near to each other
 * (a loss bends by at most 1/4 a row). So the unit of a feature changes how the penalty weighs, not how well the solver does.
 */
export async function fitLogistic(
  { X, y, weight, task, classes }: TrainingData,
  rules: LogisticRules,
  ctx: FitContext,
): Promise<{ model: LinearModel; minimum: Minimum }> {
  const outputs = task === 'multiclass' ? classes.length : 1
  const { rows } = X
  const columns = X.features.length
  const size = columns * outputs
  const { kernels } = ctx
  const bytes =
    rowBytes(X) +
    momentBytes(rows, columns) +
    2 * alignUp(4 * rows) +
    2 * alignUp(8 * rows * outputs) +
    2 * alignUp(8 * size) +
    alignUp(8 * outputs)

  return kernels.scope(bytes, async (memory) => {
    const x = enterRows(memory, X)
    const codes = memory.put(Int32Array.from(y))
    const rowWeight = weight === undefined ? undefined : memory.put(weight)
    const { means, deviations, weight: total } = momentsOf(kernels, memory, x, rowWeight)
    const scale = deviations.map((deviation) => Math.sqrt(deviation * deviation + (4 * rules.l2) / total) || 1)
    const margins = memory.f64(rows * outputs)
    const residuals = memory.f64(rows * outputs)
    const coefficients = memory.f64(size)
    const intercepts = memory.f64(outputs)
    const slopes = memory.f64(size)

    /** Turns the solver's parameters into coefficients and intercepts. */
    const place = (v: Float64Array): void => {
      for (let k = 0; k < outputs; k++) intercepts[k] = v[size + k] as number
      for (let f = 0; f < columns; f++) {
        for (let k = 0; k < outputs; k++) {
          const coefficient = (v[f * outputs + k] as number) / (scale[f] as number)
          coefficients[f * outputs + k] = coefficient
          intercepts[k] = (intercepts[k] as number) - coefficient * (means[f] as number)
        }
      }
    }
    const objective = (v: Float64Array, gradient: Float64Array): number => {
      place(v)
      linearMargins(kernels, x, { coefficients, intercepts }, margins)
      const loss = classResiduals(kernels, margins, codes, rowWeight, outputs, residuals)
      slopes.fill(0)
      addLinearGradient(kernels, x, residuals, outputs, slopes)
      gradient.fill(0)
      for (let i = 0; i < residuals.length; i++) {
        const k = size + (i % outputs)
        gradient[k] = (gradient[k] as number) + (residuals[i] as number)
      }
      let squares = 0
      for (let f = 0; f < columns; f++) {
        if (deviations[f] === 0) continue // a constant feature stays out: the intercept does its work
        for (let k = 0; k < outputs; k++) {
          const at = f * outputs + k
          const coefficient = coefficients[at] as number
          const centred = (slopes[at] as number) - (means[f] as number) * (gradient[size + k] as number)
          gradient[at] = (centred + rules.l2 * coefficient) / (scale[f] as number)
          squares += coefficient * coefficient
        }
      }
      return loss + (rules.l2 / 2) * squares
    }

    const l1 = new Float64Array(size + outputs)
    for (let at = 0; at < size; at++) l1[at] = rules.l1 / (scale[Math.floor(at / outputs)] as number)
    const gradientTolerance = rules.tolerance * total
    const minimum = await minimize(
      objective,
      size + outputs,
      { ...rules, l1, gradientTolerance },
      async (done, loss) => {
        ctx.progress(done, rules.maxIterations, `loss ${(loss / total).toPrecision(4)}`)
        await turn(ctx)
      },
    )
    place(minimum.x)
    const model = {
      coefficients: Float64Array.from(coefficients, (value) => value + 0), // -0 is 0
      intercepts: Float64Array.from(intercepts, (value) => value + 0),
      means,
      deviations,
    }
    return { model, minimum }
  })
}
