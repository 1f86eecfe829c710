import { type WarningCode, warningText } from '../base/codes/warnings.ts'
import type { Json } from '../base/json.ts'
import type { ShownWarning } from '../plugin/api.ts'
import { ignoreWords, isIgnored, unusedIgnores } from '../spec/ignore.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import type { RunEvent } from '../store/index.ts'
import type { PlanOutcome } from './schedule.ts'

/** A warning of a run, with the cell that gave it. */
export interface CollectedWarning {
  readonly cell: string
  readonly warning: ShownWarning
  /** Does the page say that it is known and accepted? */
  readonly silenced: boolean
}

/**
 * The warnings of all cells of a run in the order of the page: a cell that was cached says again what it said when it ran. Then
 * one for each entry of `ignore:` that silences none of them, where every cell ended that could have warned.
 */
export function collectWarnings(
  { ignore }: Pick<Pipeline, 'ignore'>,
  { cells, problem }: PlanOutcome,
  events: readonly RunEvent[],
): CollectedWarning[] {
  const told = cells.flatMap(({ cell: { id }, entry }): CollectedWarning[] => {
    const warnings = entry === undefined ? warnedBy(id, events) : ((entry.facts.warnings ?? []) as unknown)
    return (warnings as readonly ShownWarning[]).map((warning) => ({
      cell: id,
      warning,
      silenced: isIgnored(ignore, { cell: id, ...warning }),
    }))
  })
  if (problem !== undefined) return told
  const ended = new Set(cells.filter(({ entry }) => entry !== undefined).map(({ cell }) => cell.id))
  const useless = unusedIgnores(
    ignore.filter(({ cell }) => cell === undefined || ended.has(cell)),
    told.map(({ cell, warning }) => ({ cell, ...warning })),
  )
  return [...told, ...useless.map((entry) => ({ cell: 'checks', warning: uselessEntry(entry), silenced: false }))]
}

/** Of a cell that failed nothing is kept but the events. */
function warnedBy(cell: string, events: readonly RunEvent[]): readonly ShownWarning[] {
  return events.flatMap((event) => (event.type === 'cellWarned' && event.cell === cell ? [event.warning] : []))
}

/** The warning of an entry of `ignore:` that silences nothing. */
export function uselessEntry(entry: Parameters<typeof ignoreWords>[0]): ShownWarning {
  const code: WarningCode = 'IGNORED_NOTHING'
  const { warning, column, cell } = entry
  const evidence = { ignored: warning, ...(column !== undefined && { column }), ...(cell !== undefined && { cell }) }
  return { code, message: warningText(code, { what: ignoreWords(entry) }), evidence: evidence as Json }
}
