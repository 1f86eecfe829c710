export { DaybookError, type ErrorDetails, fail } from '../base/errors.ts'
export type { Json, JsonObject } from '../base/json.ts'
export { RandomStream, type StreamKey } from '../base/random.ts'
export { classWeightParam } from './class-weight.ts'
export type {
  FitContext,
  ScoringContext,
  ShownFigure,
  ShownTable,
  ShownWarning,
  TableCell,
} from './context.ts'
export {
  defineAlgorithm,
  defineCompress,
  defineData,
  defineDeploy,
  defineMetric,
  defineOptimizer,
  definePreprocess,
} from './define.ts'
export type * from './kinds.ts'
export type * from './onnx-graph.ts'
export type { Example, ImageParts, OnnxPackageOptions, PackageFiles, Packaging } from './packaging.ts'
export type { GivenParams, ParamSchema, ParamsOf, ParamsSchema, ParamValue } from './params.ts'
export type { PluginSet, PluginSetEntry } from './registry.ts'
export type { State, StateObject, Tensor } from './state.ts'
