import type { Json, JsonObject } from '../base/json.ts'
import type { Attribute, Column, ColumnInfo, ColumnType, Features, Frame, Table } from '../frame/index.ts'
import type { Kernels } from '../kernels/index.ts'
import type { FitContext, ScoringContext } from './context.ts'
import type { OnnxColumn, OnnxFeatures, OnnxGraph, OnnxPrediction } from './onnx-graph.ts'
import type { Packaging } from './packaging.ts'
import type { GivenParams, ParamsOf, ParamsSchema } from './params.ts'
import type { State } from './state.ts'

/**
 * What kind of question a model answers. `clustering` and `anomaly` are learned without a target: a page needs none, and
 * where one is named all the same on an anomaly page, it is what is known to be true and serves evaluation alone.
 */
export type Task = 'binary' | 'multiclass' | 'regression' | 'clustering' | 'anomaly'

/** Forms of features that an algorithm can take. `codes`: dense, where categories stand as codes. */
export type FeatureForm = 'dense' | 'sparse' | 'codes'

export type PluginKind = 'data' | 'preprocess' | 'algorithm' | 'optimizer' | 'compress' | 'metric' | 'deploy'

interface PluginBase<P> {
  /** kebab-case; the file's name. */
  readonly id: string
  /** Bump it when equal input gives another result: it is part of every key. */
  readonly version: number
  /** One sentence, for the docs and `daybook plugins`. */
  readonly summary: string
  /** More, in Markdown: what it does, its source (paper or book), when to use it. */
  readonly description?: string
  readonly params: P
  /** True: gets random streams, and its cell's id and fold join its key. Default false. */
  readonly random?: boolean
}

// ── data ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface ReadContext<Params> extends FitContext<Params> {
  /** Frames of the cells named by `from`, in that order; empty for a source. */
  readonly inputs: ReadonlyMap<string, Frame>
}

export interface DataPlugin<P extends ParamsSchema = ParamsSchema> extends PluginBase<P> {
  /** `none`: a source. `some`: made of other cells, named by `from`. */
  readonly inputs: 'none' | 'some'
  /** True where the rows are made up: the page, the schema and the report say SYNTHETIC. */
  readonly synthetic?: boolean
  /** Params with `location` hold absolute paths here, those with `secret` their values. */
  read(params: ParamsOf<P>, ctx: ReadContext<ParamsOf<P>>): Table | Promise<Table>
  readonly example?: {
    readonly params: GivenParams<P>
    readonly files?: Readonly<Record<string, string>>
    readonly gives: readonly JsonObject[]
  }
}

// ── preprocess ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface PreprocessInput {
  /** The selected columns of the training rows. */
  readonly frame: Frame
  readonly task: Task
  /** Where `uses: 'target'` (an error of the page where the task is learned without one): class codes or values of the training rows. */
  readonly y?: Float32Array | Int32Array
  readonly classes: readonly string[]
  /** Sample weights of the page; class weights are the algorithm's own. Undefined where every row counts 1. */
  readonly weight?: Float32Array
  /** The page's promises about these columns: a larger value may only raise (1) or lower (-1) the prediction. */
  readonly promises?: ReadonlyMap<string, 1 | -1>
}

