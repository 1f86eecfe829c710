import type { ShownWarning } from '../plugin/api.ts'
import type { RunEvent } from '../store/index.ts'
import type { CellOutcome } from './schedule.ts'

/** A warning of a cell. */
export interface CellWarning extends ShownWarning {
  readonly cell: string
}

/** What the cells warned of, in their order: a cell that was cached says again what it said when it ran. */
export function collectWarnings(cells: readonly CellOutcome[], events: readonly RunEvent[]): CellWarning[] {
  return cells.flatMap(({ cell: { id }, entry }) => {
    const warnings = entry === undefined ? warnedBy(id, events) : ((entry.facts.warnings ?? []) as unknown)
    return (warnings as readonly ShownWarning[]).map((warning) => ({ ...warning, cell: id }))
  })
}

/** Of a cell that failed nothing is kept but the events. */
function warnedBy(cell: string, events: readonly RunEvent[]): readonly ShownWarning[] {
  return events.flatMap((event) => (event.type === 'cellWarned' && event.cell === cell ? [event.warning] : []))
}
