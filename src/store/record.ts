import type { Digest } from '../base/digest.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { ColumnTotals } from '../frame/index.ts'
import type { PluginKind, ShownFigure, ShownTable, ShownWarning } from '../plugin/api.ts'

export type RunStatus = 'ok' | 'failed' | 'gateFailed' | 'interrupted'
export type CellState = 'ran' | 'cached' | 'failed' | 'skipped'

/** Metric values by metric id; null where a metric is not defined on those rows. */
export type MetricValues = Readonly<Record<string, number | null>>

/** Metrics of a run. Intervals: bootstrap percentiles on the test rows. */
export interface RunMetrics {
  /** Rows that each was measured on. */
  readonly rows?: {
    readonly train: number
    readonly validation?: number
    readonly test: number
    readonly folds?: readonly number[]
  }
  readonly train: MetricValues
  readonly validation?: MetricValues
  readonly test: MetricValues
  readonly folds?: Readonly<
    Record<
      string,
      { readonly values: readonly (number | null)[]; readonly mean: number | null; readonly sd: number | null }
    >
  >
  readonly intervals?: Readonly<
    Record<string, { readonly low: number; readonly high: number; readonly level: number; readonly resamples: number }>
  >
}

export interface GateResult {
  readonly metric: string
  readonly on: 'test' | 'folds'
  readonly value: number | null
  readonly passed: boolean
  readonly atLeast?: number
  readonly atMost?: number
}

export interface ModelSummary {
  readonly digest: Digest
  readonly algorithm: string
  readonly task: string
  readonly features: number
}

/** What a cell took and gave. */
export interface RecordedCell {
  readonly id: string
  readonly plugin: string
  /** The output that it is known by; null where it gave none. */
  readonly output: Digest | null
  /** Outputs of other cells that it took, by what it knows them as: `frame`, `split`, `state:impute`, `model`. */
  readonly inputs?: Readonly<Record<string, Digest>>
  /**
   * Of a cell that was fitted: digest of the keys of the rows that it saw. That of the training rows, or of those that its
   * fold is trained on; anything else is a leak.
   */
  readonly rows?: Digest
}

/** The machine-independent part of a record: equal page, data, plugin versions and seed give equal bytes, anywhere. */
export interface RunResult {
  /** Resolved page without notes and deploy. */
  readonly page: JsonObject
  /** Digest of each source cell's input files by content, or of its rows; its columns with their control totals. */
  readonly inputs: readonly {
    readonly cell: string
    readonly digest: Digest
    readonly rows: number
    readonly columns: number
    readonly schema: readonly ColumnTotals[]
  }[]
  /** Row-key digests: which rows trained, validated, tested; one a fold. */
  readonly split: {
    readonly assignment: Digest
    readonly rows: Readonly<Record<string, number>>
    readonly keys: Readonly<Record<string, Digest>>
  }
  readonly folds: readonly { readonly fold: number; readonly trained: Digest; readonly scored: Digest }[]
  readonly cells: readonly RecordedCell[]
  readonly metrics: RunMetrics | null
  readonly gates: readonly GateResult[]
  readonly model: ModelSummary | null
}

/** A file that a source read: found again by its digest where it has moved. */
export interface RecordedInput {
  readonly cell: string
  /** Dotted path of the param that names it. */
  readonly param: string
  /** As the page wrote it, `${env:NAME}` unresolved. */
  readonly location: string
  readonly digest: Digest
  readonly bytes: number
}

/** A plugin that the page uses, where it uses it. */
export interface RecordedPlugin {
  /** Id of the cell; `evaluate.auc` for a metric, `optimizer` for what trains the algorithm. */
  readonly cell: string
  readonly kind: PluginKind
  /** Name and version. */
  readonly plugin: string
  readonly origin: 'built-in' | 'npm' | 'local'
  /** `name@version` of the package that it came from. */
  readonly package?: string
  /** Digest of its code: of its files and, from npm, of its locked dependencies. */
  readonly code: Digest
}

/** A warning, and whether the page silences it. */
export interface RecordedWarning {
  readonly cell: string
  readonly code: string
  readonly message: string
  readonly silenced: boolean
}

