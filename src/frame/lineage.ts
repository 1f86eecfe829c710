/** Where a column comes from. */
export interface Origin {
  /** Raw columns, in the order of the signature. */
  readonly sources: readonly string[]
  /** The page's promise about the one raw column, as long as order was kept on the way. */
  readonly monotone?: 1 | -1
}

/** Origins by column name. */
export type Lineage = ReadonlyMap<string, Origin>

/** The origins of raw columns: themselves. */
export function rawLineage(
  columns: readonly { readonly name: string; readonly monotone?: 'increasing' | 'decreasing' }[],
): Lineage {
  return new Map(
    columns.map(({ name, monotone }) => {
      const sign = monotone && { monotone: monotone === 'increasing' ? (1 as const) : (-1 as const) }
      return [name, { sources: [name], ...sign }]
    }),
  )
}

/**
 * Origins behind a cell that takes columns `taken` and gives columns `given`. A column of a taken name comes from that
 * one; a new column from the taken ones whose names stand in its own (`income*age`, `issued.year`), or from all of them.
 */
export function followCell(
  lineage: Lineage,
  taken: readonly string[],
  given: readonly string[],
  keepsOrder: boolean,
): Lineage {
  const after = new Map(lineage)
  for (const name of taken) after.delete(name)
  for (const name of given) {
    const same = taken.includes(name) ? lineage.get(name) : undefined
    if (same !== undefined) after.set(name, keepsOrder ? same : { sources: same.sources })
    else after.set(name, { sources: union(namedIn(name, taken).map((parent) => lineage.get(parent)?.sources ?? [])) })
  }
  return after
}

/** Those of `candidates` that stand as whole words in `name`; all of them where none does. */
export function namedIn(name: string, candidates: readonly string[]): readonly string[] {
  if (candidates.length < 2) return candidates
  const found = candidates.filter((candidate) => standsIn(name, candidate))
  return found.length === 0 ? candidates : found
}

function standsIn(name: string, word: string): boolean {
  const isWordly = (at: number): boolean => /[\w\u0080-\uffff]/.test(name[at] ?? '')
  for (let at = name.indexOf(word); at >= 0; at = name.indexOf(word, at + 1)) {
    if (!isWordly(at - 1) && !isWordly(at + word.length)) return true
  }
  return false
}

function union(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())]
}
