import type { Column } from '../../frame/index.ts'

/** A column's values on some rows as codes of its distinct values. */
export interface CodedColumn {
  readonly name: string
  /** Code of each row looked at; -1: missing. */
  readonly codes: Int32Array
  /** Rows by code. */
  readonly counts: Float64Array
  readonly missing: number
  /** Do codes rise with the value? Numbers, dates and booleans do, categories and text have no order. */
  readonly ordered: boolean
  /** The values themselves, where they are numbers or moments; NaN: missing. */
  readonly values?: Float64Array
}

/** Codes a raw column on some rows, so that every check goes over small whole numbers. */
export function codeColumn(column: Exclude<Column, { type: 'sparse' }>, rows: Uint32Array): CodedColumn {
  switch (column.type) {
    case 'number':
    case 'date': {
      const values = new Float64Array(rows.length)
      for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i] as number] as number
      const { codes, counts } = codeNumbers(values)
      return { ...coded(column.name, codes, counts, true), values }
    }
    case 'boolean': {
      const codes = Int32Array.from(rows, (row) => Math.max(-1, column.values[row] as number))
      return codeAgain(column.name, codes, 2, true)
    }
    case 'category': {
      const codes = Int32Array.from(rows, (row) => Math.max(-1, column.values[row] as number))
      return codeAgain(column.name, codes, column.levels.length, false)
    }
    case 'text': {
      const known = new Map<string, number>()
      const codes = Int32Array.from(rows, (row) => {
        const text = column.values[row]
        if (text === null || text === undefined) return -1
        const code = known.get(text) ?? known.size
        known.set(text, code)
        return code
      })
      return codeAgain(column.name, codes, known.size, false)
    }
  }
}

/** Middle ranks of codes that rise with the value: 1 is the lowest, equal values share the middle of their places. */
export function middleRanks(counts: Float64Array): Float64Array {
  const ranks = new Float64Array(counts.length)
  let before = 0
  for (let code = 0; code < counts.length; code++) {
    const count = counts[code] as number
    ranks[code] = before + (count + 1) / 2
    before += count
  }
  return ranks
}

/** Codes of numbers in rising order; NaN is missing. */
export function codeNumbers(values: Float64Array): { readonly codes: Int32Array; readonly counts: Float64Array } {
  const whole = codeWholeNumbers(values)
  if (whole !== undefined) return whole
  const sorted = new Float64Array(values.length)
  let present = 0
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (!Number.isNaN(value)) sorted[present++] = value
  }
  const distinct = sorted.subarray(0, present).sort()
  const counts = new Float64Array(present)
  let found = 0
  for (let i = 0; i < present; i++) {
    const value = distinct[i] as number
    if (found === 0 || distinct[found - 1] !== value) distinct[found++] = value // never ahead of what is read
    counts[found - 1] = (counts[found - 1] as number) + 1
  }
  const codes = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    let low = 0
    let high = found - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((distinct[middle] as number) < value) low = middle + 1
      else high = middle
    }
    codes[row] = Number.isNaN(value) ? -1 : low
  }
  return { codes, counts: counts.slice(0, found) }
}

/** Codes of whole numbers that lie close together: by counting, where sorting would take longer. */
function codeWholeNumbers(values: Float64Array): ReturnType<typeof codeNumbers> | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (value < low) low = value
    if (value > high) high = value
  }
  const size = high - low + 1
  if (!(size <= 4 * values.length) || !Number.isSafeInteger(low)) return undefined
  const all = new Float64Array(size)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) continue
    if (!Number.isInteger(value)) return undefined
    all[value - low] = (all[value - low] as number) + 1
  }
  const codeOf = new Int32Array(size)
  const counts = new Float64Array(size)
  let found = 0
  for (let at = 0; at < size; at++) {
    if (all[at] === 0) continue
    counts[found] = all[at] as number
    codeOf[at] = found++
  }
  const codes = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    codes[row] = Number.isNaN(value) ? -1 : (codeOf[value - low] as number)
  }
  return { codes, counts: counts.slice(0, found) }
}

/** Codes without those that no row has. */
function codeAgain(name: string, old: Int32Array, size: number, ordered: boolean): CodedColumn {
  const all = new Float64Array(size)
  for (const code of old) if (code >= 0) all[code] = (all[code] as number) + 1
  const fresh = new Int32Array(size)
  const counts: number[] = []
  for (let code = 0; code < size; code++)
    if ((all[code] as number) > 0) fresh[code] = counts.push(all[code] as number) - 1
  const codes = old.map((code) => (code < 0 ? -1 : (fresh[code] as number)))
  return coded(name, codes, Float64Array.from(counts), ordered)
}

function coded(name: string, codes: Int32Array, counts: Float64Array, ordered: boolean): CodedColumn {
  let present = 0
  for (let code = 0; code < counts.length; code++) present += counts[code] as number
  return { name, codes, counts, missing: codes.length - present, ordered }
}
