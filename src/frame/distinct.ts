import type { Column } from './column.ts'
import { hasMissing } from './rows.ts'

/** Number of distinct values of a column, missing ones left out. A sparse block has as many as it has features. */
export function countDistinct(column: Column): number {
  switch (column.type) {
    case 'sparse':
      return column.features.length
    case 'category': {
      const seen = new Uint8Array(column.levels.length)
      for (const code of column.values) if (code >= 0) seen[code] = 1
      return seen.reduce((sum, one) => sum + one, 0)
    }
    case 'number':
    case 'date': {
      return distinctNumbers(column.values)
    }
    default: {
      const seen = new Set<unknown>() // a missing value is one of them: null, or -1 of a boolean
      for (let row = 0; row < column.values.length; row++) seen.add(column.values[row])
      return seen.size - (hasMissing(column) ? 1 : 0)
    }
  }
}

/** Open addressing over the values' bits; NaN marks a free place. */
function distinctNumbers(values: Float64Array): number {
  let size = 4
  while (size < values.length * 2) size *= 2
  const seen = new Float64Array(size).fill(Number.NaN)
  const word = new Float64Array(1)
  const [low, high] = [new Uint32Array(word.buffer, 0, 1), new Uint32Array(word.buffer, 4, 1)]
  let count = 0
  for (const value of values) {
    if (Number.isNaN(value)) continue
    word[0] = value
    const mixed = Math.imul((low[0] as number) ^ Math.imul(high[0] as number, 0x9e3779b1), 0x85ebca6b)
    let at = (mixed ^ (mixed >>> 15)) & (size - 1)
    while (seen[at] !== value && !Number.isNaN(seen[at])) at = (at + 1) & (size - 1)
    if (seen[at] === value) continue
    seen[at] = value
    count++
  }
  return count
}
