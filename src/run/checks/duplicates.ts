import { type Column, type Frame, isMissing } from '../../frame/index.ts'

/** Test rows that equal a row that trained in all features. */
export interface Duplicates {
  readonly looked: number
  readonly rows: number
  /** Of these, the ones that chance does not explain. */
  readonly unlikely: number
  /** Of the unlikely ones, those with the target of the first such row that trained, and with another. */
  readonly same: number
  readonly other: number
}

/**
 * Finds test rows that equal a row that trained (or validated) in all features. Rows of few and frequent values meet by
 * chance: such a row has rows beside it that differ in one column. A copy has none.
 *
 * @param y target of all rows; empty where there is none
 */
export function findDuplicates(
  frame: Frame,
  { seen, test }: { readonly seen: Uint32Array; readonly test: Uint32Array },
  y: ArrayLike<number>,
): Duplicates {
  const all = frame.columns.filter((column) => column.type !== 'sparse')
  if (all.length === 0) return { looked: 0, rows: 0, unlikely: 0, same: 0, other: 0 }
  const hashes = hashRows(all, frame.rows)
  const table = new RowTable(hashes, seen)
  const pairs: (readonly [test: number, seen: number])[] = []
  for (const row of test) {
    const match = table.find(row)
    if (match !== undefined && all.every((column) => equalAt(column, row, match))) pairs.push([row, match])
  }
  const likely = likelyRows(all, hashes, table, seen, new Set(pairs.map(([, match]) => match)))
  const unlikely = pairs.filter(([, match]) => !likely.has(match))
  const same = unlikely.filter(([row, match]) => y[row] === y[match]).length
  return { looked: test.length, rows: pairs.length, unlikely: unlikely.length, same, other: unlikely.length - same }
}

type RawColumn = Exclude<Column, { type: 'sparse' }>

/** Rows that are held against each other to find twins. */
const twinRows = 2000

/**
 * Columns without those that say the same as an earlier one in other words: a code and its name change together. Told by
 * rows that differ, since copied rows make twins of all columns.
 */
function withoutTwins(columns: readonly RawColumn[], table: RowTable, seen: Uint32Array): readonly RawColumn[] {
  const looked = seen.filter((row) => table.find(row) === row).subarray(0, twinRows)
  const known = new Set<string>()
  return columns.filter(({ values }) => {
    const codes = new Map<unknown, number>() // NaN is equal to itself here
    const pattern = Array.from(looked, (row) => {
      const value = values[row]
      const code = codes.get(value) ?? codes.size
      codes.set(value, code)
      return code
    }).join()
    const isTwin = known.has(pattern) && codes.size < 0.9 * looked.length
    known.add(pattern)
    return !isTwin
  })
}

/** Sums of the hashes of a row's values, so that a column can be taken out again. What they find is compared by value. */
type Hashes = readonly [Uint32Array, Uint32Array]

function hashRows(columns: readonly RawColumn[], rows: number): Hashes {
  const [a, b] = [new Uint32Array(rows), new Uint32Array(rows)]
  for (const [i, column] of columns.entries()) {
    const hash = hasherOf(column, i)
    for (let row = 0; row < rows; row++) {
      hash(row)
      a[row] = (a[row] as number) + (found[0] as number)
      b[row] = (b[row] as number) + (found[1] as number)
    }
  }
  return [a, b]
}

/** What the last hash gave: two words. */
const found = new Uint32Array(2)
const word = new Float64Array(1)
const halves = new Uint32Array(word.buffer)

/** Hashes a column's value of a row into {@link found}. */
function hasherOf(column: RawColumn, i: number): (row: number) => void {
  const { type, values } = column
  const salt = Math.imul(i + 1, 0x9e3779b1)
  const mix = (low: number, high: number): void => {
    found[0] = scramble(Math.imul(low ^ salt, 0x85ebca6b) ^ high)
    found[1] = scramble(Math.imul(high ^ salt, 0xc2b2ae35) ^ Math.imul(low, 0x27d4eb2f))
  }
  if (type === 'number' || type === 'date')
    return (row) => {
      const value = values[row] as number
      word[0] = Number.isNaN(value) ? Number.NaN : value + 0
      mix(halves[0] as number, halves[1] as number)
    }
  if (type === 'text') return (row) => mix(hashText(values[row] ?? null), 0x1b873593)
  return (row) => mix(values[row] as number, 0x5bd1e995)
}

/** The finalizer of MurmurHash3 (A. Appleby). */
function scramble(x: number): number {
  const once = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

function hashText(text: string | null): number {
  if (text === null) return 0x12345
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash
}

/** The first row of each hash. */
class RowTable {
  readonly #hashes: Hashes
  readonly #slots: Int32Array

  constructor(hashes: Hashes, rows: Uint32Array) {
    let size = 16
    while (size < rows.length * 2) size *= 2
    this.#hashes = hashes
    this.#slots = new Int32Array(size).fill(-1)
    for (const row of rows) {
      const at = this.#slotOf(row)
      if (this.#slots[at] === -1) this.#slots[at] = row
    }
  }

  find(row: number): number | undefined {
    const found = this.#slots[this.#slotOf(row)] as number
    return found < 0 ? undefined : found
  }

  /** The slot of a row's hash: taken by an equal one, or free. */
  #slotOf(row: number): number {
    const [a, b] = this.#hashes
    const mask = this.#slots.length - 1
    let at = (a[row] as number) & mask
    for (;;) {
      const other = this.#slots[at] as number
      if (other === -1 || (a[other] === a[row] && b[other] === b[row])) return at
      at = (at + 1) & mask
    }
  }
}

function equalAt(column: RawColumn, one: number, two: number): boolean {
  if (isMissing(column, one) || isMissing(column, two)) return isMissing(column, one) && isMissing(column, two)
  return column.values[one] === column.values[two]
}

/**
 * Of the rows given, those whose values are frequent enough to meet by chance: rows of the training side differ from them in
 * one column, a tenth as many or more as equal them; or one in a hundred equals them.
 */
function likelyRows(
  all: readonly RawColumn[],
  given: Hashes,
  table: RowTable,
  seen: Uint32Array,
  rows: ReadonlySet<number>,
): ReadonlySet<number> {
  if (rows.size === 0) return rows
  const columns = withoutTwins(all, table, seen)
  const hashes = columns.length === all.length ? given : hashRows(columns, given[0].length)
  const near = new Map<number, number>()
  const equal = countKeys(rows, seen, hashes, () => {
    found[0] = 0
    found[1] = 0
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
    const high = ((a[row] as number) - (found[0] as number)) >>> 0
    return high * 2 ** 21 + ((((b[row] as number) - (found[1] as number)) >>> 0) >>> 11)
  }
  for (const row of rows) {
    without(row)
    keys.set(row, keyAt(row))
    counts.set(keyAt(row), 0)
    maybe[((a[row] as number) - (found[0] as number)) & 0xffff] = 1
  }
  for (let i = 0; i < seen.length; i++) {
    const row = seen[i] as number
    without(row)
    if (maybe[((a[row] as number) - (found[0] as number)) & 0xffff] === 0) continue
    const key = keyAt(row)
    const count = counts.get(key)
    if (count !== undefined) counts.set(key, count + 1)
  }
  return new Map(Array.from(keys, ([row, key]) => [row, counts.get(key) as number]))
}
