import { type Digest, digestBytes, digestJson } from '../base/digest.ts'
import type { DaybookError } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import { pageForDigest } from '../spec/resolved-page.ts'
import {
  type ApprovalDemand,
  type ModelSummary,
  type RecordedCell,
  type RunMetrics,
  type RunObserved,
  type RunRecord,
  type RunResult,
  type RunStatus,
  waiting,
} from '../store/index.ts'
import { type CellOutcome, gatesOf, type PlanOutcome } from './schedule.ts'
import type { CollectedWarning } from './warnings.ts'

export interface RecordParts {
  readonly id: string
  readonly pipeline: Pipeline
  readonly outcome: PlanOutcome
  /** Everything observed but the cells. */
  readonly observed: Omit<RunObserved, 'cells'>
  readonly previous: Digest | null
  readonly warnings: readonly CollectedWarning[]
}

/** Makes the record of a run: a result that any machine repeats, and what was seen around it. */
export function makeRecord(parts: RecordParts): RunRecord {
  const { id, pipeline, outcome, observed, previous, warnings } = parts
  const result = resultOf(pipeline, outcome)
  const { problem } = outcome
  const { approvals = demandsOf(pipeline).map(waiting) } = outcome
  return {
    format: 1,
    id,
    pipeline: pipeline.name,
    status: statusOf(outcome),
    digest: digestJson(result as unknown as Json),
    result,
    deploy: outcome.cells.filter(isDeploy).map((cell) => cellOf(cell, outcome.cells)),
    ...(approvals.length > 0 && { approvals }),
    page: { text: pipeline.source.text, digest: digestBytes(pipeline.source.text) },
    overrides: pipeline.overrides,
    error: problem === undefined ? null : errorOf(problem),
    warnings: warnings.map(({ cell, warning: { code, message }, silenced }) => ({ cell, code, message, silenced })),
    observed: { ...observed, cells: outcome.cells.map(observedCell) },
    previous,
  }
}

function statusOf({ cells, problem }: PlanOutcome): RunStatus {
  if (problem !== undefined) return problem.code === 'RUN_INTERRUPTED' ? 'interrupted' : 'failed'
  return gatesOf(cells).every(({ passed }) => passed) ? 'ok' : 'gateFailed'
}

/** What a page demands before anything is deployed. */
export function demandsOf({ approvals }: Pipeline): readonly ApprovalDemand[] {
  return approvals.map(({ role, keys }) => ({ role, keys: keys ?? null }))
}

/** What a run gave, cells of deployment aside: known as soon as all others have ended. */
export function resultOf(pipeline: Pipeline, { cells }: Pick<PlanOutcome, 'cells'>): RunResult {
  const split = factsOf(cells, 'split')
  return {
    page: pageForDigest(pipeline),
    inputs: cells.flatMap(inputOf),
    split: {
      assignment: outputOf(cells.find(({ cell }) => cell.work.type === 'split')) ?? '',
      rows: (split.rows ?? {}) as Record<string, number>,
      keys: (split.keys ?? {}) as Record<string, Digest>,
    },
    folds: (split.folds ?? []) as unknown as RunResult['folds'],
    cells: cells.filter((outcome) => !isDeploy(outcome)).map((cell) => cellOf(cell, cells)),
    metrics: (factsOf(cells, 'evaluate').metrics ?? null) as unknown as RunMetrics | null,
    gates: gatesOf(cells),
    model: modelOf(cells),
  }
}

function isDeploy({ cell }: CellOutcome): boolean {
  return cell.work.type === 'deploy'
}

function cellOf(outcome: CellOutcome, all: readonly CellOutcome[]): RecordedCell {
  const { cell, entry } = outcome
  const head = { id: cell.id, plugin: cell.plugin, output: outputOf(outcome) ?? null }
  if (entry === undefined) return head
  const inputs = cell.needs.flatMap(({ name, cell: from, output }) => {
    const digest = all.find((other) => other.cell.id === from)?.entry?.outputs[output]
    return digest === undefined ? [] : [[name, digest]]
  })
  const { rows } = entry.facts
  return {
    ...head,
    inputs: Object.fromEntries(inputs),
    ...(isFitted(cell.work.type) && typeof rows === 'string' && { rows }),
  }
}

/** Does such a cell learn from rows? */
function isFitted(type: CellOutcome['cell']['work']['type']): boolean {
  return type === 'preprocess' || type === 'train' || type === 'compress' || type === 'fold'
}

/** The output that a cell is known by: its model, where it makes one. */
function outputOf(outcome: CellOutcome | undefined): Digest | undefined {
  const outputs = outcome?.entry?.outputs ?? {}
  return outputs.model ?? Object.values(outputs)[0]
}

function factsOf(cells: readonly CellOutcome[], type: CellOutcome['cell']['work']['type']): JsonObject {
  return cells.find(({ cell }) => cell.work.type === type)?.entry?.facts ?? {}
}

/** A source by the content of its files, or of its rows where it reads none. */
function inputOf({ cell, entry }: CellOutcome): RunResult['inputs'] {
  if (cell.work.type !== 'source' || entry === undefined) return []
  const files = Object.values((cell.keyParts.files ?? {}) as Readonly<Record<string, Digest>>)
  const digest =
    files.length === 1
      ? (files[0] as Digest)
      : files.length > 1
        ? digestJson(cell.keyParts.files as Json)
        : (entry.outputs.frame as Digest)
  const schema = (entry.facts.schema ?? []) as unknown as RunResult['inputs'][number]['schema']
  return [{ cell: cell.id, digest, rows: Number(entry.facts.rows), columns: Number(entry.facts.columns), schema }]
}

/** The last model that was made: compressed where the page asks for it. */
function modelOf(cells: readonly CellOutcome[]): ModelSummary | null {
  const made = cells.filter(({ cell }) => cell.work.type === 'train' || cell.work.type === 'compress')
  const last = made.at(-1)
  const digest = last?.entry?.outputs.model
  if (digest === undefined) return null
  const { algorithm, task, features } = last?.entry?.facts ?? {}
  return { digest, algorithm: String(algorithm), task: String(task), features: Number(features) }
}

function observedCell({ cell, state, entry }: CellOutcome): RunObserved['cells'][number] {
  const { code } = cell.parts
  return {
    id: cell.id,
    state,
    key: cell.key,
    ms: state === 'ran' ? (entry?.ms ?? 0) : 0,
    madeBy: entry?.run ?? null,
    shown: entry?.shown ?? null,
    code: typeof code === 'string' ? code : null,
  }
}

function errorOf({ code, message, hint, cell }: DaybookError): RunRecord['error'] {
  return { code, message, ...(hint !== undefined && { hint }), ...(cell !== undefined && { cell }) }
}
