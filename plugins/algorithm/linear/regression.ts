import type { Features } from 'daybook/frame'
import type { Importance, ScoringContext } from 'daybook/plugin'
import { type LinearModel, linearContributions, marginsOf, standardizedSizes } from './model.ts'
import { writeValues } from './onnx.ts'

/** The hooks of every linear model of a value: only `fit` tells them apart. */
export const linearRegression = {
  predict: (state: LinearModel, X: Features, { kernels }: ScoringContext): Float64Array => marginsOf(state, X, kernels),
  importance: (state: LinearModel): Importance => ({
    measure: 'absolute coefficient times standard deviation',
    values: standardizedSizes(state),
  }),
  onnx: writeValues,
  contributions: (state: LinearModel, X: Features): Float64Array => linearContributions(state, X, () => 0),
}
