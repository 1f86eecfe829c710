/** Columns after a cell: one that comes out takes the place of the taken one of its name, new ones come last. */
export function replaceColumns<Named extends { readonly name: string }>(
  columns: readonly Named[],
  taken: ReadonlySet<string>,
  given: readonly Named[],
): Named[] {
  const fresh = new Map(given.map((column) => [column.name, column]))
  const kept = columns.flatMap((column) => {
    if (!taken.has(column.name)) return [column]
    const next = fresh.get(column.name)
    fresh.delete(column.name)
    return next === undefined ? [] : [next]
  })
  return [...kept, ...fresh.values()]
}
