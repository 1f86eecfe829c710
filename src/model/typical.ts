import { type Column, isMissing } from '../frame/index.ts'

/** A value that stands for a column. */
export type Typical = number | string | boolean | null

/**
 * What most rows have, or the one in the middle: the lower median of numbers and dates, the most frequent level (the first of
 * several), no text. Null where no value is there.
 */
export function typicalValue(column: Column): Typical {
  switch (column.type) {
    case 'number':
    case 'date': {
      const present = column.values.filter((_, row) => !isMissing(column, row))
      return present.length === 0 ? null : select(present, (present.length - 1) >> 1) + 0
    }
    case 'boolean': {
      const [no, yes] = counts(column.values, 2)
      return no === 0 && yes === 0 ? null : (yes as number) > (no as number)
    }
    case 'category': {
      const rows = counts(column.values, column.levels.length)
      const most = rows.reduce((best, count, code) => (count > (rows[best] as number) ? code : best), 0)
      return (rows[most] ?? 0) === 0 ? null : (column.levels[most] as string)
    }
    case 'text':
      return ''
    case 'sparse':
      throw new TypeError('a raw column is never sparse')
  }
}

function counts(codes: ArrayLike<number>, levels: number): Uint32Array {
  const rows = new Uint32Array(levels)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code >= 0) rows[code] = (rows[code] as number) + 1
  }
  return rows
}

/** The value that would stand at `place` if the values were sorted (Hoare, "Algorithm 65: Find", 1961). Moves them about. */
function select(values: Float64Array, place: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number
    let left = low
    let right = high
    while (left <= right) {
      while ((values[left] as number) < pivot) left++
      while ((values[right] as number) > pivot) right--
      if (left > right) break
      const held = values[left] as number
      values[left++] = values[right] as number
      values[right--] = held
    }
    if (place <= right) high = right
    else if (place >= left) low = left
    else break
  }
  return values[place] as number
}
