import {
  alignUp,
  type KernelMemory,
  LinearGram,
  type LinearRows,
  linearGramBytes,
  type RowShape,
} from 'daybook/kernels'
import type { FitContext } from 'daybook/plugin'
import type { Moments } from './rows.ts'
import type { Targets } from './targets.ts'

/** Least squares in centred and scaled features: minimizes v' A v / 2 - b' v, A = `matrix` f64 [columns, stride], upper triangle. */
export interface NormalEquations {
  readonly matrix: Float64Array
  readonly stride: number
  /** b, f64 [columns] */
  readonly side: Float64Array
}

/** Bytes that `normalEquations` takes from a scope. */
export function normalEquationBytes(shape: RowShape): number {
  return linearGramBytes(shape) + alignUp(8 * shape.rows)
}

/** Sums up the normal equations of rows in kernel memory; both sides are divided by the `scale` of the features. */
export async function normalEquations(
  memory: KernelMemory,
  shape: RowShape,
  x: LinearRows,
  weight: Float32Array | undefined,
  moments: Moments,
  targets: Targets,
  scale: Float64Array,
  ctx: FitContext,
  turn: () => Promise<void>,
): Promise<NormalEquations> {
  const n = x.columns
  const gram = new LinearGram(ctx.kernels, memory, shape, moments.means)
  const weights = memory.f64(x.rows)
  weights.set(weight ?? weights.fill(1))
  const samples = { step: 1, weight: weights, extra: targets.values }
  await gram.run(x, samples, turn, (share) => ctx.progress(Math.round(share * x.rows), x.rows))
  const { matrix, stride } = gram
  const side = new Float64Array(n)
  for (let f = 0; f < n; f++) {
    const by = scale[f] as number
    for (let g = f; g < n; g++) {
      matrix[f * stride + g] = (matrix[f * stride + g] as number) / (by * (scale[g] as number))
    }
    side[f] = (matrix[f * stride + n] as number) / by
  }
  return { matrix, stride, side }
}
