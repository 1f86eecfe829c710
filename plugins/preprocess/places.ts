/** Where a name stands in a state's list of columns: states hold parallel arrays, since any text may be a column's name. */
export function placesOf(names: readonly string[]): (name: string) => number {
  const places = new Map(names.map((name, place) => [name, place]))
  return (name) => {
    const place = places.get(name)
    if (place === undefined) throw new TypeError(`column \`${name}\` was not there when this cell was fitted`)
    return place
  }
}
