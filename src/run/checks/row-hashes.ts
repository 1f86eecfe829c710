import { type Column, isMissing } from '../../frame/index.ts'

/** A column as sources give it. */
export type RawColumn = Exclude<Column, { type: 'sparse' }>

/** Sums of the hashes of a row's values, so that a column can be taken out again. What they find is compared by value. */
export type Hashes = readonly [Uint32Array, Uint32Array]

/** Hashes all rows. */
export function hashRows(columns: readonly RawColumn[], rows: number): Hashes {
  const [a, b] = [new Uint32Array(rows), new Uint32Array(rows)]
  for (const [i, column] of columns.entries()) {
    const hash = hasherOf(column, i)
    for (let row = 0; row < rows; row++) {
      hash(row)
      a[row] = (a[row] as number) + (lastHash[0] as number)
      b[row] = (b[row] as number) + (lastHash[1] as number)
    }
  }
  return [a, b]
}

/** What the last hash gave: two words. */
export const lastHash = new Uint32Array(2)
const word = new Float64Array(1)
const halves = new Uint32Array(word.buffer)

/** Hashes a column's value of a row into {@link lastHash}. */
export function hasherOf(column: RawColumn, i: number): (row: number) => void {
  const { type, values } = column
  const salt = Math.imul(i + 1, 0x9e3779b1)
  const mix = (low: number, high: number): void => {
    lastHash[0] = scramble(Math.imul(low ^ salt, 0x85ebca6b) ^ high)
    lastHash[1] = scramble(Math.imul(high ^ salt, 0xc2b2ae35) ^ Math.imul(low, 0x27d4eb2f))
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
export class RowTable {
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
    const match = this.#slots[this.#slotOf(row)] as number
    return match < 0 ? undefined : match
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

/** Do two rows hold the same value, or both none? */
export function equalAt(column: RawColumn, one: number, two: number): boolean {
  if (isMissing(column, one) || isMissing(column, two)) return isMissing(column, one) && isMissing(column, two)
  return column.values[one] === column.values[two]
}
