import type { Features } from 'daybook/frame'
import { type Kernels, scoringKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import type { SvmModel } from '../../../plugins/algorithm/svm/model.ts'
import plugin from '../../../plugins/algorithm/svm.ts'
import { dense, fitting, noise, withDefaults } from './fitting.ts'

export type Given = Readonly<Record<string, unknown>>

const scoring = scoringKernels()

/** Trains with params over the defaults. */
export async function train(
  data: TrainingData,
  given: Given = {},
  options: { seed?: number; signal?: AbortSignal; kernels?: Kernels } = {},
) {
  const { ctx: own, shown } = fitting(withDefaults(plugin.params, given), options)
  const ctx = options.kernels === undefined ? own : { ...own, kernels: options.kernels }
  const state = (await plugin.fit(data, ctx.params as never, ctx as never)) as SvmModel
  return { state, shown }
}

export const predict = (state: SvmModel, X: Features): Float64Array =>
  plugin.predict(state, X, { params: {} as never, kernels: scoring })

/** Rows of five features, some of them 0, in noisy classes or with noisy values. */
export function sample(rows: number, classes: number, seed = 'svm'): { rows: number[][]; y: number[] } {
  const u = noise(rows * 6, seed)
  const made: number[][] = []
  const y: number[] = []
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d, e, f] = u.slice(6 * i, 6 * i + 6) as [number, number, number, number, number, number]
    made.push([3 * a - 1.5, b < 0.5 ? 0 : 2 * b - 1, 2 * c - 1, 2 * d - 1, e].map(Math.fround))
    const value = (3 * a - 1.5) ** 2 + 2 * c * d - e + (f - 0.5)
    y.push(
      classes === 0
        ? Math.fround(50 + 20 * value)
        : classes === 2
          ? Number(value > 0.9)
          : Math.min(2, Math.floor(Math.max(value, 0))),
    )
  }
  return { rows: made, y }
}

/** Dense rows of values (0 classes), two classes or more. */
export const data = (
  rows: number[][],
  y: readonly number[],
  classes: number,
  weight?: readonly number[],
): TrainingData => ({
  task: classes === 0 ? 'regression' : classes === 2 ? 'binary' : 'multiclass',
  classes: ['a', 'b', 'c', 'd'].slice(0, classes),
  X: dense(rows),
  y: classes === 0 ? Float32Array.from(y) : Int32Array.from(y),
  ...(weight === undefined ? {} : { weight: Float32Array.from(weight) }),
})
