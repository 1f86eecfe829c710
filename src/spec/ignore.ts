import type { Json, JsonObject } from '../base/json.ts'
import type { IgnoreSpec } from './pipeline.ts'

/** A warning as it is held against `ignore:`. Its column may stand in its evidence, where whoever warned put it. */
export interface WarningFacts {
  readonly cell: string
  readonly code: string
  readonly column?: string | undefined
  readonly evidence?: Json | undefined
}

/** The entry of `ignore:` that silences a warning: the first that names its code, and its column and cell where it names one. */
export function ignoredBy(
  ignore: readonly Omit<IgnoreSpec, 'path'>[],
  warning: WarningFacts,
): Omit<IgnoreSpec, 'path'> | undefined {
  const column = columnOf(warning)
  return ignore.find(
    (entry) =>
      entry.warning === warning.code &&
      (entry.cell === undefined || entry.cell === warning.cell) &&
      (entry.column === undefined || entry.column === column),
  )
}

/** Does the page silence a warning? */
export function isIgnored(ignore: readonly Omit<IgnoreSpec, 'path'>[], warning: WarningFacts): boolean {
  return ignoredBy(ignore, warning) !== undefined
}

/** Entries of `ignore:` that silence none of the warnings: what they were written for is gone, or was never there. */
export function unusedIgnores<Entry extends Omit<IgnoreSpec, 'path'>>(
  ignore: readonly Entry[],
  warnings: readonly WarningFacts[],
): Entry[] {
  return ignore.filter((entry) => !warnings.some((warning) => isIgnored([entry], warning)))
}

/** An entry in words: `LEAK_COLUMN` of column `balance` in cell `checks`. */
export function ignoreWords({ warning, column, cell }: Omit<IgnoreSpec, 'path'>): string {
  const of = column === undefined ? '' : ` of column \`${column}\``
  return `\`${warning}\`${of}${cell === undefined ? '' : ` in cell \`${cell}\``}`
}

/** The `ignore:` of a checked page. */
export function readIgnore(root: JsonObject): IgnoreSpec[] {
  return ((root.ignore ?? []) as readonly JsonObject[]).map(({ warning, column, cell, reason }, i) => ({
    warning: warning as string,
    ...(column !== undefined && { column: column as string }),
    ...(cell !== undefined && { cell: cell as string }),
    reason: reason as string,
    path: ['ignore', i],
  }))
}

function columnOf({ column, evidence }: WarningFacts): string | undefined {
  if (column !== undefined) return column
  if (typeof evidence !== 'object' || evidence === null || Array.isArray(evidence)) return undefined
  const named = (evidence as JsonObject).column
  return typeof named === 'string' ? named : undefined
}