/** What was seen around the run: times, machine, versions. Never hashed into `digest`. */
export interface RunObserved {
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number
  readonly tool: string
  readonly node: string
  readonly v8: string
  readonly icu: string
  readonly os: string
  readonly arch: string
  readonly cpu: string
  readonly cpus: number
  readonly threads: number
  readonly user: string
  readonly timeZone: string
  readonly locale: string
  /** The command that repeats it. */
  readonly command: string
  readonly cells: readonly {
    readonly id: string
    readonly state: CellState
    readonly key: Digest | null
    /** The plugin's hook alone. */
    readonly ms: number
    /** Run that made the cache entry. */
    readonly madeBy: string | null
    /** Object with what the cell showed ({@link Shown}), for the report. */
    readonly shown: Digest | null
    readonly code: Digest | null
  }[]
  readonly pageFile: string
  /** Files that the sources read. */
  readonly inputs: readonly RecordedInput[]
  /** Every plugin of the page: of cells, metrics, optimizer, targets. */
  readonly plugins: readonly RecordedPlugin[]
  readonly git?: RecordedCommit
  /** The nearest lockfile of a package manager, upward from the page's folder; null where there is none. */
  readonly lockfile: { readonly file: string; readonly digest: Digest } | null
}

/** Where the page's folder stood in Git. */
export interface RecordedCommit {
  readonly commit: string
  /** Were files changed that Git knows? */
  readonly dirty: boolean
  /** SHA-256 of the patch to the commit, whose text is kept nowhere; null where nothing was changed or it is too large. */
  readonly patch: Digest | null
}

/** An approval that the page demands before anything is deployed, and the signed statement that gives it. */
export interface DemandedApproval {
  readonly role: string
  /** Ids of the keys that may give it; null: any. */
  readonly keys: readonly string[] | null
  /** Id of the key that gave it. This and what follows is null while the approval is waited for. */
  readonly by: string | null
  /** The run that was approved: one of equal result. */
  readonly run: string | null
  /** Digest of the signed statement, by which it is found with that run. */
  readonly statement: Digest | null
  readonly note: string | null
  /** When it was given, by its own word; ISO 8601. */
  readonly at: string | null
}

/** The record of a run: `run.json`. */
export interface RunRecord {
  readonly format: 1
  readonly id: string
  readonly pipeline: string
  readonly status: RunStatus
  /** Digest of `result`. */
  readonly digest: Digest
  readonly result: RunResult
  /**
   * Cells of deployment, in order: outside of the result, so that another target of the same model changes no digest.
   * `output` is the object that lists the target's files by path.
   */
  readonly deploy?: readonly RecordedCell[]
  /** What the page demands before anything is deployed, as it stood when the run asked. Outside of the result, as `deploy` is. */
  readonly approvals?: readonly DemandedApproval[]
  /** The page's text as it was, with notes and deploy; object digest of its bytes. */
  readonly page: { readonly text: string; readonly digest: Digest }
  readonly overrides: readonly { readonly path: string; readonly value: Json }[]
  readonly error: {
    readonly code: string
    readonly message: string
    readonly hint?: string
    readonly cell?: string
  } | null
  /** What the cells warned of, in their order: those that were taken from the cache too. */
  readonly warnings: readonly RecordedWarning[]
  readonly observed: RunObserved
  /** `run.digest` of the pipeline's run before, or null. */
  readonly previous: Digest | null
}

/** What a cell showed: kept per cell so that a cached cell shows it again; outside the run's digest. */
export interface Shown {
  readonly figures: readonly ShownFigure[]
  readonly tables: readonly ShownTable[]
  readonly warnings: readonly ShownWarning[]
  /** Free facts for the report, such as the profile of a data cell. */
  readonly facts: JsonObject
}

/** Events of a run, as they happen; `events.ndjson` holds them, a TTY draws them. */
export type RunEvent =
  | { readonly type: 'runStarted'; readonly run: string; readonly pipeline: string; readonly cells: readonly string[] }
  | { readonly type: 'cellStarted'; readonly cell: string; readonly plugin: string }
  | {
      readonly type: 'cellProgress'
      readonly cell: string
      readonly done: number
      readonly total: number
      readonly note?: string
    }
  | {
      readonly type: 'cellWarned'
      readonly cell: string
      readonly warning: ShownWarning
      /** True where the page says under `ignore:` that it is of no concern. */
      readonly silenced: boolean
    }
  | {
      readonly type: 'cellEnded'
      readonly cell: string
      readonly state: CellState
      readonly ms: number
      readonly why?: string
    }
  | { readonly type: 'runEnded'; readonly run: string; readonly status: RunStatus; readonly digest: Digest }
