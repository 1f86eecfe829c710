import type { ColumnInfo, ColumnType } from './column.ts'

/** What a page asks for: names and globs (`*` stands for any text), or by type and role; undefined is the plugin's default. */
export type ColumnQuery =
  | { readonly names: readonly string[] }
  | { readonly type?: readonly string[]; readonly role?: readonly string[] }
  | undefined

/** What a preprocess plugin takes, and what of it by default. */
export interface ColumnTaker {
  readonly takes: readonly ColumnType[]
  readonly selects?: { readonly types: readonly ColumnType[]; readonly missing?: boolean }
}

/** The columns that a cell takes, in the order of the frame, and what of the question was wrong. */
export interface ColumnSelection {
  readonly names: readonly string[]
  /** Names and globs that no column fits. */
  readonly unknown: readonly string[]
  /** Columns that were asked for by name or type and whose type the plugin does not take. */
  readonly refused: readonly ColumnInfo[]
}

/**
 * Selects the columns of a preprocess cell among those that reach it. Asked by name or type, a column that the plugin does
 * not take is refused; asked by glob, role or default, it is passed over. `roleOf` gives a column's role; columns that
 * preprocess cells made have none and count as features.
 */
export function selectColumns(
  columns: readonly ColumnInfo[],
  query: ColumnQuery,
  taker: ColumnTaker,
  roleOf: (name: string) => string | undefined = () => undefined,
): ColumnSelection {
  const takes = new Set<string>(taker.takes)
  if (query === undefined) {
    const { types, missing } = taker.selects ?? { types: taker.takes }
    const chosen = columns.filter(
      (column) => takes.has(column.type) && types.includes(column.type) && (!missing || column.missing),
    )
    return { names: chosen.map((column) => column.name), unknown: [], refused: [] }
  }
  if ('names' in query) return byName(columns, query.names, takes)
  const asked = columns.filter(
    (column) =>
      (query.type === undefined || query.type.includes(column.type)) &&
      (query.role === undefined || query.role.includes(roleOf(column.name) ?? 'feature')),
  )
  return {
    names: asked.filter((column) => takes.has(column.type)).map((column) => column.name),
    unknown: [],
    refused: query.type === undefined ? [] : asked.filter((column) => !takes.has(column.type)),
  }
}

function byName(columns: readonly ColumnInfo[], names: readonly string[], takes: ReadonlySet<string>): ColumnSelection {
  const selected = new Set<string>()
  const refused = new Map<string, ColumnInfo>()
  const unknown: string[] = []
  for (const name of names) {
    const exact = columns.find((column) => column.name === name)
    if (exact !== undefined) {
      if (takes.has(exact.type)) selected.add(name)
      else refused.set(name, exact)
      continue
    }
    const fits = name.includes('*') ? columns.filter((column) => matchesGlob(column.name, name)) : []
    if (fits.length === 0) unknown.push(name)
    for (const column of fits) if (takes.has(column.type)) selected.add(column.name)
  }
  const inOrder = columns.filter((column) => selected.has(column.name)).map((column) => column.name)
  return { names: inOrder, unknown, refused: [...refused.values()] }
}

/** True where `glob` fits the whole name; `*` stands for any text, also none. Linear in both: no backtracking. */
export function matchesGlob(name: string, glob: string): boolean {
  const parts = glob.split('*')
  const first = parts[0] as string
  const last = parts.at(-1) as string
  if (parts.length === 1) return name === glob
  if (name.length < first.length + last.length || !name.startsWith(first) || !name.endsWith(last)) return false
  let at = first.length
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= name.length - last.length
}
