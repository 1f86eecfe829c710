import type { Place } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ColumnType } from '../frame/index.ts'
import type { PluginKind, Registry, ResolvedPlugin } from '../plugin/api.ts'

/** Where something stands in the page: keys and indices from the root. */
export type SpecPath = readonly (string | number)[]

/** The page as text, with the way back from a path to a line. */
export interface PageSource {
  /** As the user named it; errors print it. */
  readonly file: string
  /** Absolute folder that the page's relative paths start from. */
  readonly folder: string
  readonly text: string
  /** Place of the value at `path`, or of its key; the nearest parent's key where nothing stands there. */
  place(path: SpecPath, part?: 'key' | 'value'): Place
}

/** Which columns a preprocess cell takes: names and globs, or by type and role. Undefined: the plugin's default. */
export type ColumnSelector =
  | { readonly names: readonly string[] }
  | { readonly type?: readonly ColumnType[]; readonly role?: readonly ColumnRole[] }

export type ColumnRole = 'feature' | 'protected' | 'ignore' | 'weight' | 'group' | 'time'

/** Facts about a column, stated once on the page. */
export interface ColumnFacts {
  readonly type?: Exclude<ColumnType, 'sparse'>
  readonly role?: ColumnRole
  readonly min?: number
  readonly max?: number
  readonly levels?: readonly string[]
  /** What becomes of a level that training did not see. Default `error`: refused at serving, scored as `other` with a warning in evaluation. */
  readonly unseen?: 'error' | 'other' | 'missing'
  /** Missing values: how large a share is expected, and text that stands for missing in this column. */
  readonly missing?: { readonly atMost?: number; readonly values?: readonly string[] }
  /** A row may come without it when it is scored: it counts as missing. */
  readonly optional?: boolean
  /** No two rows share a value: held by the `checks` cell. */
  readonly unique?: boolean
  readonly unit?: string
  readonly monotone?: 'increasing' | 'decreasing'
  readonly reason?: string
  readonly note?: string
}

/** One `use` with its `with`: resolved, every default filled in. */
export interface CellSpec<Kind extends PluginKind = PluginKind> {
  readonly id: string
  readonly kind: Kind
  readonly plugin: ResolvedPlugin<Kind>
  /** Params with defaults. Locations are as the page wrote them (`${env:NAME}` unresolved): see `locations`. */
  readonly params: JsonObject
  /** Absolute paths of the params that are locations, by dotted param path. Reaches no key, digest, log or record. */
  readonly locations: Readonly<Record<string, string>>
  /** Values of the params that are secrets, by dotted param path. Reaches no key, digest, log, record or error. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly note?: string
  /** Where it stands in the page, for errors that only a running cell finds. */
  readonly path: SpecPath
}

/** A data cell: a source, or made `from` others. */
export interface DataCell extends CellSpec<'data'> {
  readonly from: readonly string[]
}

export interface PreprocessCell extends CellSpec<'preprocess'> {
  readonly columns?: ColumnSelector
}

export type SplitSpec =
  | { readonly by: 'random'; readonly test: number; readonly validation: number; readonly stratify: boolean }
  | { readonly by: 'time' | 'group'; readonly on: string; readonly test: number; readonly validation: number }
  | { readonly by: 'interval'; readonly every: number; readonly validation: number }
  | { readonly by: 'column'; readonly on: string; readonly validation: number }

export interface TargetSpec {
  readonly column: string
  readonly type?: 'number' | 'category'
  readonly positive?: string
}

export interface GateSpec {
  readonly metric: string
  readonly on: 'test' | 'folds'
  readonly atLeast?: number
  readonly atMost?: number
  readonly path: SpecPath
}

/** An approval that must be given before anything is deployed. */
export interface ApprovalSpec {
  readonly role: string
  /** Ids of the keys that may give it. Undefined: any. */
  readonly keys?: readonly string[]
  readonly note?: string
}

/** A warning that the page silences, and why: it is not shown, and stands in record and report as silenced. */
export interface IgnoreSpec {
  readonly warning: string
  /** Only where it speaks of this column. */
  readonly column?: string
  /** Only where this cell gives it. */
  readonly cell?: string
  readonly reason: string
  readonly path: SpecPath
}

/** A checked page: sugar gone, defaults in, plugins found; it knows where each value stood. */
export interface Pipeline {
  readonly source: PageSource
  readonly name: string
  readonly owner?: string
  readonly purpose?: string
  readonly limitations?: string
  readonly reviewBy?: string
  readonly note?: string
  readonly seed: number
  /** Data cells in an order where each follows what it is made of; `data` itself is among them where it is a source. */
  readonly sources: readonly DataCell[]
  /** Id of the cell whose rows the model learns from. */
  readonly from: string
  readonly target?: TargetSpec
  readonly key?: string
  readonly columns: Readonly<Record<string, ColumnFacts>>
  readonly split: SplitSpec
  readonly preprocess: readonly PreprocessCell[]
  readonly algorithm: CellSpec<'algorithm'>
  readonly optimizer?: CellSpec<'optimizer'>
  readonly compress: readonly CellSpec<'compress'>[]
  readonly evaluate: {
    readonly metrics: readonly CellSpec<'metric'>[]
    readonly folds: number
    /** Bootstrap resamples for intervals on the test rows; 0 for none. */
    readonly resamples: number
    readonly note?: string
  }
  readonly gates: readonly GateSpec[]
  readonly approvals: readonly ApprovalSpec[]
  readonly ignore: readonly IgnoreSpec[]
  readonly deploy: readonly CellSpec<'deploy'>[]
  /** Notes of sections that are no cell of their own: `data`, `split`, `evaluate`, `gates`. */
  readonly notes: Readonly<Record<string, string>>
  /** What `--set` changed: dotted path and value, in order. */
  readonly overrides: readonly { readonly path: string; readonly value: Json }[]
  /** The whole page with every default printed out, as `show --resolved` prints it and the record holds it. No locations, no secrets. */
  readonly resolved: JsonObject
}

/** What the spec layer needs from outside. */
export interface SpecContext {
  readonly registry: Registry
  readonly env: Readonly<Record<string, string | undefined>>
  /** True where whoever asks finds the files of data cells: that one is not in its place is no error then. */
  readonly findsFiles?: boolean
}
