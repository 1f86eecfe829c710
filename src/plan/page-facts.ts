import type { Digest } from '../base/digest.ts'
import type { JsonObject } from '../base/json.ts'
import type { ParamSchema, ParamsSchema, PluginKind } from '../plugin/api.ts'
import type {
  CellSpec,
  ColumnFacts,
  ColumnSelector,
  GateSpec,
  Pipeline,
  SplitSpec,
  TargetSpec,
} from '../spec/pipeline.ts'

/** A plugin with its params as plain data: what a task carries, since functions do not travel. */
export interface PluginUse {
  /** Id of the cell. */
  readonly cell: string
  readonly kind: PluginKind
  /** How the page names the plugin. */
  readonly use: string
  /** Name and version for records: `impute@1`, `@acme/daybook-garch/garch@2`. */
  readonly label: string
  readonly code: Digest
  readonly random: boolean
  readonly params: JsonObject
  /** Params without locations and secrets: what may stand in keys and records. */
  readonly keyParams: JsonObject
  readonly locations: Readonly<Record<string, string>>
  /** Reaches a task, and nothing that is written. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly columns?: ColumnSelector
  readonly from?: readonly string[]
}

/** The page as plain data, as every task carries it. */
export interface PageFacts {
  readonly name: string
  readonly seed: number
  /** Folder that foreign plugins are looked up from. Reaches no key. */
  readonly folder: string
  readonly sources: readonly PluginUse[]
  readonly from: string
  readonly target?: TargetSpec
  readonly key?: string
  readonly columns: Readonly<Record<string, ColumnFacts>>
  readonly split: SplitSpec
  readonly folds: number
  readonly resamples: number
  readonly preprocess: readonly PluginUse[]
  readonly algorithm: PluginUse
  readonly optimizer?: PluginUse
  readonly compress: readonly PluginUse[]
  readonly metrics: readonly PluginUse[]
  readonly gates: readonly Omit<GateSpec, 'path'>[]
  readonly deploy: readonly PluginUse[]
}

/** The page as plain data. Notes and places stay behind: they change nothing that is computed. */
export function factsOf(pipeline: Pipeline): PageFacts {
  const { name, seed, from, target, key, split, evaluate, optimizer } = pipeline
  return {
    name,
    seed,
    folder: pipeline.source.folder,
    sources: pipeline.sources.map((cell) => ({ ...useOf(cell), from: cell.from })),
    from,
    ...(target && { target }),
    ...(key !== undefined && { key }),
    columns: Object.fromEntries(
      Object.entries(pipeline.columns).map(([column, { note: _, ...facts }]) => [column, facts]),
    ),
    split,
    folds: evaluate.folds,
    resamples: evaluate.resamples,
    preprocess: pipeline.preprocess.map((cell) => ({ ...useOf(cell), ...(cell.columns && { columns: cell.columns }) })),
    algorithm: useOf(pipeline.algorithm),
    ...(optimizer && { optimizer: useOf(optimizer) }),
    compress: pipeline.compress.map((cell) => useOf(cell, `compress.${cell.id}`)),
    metrics: evaluate.metrics.map((cell) => useOf(cell)),
    gates: pipeline.gates.map(({ path: _, ...gate }) => gate),
    deploy: pipeline.deploy.map((cell) => useOf(cell, `deploy.${cell.id}`)),
  }
}

function useOf(cell: CellSpec, id = cell.id): PluginUse {
  const { plugin, use, origin, code } = cell.plugin
  return {
    cell: id,
    kind: cell.kind,
    use,
    label: `${origin === 'npm' ? use : plugin.id}@${plugin.version}`,
    code,
    random: plugin.random === true,
    params: cell.params,
    keyParams: withoutPrivate(cell.params, plugin.params as ParamsSchema),
    locations: cell.locations,
    ...(cell.secrets && { secrets: cell.secrets }),
  }
}

/** Params without the values whose schema marks them as location or secret. */
function withoutPrivate(params: JsonObject, schema: ParamsSchema): JsonObject {
  return Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => {
      const param: ParamSchema | undefined = schema[name]
      if (param?.location || param?.secret) return []
      if (param?.properties && typeof value === 'object' && value !== null && !Array.isArray(value))
        return [[name, withoutPrivate(value as JsonObject, param.properties)]]
      return [[name, value]]
    }),
  )
}
