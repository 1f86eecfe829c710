import type { JsonObject } from '../../base/json.ts'
import type { ModelManifest } from '../../model/manifest.ts'
import { parseManifest } from '../../model/parse-manifest.ts'
import type { Evaluation } from '../../store/evaluation.ts'
import type { LedgerEntry } from '../../store/ledger-entry.ts'
import type { RunRecord } from '../../store/record.ts'
import { readEvaluation } from '../sections/evaluation.ts'
import { type ReadObject, type RunView, readJson, viewRun } from '../view.ts'
import { type ChecksSummary, demandsOf, readChecks, type Warned, warningsOf } from './recorded.ts'

/** A sign-off of a run, its signature verified, as a document prints it. */
export interface SignOff {
  readonly role: string
  readonly note: string
  readonly at: string
  /** Id of the key that signed. */
  readonly key: string
}

/** What stands beside a run's record: its place in the ledger, and who signed for it. */
export interface Signed {
  readonly entry: LedgerEntry
  /** Keys that attested where the run came from. */
  readonly provenance: readonly string[]
  readonly approvals: readonly SignOff[]
  /** Statements that do not verify. */
  readonly damaged: number
}

/** Who signed a result off: before it was deployed, as the record says, or since. */
export function signOffs({ view, signed }: DocumentSource): readonly SignOff[] {
  const before = demandsOf(view).flatMap(({ role, by, at = '', note = '' }) =>
    by === undefined ? [] : [{ role, key: by, at, note }],
  )
  const since = (signed?.approvals ?? []).filter(
    (one) => !before.some(({ role, key, at }) => role === one.role && key === one.key && at === one.at),
  )
  return [...before, ...since]
}

/** Everything that documents are made of, read once. What cannot be read is absent. */
export interface DocumentSource {
  readonly record: RunRecord
  readonly view: RunView
  /** The resolved page. */
  readonly page: JsonObject
  readonly manifest: ModelManifest | undefined
  readonly evaluation: Evaluation | undefined
  /** What the `checks` cell found, where the run has one. */
  readonly checks: ChecksSummary | undefined
  readonly warnings: readonly Warned[]
  readonly signed: Signed | undefined
}

/** Reads what documents need of a run. It never fails on a record. */
export async function gather(record: RunRecord, read: ReadObject, signed?: Signed): Promise<DocumentSource> {
  return gatherView(await viewRun(record, read), read, signed)
}

/** {@link gather} where the run has been collected already. */
export async function gatherView(view: RunView, read: ReadObject, signed?: Signed): Promise<DocumentSource> {
  const { record } = view
  const output = (id: string) => record.result.cells.find((cell) => cell.id === id)?.output ?? null
  return {
    record,
    view,
    page: record.result.page,
    manifest: await readManifest(record, read),
    evaluation: await readEvaluation(output('evaluate'), read),
    checks: readChecks(await readJson(output('checks'), read)),
    warnings: warningsOf(view),
    signed,
  }
}

async function readManifest({ result }: RunRecord, read: ReadObject): Promise<ModelManifest | undefined> {
  if (result.model === null) return undefined
  try {
    return parseManifest(await read(result.model.digest))
  } catch {
    return undefined
  }
}
