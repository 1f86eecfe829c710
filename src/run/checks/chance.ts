import { equalAt, type Hashes, hasherOf, hashRows, lastHash, type RawColumn, type RowTable } from './row-hashes.ts'

/** Rows, or up to twice as many, that are held against duplicates to find some that are nearly equal. */
const nearRows = 10_000

/**
 * Of the rows given, those whose values are frequent enough to meet by chance: rows of the training side differ from them in
 * one column, a tenth as many or more as equal them; or one in a hundred equals them.
 */
export function likelyRows(
  all: readonly RawColumn[],
  given: Hashes,
  table: RowTable,
  trained: Uint32Array,
  rows: ReadonlySet<number>,
): Set<number> {
  if (rows.size === 0) return new Set()
  const columns = withoutTwins(all, table, trained)
  const step = Math.max(1, Math.floor(trained.length / nearRows))
  const seen = trained.filter((_, i) => i % step === 0)
  const hashes = columns.length === all.length ? given : hashRows(columns, given[0].length)
  const near = new Map<number, number>()
  const equal = countKeys(rows, seen, hashes, () => {
    lastHash[0] = 0
    lastHash[1] = 0
  })
  for (const [i, column] of columns.entries()) {
    const counts = countKeys(rows, seen, hashes, hasherOf(column, i))
    for (const row of rows) near.set(row, (near.get(row) ?? 0) + (counts.get(row) as number))
  }
  const likely = new Set<number>()
  for (const row of rows) {
    const same = equal.get(row) as number
    const apart = (near.get(row) as number) - columns.length * same // an equal row was counted once a column
    if ((apart > 0 && apart * 10 >= same) || same > Math.max(20, seen.length / 100)) likely.add(row)
  }
  return likely
}

/** Rows that are looked at and rows that they are held against, to find some that differ in two columns, at most. */
const mostRows = 5000
const pairRows = 20_000
/** Pairs of columns that are taken out, at most. */
const mostPairs = 1000

/**
 * Of the rows given, those that some other row differs from in two columns alone: where one column follows from others, such
 * as a sum, no row can differ in one. All of them, where it is so for half of those that were looked at; of tables with very
 * many columns none.
 */
export function nearlyEqual(
  columns: readonly RawColumn[],
  [a, b]: Hashes,
  seen: Uint32Array,
  rows: ReadonlySet<number>,
): ReadonlySet<number> {
  const near = new Set<number>()
  if (columns.length < 3 || (columns.length * (columns.length - 1)) / 2 > mostPairs) return near
  const given = [...rows].slice(0, mostRows)
  const looked = Uint32Array.from([...given, ...seen.subarray(0, pairRows)])
  const parts = columns.map((column, i) => {
    const hash = hasherOf(column, i)
    return Uint32Array.from(looked, (row) => {
      hash(row)
      return lastHash[0] as number
    })
  })
  const whole = Uint32Array.from(looked, (row) => a[row] as number)
  for (const [i, first] of parts.entries()) {
    for (const second of parts.slice(i + 1)) {
      const keyAt = (at: number): number =>
        ((whole[at] as number) - (first[at] as number) - (second[at] as number)) >>> 0
      const wanted = new Map<number, number[]>()
      const maybe = new Uint8Array(1 << 16)
      for (const [at, row] of given.entries()) {
        if (near.has(row)) continue
        const known = wanted.get(keyAt(at))
        if (known === undefined) wanted.set(keyAt(at), [row])
        else known.push(row)
        maybe[keyAt(at) & 0xffff] = 1
      }
      if (wanted.size === 0) return rows
      for (let at = given.length; at < looked.length; at++) {
        const key = keyAt(at)
        if (maybe[key & 0xffff] === 0) continue
        const other = looked[at] as number
        for (const row of wanted.get(key) ?? []) {
          if (near.has(row) || (a[other] === a[row] && b[other] === b[row])) continue
          if (differing(columns, row, other) === 2) near.add(row)
        }
      }
    }
  }
  return near.size * 2 > given.length ? rows : near
}

function differing(columns: readonly RawColumn[], one: number, two: number): number {
  return columns.reduce((count, column) => count + (equalAt(column, one, two) ? 0 : 1), 0)
}

/**
 * For each of the rows, how many rows of the training side have its hashes, less what `without` gives. Most have none of
 * theirs: a table of bits says so at once.
 */
function countKeys(
  rows: ReadonlySet<number>,
  seen: Uint32Array,
  [a, b]: Hashes,
  without: (row: number) => void,
): ReadonlyMap<number, number> {
  const maybe = new Uint8Array(1 << 16)
  const counts = new Map<number, number>()
  const keys = new Map<number, number>()
  const keyAt = (row: number): number => {
    const high = ((a[row] as number) - (lastHash[0] as number)) >>> 0
    return high * 2 ** 21 + ((((b[row] as number) - (lastHash[1] as number)) >>> 0) >>> 11)
  }
  for (const row of rows) {
    without(row)
    keys.set(row, keyAt(row))
    counts.set(keyAt(row), 0)
    maybe[((a[row] as number) - (lastHash[0] as number)) & 0xffff] = 1
  }
  for (let i = 0; i < seen.length; i++) {
    const row = seen[i] as number
    without(row)
    if (maybe[((a[row] as number) - (lastHash[0] as number)) & 0xffff] === 0) continue
    const key = keyAt(row)
    const count = counts.get(key)
    if (count !== undefined) counts.set(key, count + 1)
  }
  return new Map(Array.from(keys, ([row, key]) => [row, counts.get(key) as number]))
}

/** Rows that are held against each other to find twins. */
const twinRows = 500

/**
 * Columns without those that say the same as an earlier one in other words: a code and its name change together. Told by
 * rows that differ, since copied rows make twins of all columns.
 */
function withoutTwins(columns: readonly RawColumn[], table: RowTable, seen: Uint32Array): readonly RawColumn[] {
  const looked: number[] = []
  for (let i = 0; i < seen.length && looked.length < twinRows; i++)
    if (table.find(seen[i] as number) === seen[i]) looked.push(seen[i] as number)
  const known = new Set<string>()
  return columns.filter(({ values }) => {
    const codes = new Map<unknown, number>() // NaN is equal to itself here
    const pattern = looked
      .map((row) => {
        const code = codes.get(values[row]) ?? codes.size
        codes.set(values[row], code)
        return code
      })
      .join()
    const isTwin = known.has(pattern) && codes.size < 0.9 * looked.length
    known.add(pattern)
    return !isTwin
  })
}