export interface PreprocessPlugin<P extends ParamsSchema = ParamsSchema, S extends State = State>
  extends PluginBase<P> {
  /** Column types that it can take. A column of another type, selected by name, is an error of the page. */
  readonly takes: readonly ColumnType[]
  /** The default of `columns:`: which of the columns it takes, it takes. Default: all of `takes`. */
  readonly selects?: { readonly types: readonly ColumnType[]; readonly missing?: boolean }
  /** Tasks that it is for. Default: all. */
  readonly tasks?: readonly Task[]
  /**
   * `target`: `fit` sees the target. The engine then fits it six times: on all training rows, which is what scoring takes
   * and what is shown, and once for each of five inner folds on the rows outside of it. Training rows reach the cells behind
   * and the algorithm as the fit without their own fold transforms them.
   */
  readonly uses?: 'target'
  /** `allow`: its columns may hold missing values. Default: the engine refuses them beforehand. */
  readonly missing?: 'allow'
  /** True where a larger value in is never a smaller value out, column by column: monotone promises pass through. */
  readonly keepsOrder?: boolean
  /** Obeys `promises`: with what comes out for such a column, the prediction may only rise (or only fall). */
  readonly monotone?: 'increasing' | 'decreasing'
  /** The columns that come out for the selected ones going in, known before any data flows. */
  output(columns: readonly ColumnInfo[], params: ParamsOf<P>): readonly ColumnInfo[]
  fit(input: PreprocessInput, params: ParamsOf<P>, ctx: FitContext<ParamsOf<P>>): S | Promise<S>
  /** Pure, row by row: selected columns in, what replaces them out. Names and types as `output` said. */
  apply(state: S, frame: Frame, ctx: ScoringContext<ParamsOf<P>>): readonly Column[]
  /** Of columns that come out, by name: the values that they can take, where these are few and each stands for something. */
  attributes?(state: S): ReadonlyMap<string, readonly Attribute[]>
  /** Writes `apply` as nodes of an ONNX graph: the same columns in, the same out. Without it, models with such a cell cannot be exported. */
  onnx?(
    state: S,
    columns: readonly OnnxColumn[],
    graph: OnnxGraph,
    ctx: ScoringContext<ParamsOf<P>>,
  ): readonly OnnxColumn[]
  migrate?(state: State, from: number): S
  readonly example?: {
    readonly params: GivenParams<P>
    readonly fit: Readonly<Record<string, readonly (string | number | boolean | null)[]>>
    readonly y?: readonly number[]
    readonly given: Readonly<Record<string, readonly (string | number | boolean | null)[]>>
    /** Columns that come out; a sparse block as `{ feature: value }` a row. */
    readonly gives: Readonly<Record<string, readonly Json[]>>
  }
}

// ── algorithm and optimizer ─────────────────────────────────────────────────────────────────────────────────────────

/** Rows to learn from or to stop by. */
export interface LabelledFeatures {
  readonly X: Features
  /**
   * Class codes (0 … classes-1) as i32, or values as f32. In a binary task code 1 is the positive class. Clustering and
   * anomaly: empty, whatever the page knows.
   */
  readonly y: Float32Array | Int32Array
  /** Sample weight times class weight, or undefined where every row counts 1. */
  readonly weight?: Float32Array
}

export interface TrainingData extends LabelledFeatures {
  readonly task: Task
  /** Class texts by code; empty in regression, clustering and anomaly. */
  readonly classes: readonly string[]
  readonly validation?: LabelledFeatures
  /** The page's optimizer with its params, where the algorithm declares `optimizer: true`. */
  readonly optimizer?: BoundOptimizer
}

/** Importance of features: one number a feature, >= 0, of the measure named. */
export interface Importance {
  readonly measure: string
  readonly values: Float64Array
}

