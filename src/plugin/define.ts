import type {
  AlgorithmPlugin,
  CompressPlugin,
  DataPlugin,
  Defined,
  DeployPlugin,
  MetricPlugin,
  OptimizerPlugin,
  PluginKind,
  PluginOfKind,
  PreprocessPlugin,
} from './kinds.ts'
import type { ParamsSchema } from './params.ts'
import type { State } from './state.ts'

/** A source of rows, or a cell that makes rows of other cells' rows. */
export function defineData<const P extends ParamsSchema>(plugin: DataPlugin<P>): Defined<'data'> {
  return freeze('data', plugin)
}

/** A transformation of columns: fitted on training rows, applied to any. */
export function definePreprocess<const P extends ParamsSchema, S extends State>(
  plugin: PreprocessPlugin<P, S>,
): Defined<'preprocess'> {
  return freeze('preprocess', plugin)
}

/** A learner: features and target in, state out; state and features in, predictions out. */
export function defineAlgorithm<const P extends ParamsSchema, S extends State>(
  plugin: AlgorithmPlugin<P, S>,
): Defined<'algorithm'> {
  return freeze('algorithm', plugin)
}

/** An update rule for algorithms that are trained by gradients. */
export function defineOptimizer<const P extends ParamsSchema>(plugin: OptimizerPlugin<P>): Defined<'optimizer'> {
  return freeze('optimizer', plugin)
}

/** Makes a trained state smaller. */
export function defineCompress<const P extends ParamsSchema>(plugin: CompressPlugin<P>): Defined<'compress'> {
  return freeze('compress', plugin)
}

/** A number that says how good predictions are. */
export function defineMetric<const P extends ParamsSchema>(plugin: MetricPlugin<P>): Defined<'metric'> {
  return freeze('metric', plugin)
}

/** A target of deployment. */
export function defineDeploy<const P extends ParamsSchema>(plugin: DeployPlugin<P>): Defined<'deploy'> {
  return freeze('deploy', plugin)
}

function freeze<Kind extends PluginKind>(kind: Kind, plugin: PluginOfKind[Kind]): Defined<Kind> {
  return deepFreeze({ ...plugin, kind }) as Defined<Kind>
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
