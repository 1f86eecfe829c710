import { type WarningCode, warningText } from '../base/codes/warnings.ts'
import type { Digest } from '../base/digest.ts'
import type { Json } from '../base/json.ts'
import type { ShownWarning } from '../plugin/api.ts'
import { ignoreWords, isIgnored, unusedIgnores } from '../spec/ignore.ts'
import type { Pipeline } from '../spec/pipeline.ts'
import type { ObjectStore, Shown } from '../store/index.ts'
import type { PlanOutcome } from './schedule.ts'

/** A warning of a run, with the cell that gave it. */
export interface CollectedWarning {
  readonly cell: string
  readonly warning: ShownWarning
  readonly silenced: boolean
}

/**
 * The warnings of all cells of a run, whether they ran or were cached, in the order of the page; then one for each entry of
 * `ignore:` that silences none of them, where every cell ended that could have warned.
 */
export async function collectWarnings(
  pipeline: Pick<Pipeline, 'ignore'>,
  { cells, problem }: PlanOutcome,
  objects: ObjectStore,
): Promise<CollectedWarning[]> {
  const given: { readonly cell: string; readonly warning: ShownWarning }[] = []
  for (const { cell, entry } of cells) {
    if (entry === undefined) continue
    const { warnings } = await shownOf(entry.shown, objects)
    given.push(...warnings.map((warning) => ({ cell: cell.id, warning })))
  }
  const { ignore } = pipeline
  const told = given.map((one) => ({ ...one, silenced: isIgnored(ignore, { cell: one.cell, ...one.warning }) }))
  if (problem !== undefined) return told
  const ended = new Set(cells.filter(({ entry }) => entry !== undefined).map(({ cell }) => cell.id))
  const useless = unusedIgnores(
    ignore.filter(({ cell }) => cell === undefined || ended.has(cell)),
    given.map(({ cell, warning }) => ({ cell, ...warning })),
  )
  return [...told, ...useless.map((entry) => ({ cell: 'checks', warning: uselessEntry(entry), silenced: false }))]
}

/** What a cell showed; nothing where that is gone, which the report names as a gap. */
async function shownOf(digest: Digest, objects: ObjectStore): Promise<Pick<Shown, 'warnings'>> {
  try {
    return JSON.parse(new TextDecoder().decode(await objects.get(digest))) as Shown
  } catch {
    return { warnings: [] }
  }
}

/** The warning of an entry of `ignore:` that silences nothing. */
export function uselessEntry(entry: Parameters<typeof ignoreWords>[0]): ShownWarning {
  const code: WarningCode = 'IGNORED_NOTHING'
  const { warning, column, cell } = entry
  const evidence = { ignored: warning, ...(column !== undefined && { column }), ...(cell !== undefined && { cell }) }
  return { code, message: warningText(code, { what: ignoreWords(entry) }), evidence: evidence as Json }
}
