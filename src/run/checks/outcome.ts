import { codeNumbers, middleRanks } from './coded-column.ts'

/** Most classes that are held against the rest one by one: the largest ones. */
const mostClasses = 20

/** The target on the rows that columns are measured on. */
export type Outcome =
  | {
      readonly type: 'classes'
      /** Class code of each row. */
      readonly y: Int32Array
      readonly names: readonly string[]
      /** Rows by class. */
      readonly counts: Float64Array
      /** Classes that are held against the rest: the positive one of two, the largest of several. */
      readonly asked: readonly number[]
    }
  | {
      readonly type: 'values'
      readonly y: Float64Array
      /** Middle rank of each value. */
      readonly ranks: Float64Array
      readonly distinct: number
    }

export function classOutcome(y: Int32Array, names: readonly string[]): Outcome {
  const counts = new Float64Array(names.length)
  for (const code of y) counts[code] = (counts[code] as number) + 1
  const largest = names
    .map((_, code) => code)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, mostClasses)
  return { type: 'classes', y, names, counts, asked: names.length === 2 ? [1] : largest }
}

export function valueOutcome(given: Float32Array): Outcome {
  const y = Float64Array.from(given)
  const { codes, counts } = codeNumbers(y)
  const ranks = middleRanks(counts)
  return {
    type: 'values',
    y,
    ranks: Float64Array.from(codes, (code) => ranks[code] as number),
    distinct: counts.length,
  }
}
