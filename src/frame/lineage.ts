import type { Attribute } from './features.ts'

/** Where a column comes from. */
export interface Origin {
  /** Raw columns, in the order of the signature. */
  readonly sources: readonly string[]
  /** The page's promise about the one raw column, as long as order was kept on the way. */
  readonly monotone?: 1 | -1
  /** What its values stand for, where the cell that made it says so. Asked for once, not for every batch. */
  readonly attributes?: () => readonly Attribute[] | undefined
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

/** What a cell does to the columns that it takes. */
export interface Passage {
  readonly taken: readonly string[]
  readonly given: readonly string[]
  /** What becomes of a promise about a column: kept, or one in the direction given; undefined where it is broken. */
  readonly promise: 'kept' | 1 | -1 | undefined
  readonly attributes?: ((name: string) => readonly Attribute[] | undefined) | undefined
}

/**
 * Origins behind a cell. A column of a taken name comes from that one; a new column from the taken ones whose names stand
 * in its own (`income*age`, `issued.year`), or from all of them.
 */
export function followCell(lineage: Lineage, { taken, given, promise, attributes }: Passage): Lineage {
  const after = new Map(lineage)
  for (const name of taken) after.delete(name)
  for (const name of given) {
    const same = taken.includes(name) ? lineage.get(name) : undefined
    const sources = same?.sources ?? union(namedIn(name, taken).map((parent) => lineage.get(parent)?.sources ?? []))
    const monotone = same?.monotone && (promise === 'kept' ? same.monotone : promise)
    after.set(name, {
      sources,
      ...(monotone !== undefined && { monotone }),
      ...(attributes !== undefined && { attributes: () => attributes(name) }),
    })
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
