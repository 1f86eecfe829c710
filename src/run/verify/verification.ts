import { type Digest, isDigest } from '../../base/digest.ts'
import type { DaybookError } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { diffRuns, type RunObserved, type RunRecord, type Tombstone } from '../../store/index.ts'

/** A cell of the run, and what it gave this time. */
export interface VerifiedCell {
  readonly id: string
  readonly expected: Digest | null
  readonly actual: Digest | null
  readonly same: boolean
}

/** A file that is not what it should be. */
export interface FileProblem {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** In the store or the archive. */
  readonly path?: string
}

/** What came of holding the files of a run against their digests. */
export interface FileCheck {
  readonly checked: number
  readonly problems: readonly FileProblem[]
}

/** What came of verifying a run. */
export interface Verification {
  /** `unverifiable` only where something is missing that a replay needs. */
  readonly verdict: 'identical' | 'different' | 'unverifiable'
  readonly run: string
  readonly cells: readonly VerifiedCell[]
  /** The first cell that differs. */
  readonly first: string | null
  readonly notes: readonly string[]
  /** Where the files were checked: those of an archive always are. */
  readonly files?: FileCheck
  /** Where cells were sampled: what repeats it. */
  readonly sample?: { readonly share: number; readonly seed: number; readonly cells: number; readonly of: number }
}

/** Groups of differences that decide nothing, or are said in other words; so are digests of code. */
const besides: ReadonlySet<string> = new Set(['environment', 'cells', 'warnings'])

/** Holds a replay against a record. Decided by outputs and by `run.digest`; what else differs is a note. */
export function compareRuns(record: RunRecord, replay: RunRecord, notes: readonly string[]): Verification {
  const actual = outputsOf(replay)
  // What an interrupted run did not come to is no part of what it claims.
  const claimed = [...outputsOf(record)].filter(([, output]) => output !== null || record.status !== 'interrupted')
  const cells = claimed.map(([id, expected]): VerifiedCell => {
    const gave = actual.get(id) ?? null
    return { id, expected, actual: gave, same: expected === gave }
  })
  const all = [...notes, ...environmentNotes(record.observed, replay.observed)]
  const first = cells.find(({ same }) => !same)
  const broke = replay.error !== null && replay.error.code !== record.error?.code
  if (broke && (first === undefined || first.actual === null)) {
    const { code, message } = replay.error
    const why = `the replay ended early: ${code} ${message}`
    return { verdict: 'unverifiable', run: record.id, cells, first: null, notes: [...all, why] }
  }
  const sameResult = record.status === 'interrupted' || record.digest === replay.digest
  if (first === undefined && sameResult) return { verdict: 'identical', run: record.id, cells, first: null, notes: all }
  const differences = diffRuns(record, replay).filter(
    ({ group, a }) => !besides.has(group) && !(group === 'code' && isDigest(a)),
  )
  const named = differences
    .slice(0, 10)
    .map(({ group, what, a, b }) => `${group} ${what}: ${JSON.stringify(a)} -> ${JSON.stringify(b)}`)
  return { verdict: 'different', run: record.id, cells, first: first?.id ?? null, notes: [...named, ...all] }
}

/** Why a run cannot be verified any more whose rows are gone. */
export function forgottenNote({ at, by, reason }: Tombstone): string {
  return `its data was forgotten on ${at} by ${by}: ${reason}`
}

/** A run that cannot be replayed, and why. */
export function unverifiable(record: RunRecord, notes: readonly string[]): Verification {
  const cells = [...outputsOf(record)].map(([id, expected]) => ({ id, expected, actual: null, same: false }))
  return { verdict: 'unverifiable', run: record.id, cells, first: null, notes }
}

/** The verdict of a check without a replay: the digests hold, or a file is named that is not what it should be. */
export function verdictOfFiles(run: string, files: FileCheck, notes: readonly string[]): Verification {
  const verdict = files.problems.length === 0 ? 'identical' : 'different'
  return { verdict, run, cells: [], first: null, notes, files }
}

export function problemOf({ code, message, hint }: DaybookError, path?: string): FileProblem {
  return { code, message, ...(hint !== undefined && { hint }), ...(path !== undefined && { path }) }
}

/** Outputs by cell, those of deployment last. */
export function outputsOf({ result, deploy = [] }: RunRecord): Map<string, Digest | null> {
  return new Map([...result.cells, ...deploy].map(({ id, output }) => [id, output]))
}

function environmentNotes(there: RunObserved, here: RunObserved): string[] {
  const facts = ({ tool, node, os, arch, threads }: RunObserved): JsonObject => ({
    Daybook: tool.replace(/^daybook /, ''),
    Node: node,
    system: `${os} ${arch}`,
    threads,
  })
  const [before, now] = [facts(there), facts(here)]
  const notes = Object.keys(now)
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name} ${now[name]} here, ${before[name]} there`)
  const codes = new Map((there.plugins ?? []).map(({ cell, code }) => [cell, code]))
  const moved = here.plugins.filter(({ cell, code }) => codes.has(cell) && codes.get(cell) !== code)
  if (moved.length > 0) notes.push(`other code in the plugins of ${moved.map(({ cell }) => cell).join(', ')}`)
  return notes
}
