import type { DenseFeatures } from 'daybook/frame'
import { scoringKernels } from 'daybook/kernels'
import type { TrainingData } from 'daybook/plugin'
import type { BoostedTrees } from '../../../../plugins/algorithm/gradient-boosting/model.ts'
import plugin from '../../../../plugins/algorithm/gradient-boosting.ts'
import { fitting, noise, type Shown, withDefaults } from '../fitting.ts'

export type State = BoostedTrees & { readonly link: string; readonly importance: string }

export const scoring = scoringKernels()

/** Fits gradient boosting, with its defaults but for `given`. */
export async function train(
  data: TrainingData,
  given: Readonly<Record<string, unknown>> = {},
): Promise<{ state: State; shown: Shown }> {
  const { ctx, shown } = fitting(withDefaults(plugin.params, given))
  return { state: (await plugin.fit(data, ctx.params, ctx)) as State, shown }
}

export function predict(state: State, X: DenseFeatures): number[] {
  return [...plugin.predict(state, X, { params: {}, kernels: scoring })]
}

export function regression(X: DenseFeatures, y: readonly number[], weight?: readonly number[]): TrainingData {
  const values = { task: 'regression' as const, classes: [], X, y: Float32Array.from(y) }
  return weight === undefined ? values : { ...values, weight: Float32Array.from(weight) }
}

/** Rows of two numbers in [0, 1) and a code below 4, made up. */
export function someRows(count: number): number[][] {
  const u = noise(3 * count, 'rows')
  return Array.from({ length: count }, (_, i) => [
    Math.fround(u[3 * i] as number),
    Math.fround(u[3 * i + 1] as number),
    Math.floor(4 * (u[3 * i + 2] as number)),
  ])
}

/** The points of the learning curve that was shown. */
export function curveOf({
  figures,
}: Shown): { readonly trees: number; readonly part: string; readonly loss: number }[] {
  return (figures[0]!.spec.data as { values: { trees: number; part: string; loss: number }[] }).values
}