export interface AlgorithmPlugin<P extends ParamsSchema = ParamsSchema, S extends State = State> extends PluginBase<P> {
  readonly tasks: readonly Task[]
  /** In order of preference. The engine converts, or says which cell to add. */
  readonly accepts: readonly FeatureForm[]
  /** `allow`: features may be missing (NaN). */
  readonly missing?: 'allow'
  /** True: trained by an optimizer, which the page may choose. */
  readonly optimizer?: boolean
  /** Id of the optimizer where the page names none. */
  readonly defaultOptimizer?: string
  /** True: obeys `monotone` of the features. */
  readonly monotone?: boolean
  /** What `predict` gives for classes. `scores` serve auc and labels, not log-loss or brier. Default `probabilities`. */
  readonly output?: 'probabilities' | 'scores' | ((params: ParamsOf<P>) => 'probabilities' | 'scores')
  /** What `example` and the contract suite train on. */
  fit(data: TrainingData, params: ParamsOf<P>, ctx: FitContext<ParamsOf<P>>): S | Promise<S>
  /**
   * Pure, independent of batch size and row order. Regression: f64 [rows]. Classes: probabilities f64 [rows, classes]
   * row-major; scores: [rows] of the positive class in a binary task, else [rows, classes].
   *
   * Clustering: f64 [rows, 2] row-major: the number of the cluster (0, 1, …), then how far the row lies from the middle of
   * it (>= 0, on the scale that the plugin's docs name). Anomaly: f64 [rows] scores, higher where a row is stranger; one
   * above {@link threshold} is an anomaly.
   */
  predict(state: S, X: Features, ctx: ScoringContext<ParamsOf<P>>): Float64Array
  /** Anomaly: the score above which a row is an anomaly, finite. Default 0. */
  threshold?(state: S): number
  importance?(state: S): Importance
  /** Additive parts of the prediction (on the scale named by the plugin's docs): [rows, features + 1], the last is the base. */
  contributions?(state: S, X: Features, ctx: ScoringContext<ParamsOf<P>>): Float64Array
  /** Writes `predict` as nodes of an ONNX graph; without it, models of this algorithm cannot be exported. */
  onnx?(state: S, X: OnnxFeatures, graph: OnnxGraph, ctx: ScoringContext<ParamsOf<P>>): OnnxPrediction
  migrate?(state: State, from: number): S
  readonly example?: {
    readonly params: GivenParams<P>
    readonly task?: Task
    readonly X: readonly (readonly number[])[]
    /** Clustering and anomaly: empty. */
    readonly y: readonly number[]
    readonly given: readonly (readonly number[])[]
    readonly gives: readonly (number | readonly number[])[]
    /** Largest absolute difference that still counts as equal. Default 1e-6. */
    readonly tolerance?: number
  }
}

/** An update step over flat parameter and gradient vectors. Slots are vectors of the same length, zero at first. */
export interface OptimizerStep {
  readonly parameters: Float32Array
  readonly gradients: Float32Array
  readonly slots: readonly Float32Array[]
  /** 1 for the first update. */
  readonly t: number
}

export interface OptimizerPlugin<P extends ParamsSchema = ParamsSchema> extends PluginBase<P> {
  /** Names of its slots, such as `['mean', 'variance']`. */
  readonly slots: readonly string[]
  /** `all`: each update sees every training row, whatever the algorithm's batch size is. Default `batch`. */
  readonly batch?: 'all' | 'batch'
  /** Changes `parameters` and `slots` in place. All arrays lie in the memory of `kernels`. */
  update(step: OptimizerStep, params: ParamsOf<P>, kernels: Kernels): void
  readonly example?: {
    readonly params: GivenParams<P>
    readonly parameters: readonly number[]
    /** One gradient an update. */
    readonly gradients: readonly (readonly number[])[]
    readonly gives: readonly number[]
    readonly tolerance?: number
  }
}

/** An optimizer with its params bound, as an algorithm gets it. */
export interface BoundOptimizer {
  readonly id: string
  readonly slots: readonly string[]
  readonly batch: 'all' | 'batch'
  update(step: OptimizerStep, kernels: Kernels): void
}

// ── compress ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CompressPlugin<P extends ParamsSchema = ParamsSchema> extends PluginBase<P> {
  /** Ids of the algorithms whose state it understands, or `*` where any state will do. */
  readonly algorithms: readonly string[]
  /** The algorithm's state in, a smaller state that the same `predict` takes out. */
  compress(state: State, data: TrainingData, params: ParamsOf<P>, ctx: FitContext<ParamsOf<P>>): State | Promise<State>
}

// ── metric ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Scored rows, as a metric sees them. On an anomaly page that names a target, metrics of `binary` see the task `binary`: what
 * the target says as truth, anomaly scores as scores of the positive class, and what lies above the threshold as positive.
 */
export interface MetricInput {
  readonly task: Task
  readonly rows: number
  readonly classes: readonly string[]
  /** Class codes or values. Clustering, and anomaly: empty. */
  readonly y: Float32Array | Int32Array
  /** Weight a row; undefined where every row counts 1. A bootstrap sample is these weights multiplied by counts. */
  readonly weight?: Float64Array
  /** Regression: predictions. */
  readonly values?: Float64Array
  /** Predicted class codes. Clustering: numbers of the clusters. Anomaly: 1 above the threshold, else 0. */
  readonly labels?: Int32Array
  /** [rows, classes] row-major, where the algorithm gives them. */
  readonly probabilities?: Float64Array
  /** Binary: score of the positive class (its probability, where there are any). Multi-class: [rows, classes]. Anomaly: [rows]. */
  readonly scores?: Float64Array
  /** Clustering: distance of each row from the middle of its cluster, as the algorithm measures it. */
  readonly distances?: Float64Array
  /** Clustering: what reached the algorithm, row by row. Made when a metric first asks, and the same object every time. */
  features?(): Features
  /**
   * Rows by ascending score of the positive class, or of class `code` in a multi-class task; ties by index. Sorted once,
   * shared by all metrics and resamples. Without scores: by value, or by distance.
   */
  order(code?: number): Uint32Array
}

export interface MetricPlugin<P extends ParamsSchema = ParamsSchema> extends PluginBase<P> {
  readonly tasks: readonly Task[]
  readonly needs: 'probabilities' | 'scores' | 'labels' | 'values' | 'distances' | 'features'
  readonly better: 'higher' | 'lower'
  /** `none`: too dear to be computed for hundreds of resamples, so it has no bootstrap interval. */
  readonly interval?: 'none'
  /** NaN where the metric is not defined on these rows (one class only): reported as null. */
  compute(input: MetricInput, params: ParamsOf<P>, ctx: ScoringContext<ParamsOf<P>>): number
  readonly example?: {
    readonly params?: GivenParams<P>
    readonly task: Task
    readonly y: readonly number[]
    readonly scores?: readonly number[]
    readonly probabilities?: readonly (readonly number[])[]
    readonly labels?: readonly number[]
    readonly values?: readonly number[]
    readonly distances?: readonly number[]
    readonly features?: readonly (readonly number[])[]
    readonly gives: number
  }
}

// ── deploy ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a target is handed; it imports none of it. */
export interface DeployContext<Params = unknown> extends FitContext<Params> {
  /** Name of the pipeline. */
  readonly name: string
  readonly model: { readonly digest: string; readonly task: Task; readonly manifest: JsonObject }
  /** What the model takes and gives. */
  readonly signature: JsonObject
  /** What packages are made of. A target that takes none of it costs nothing. */
  readonly packaging: Packaging
  /** Writes a file of the target's output; the path is relative and stays inside the target's folder. */
  write(path: string, content: Uint8Array | string): Promise<void>
}

export interface DeployPlugin<P extends ParamsSchema = ParamsSchema> extends PluginBase<P> {
  /** Builds the target's files. What it returns is shown and recorded (no hosts, no times). */
  deploy(params: ParamsOf<P>, ctx: DeployContext<ParamsOf<P>>): JsonObject | Promise<JsonObject>
}

// ── any ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

// Plugins of unknown params are mixed in one list: `any` here is what lets a typed plugin stand for its kind.
// biome-ignore lint/suspicious/noExplicitAny: the params type is lost on purpose; the engine checks them by schema
type Erased = any

export interface PluginOfKind {
  data: DataPlugin<Erased>
  preprocess: PreprocessPlugin<Erased, Erased>
  algorithm: AlgorithmPlugin<Erased, Erased>
  optimizer: OptimizerPlugin<Erased>
  compress: CompressPlugin<Erased>
  metric: MetricPlugin<Erased>
  deploy: DeployPlugin<Erased>
}

export type Defined<Kind extends PluginKind> = PluginOfKind[Kind] & { readonly kind: Kind }

/** Any plugin, after its `define…`. */
export type Plugin = { [Kind in PluginKind]: Defined<Kind> }[PluginKind]
