import { type Column, UNSEEN } from '../../frame/index.ts'
import { roundedCuts } from './cuts.ts'

/** Most bins of values: tenths of numbers, levels with a bin of their own. */
const BINS = 10
/** Levels of fewer training rows have no bin of their own. */
const FEW = 5

/**
 * What the rows of one quantity are counted by. Numbers and dates: bins between `cuts`, then missing. Levels: a bin each, one for
 * all others (unseen ones too), then missing. Text: present or missing.
 */
export interface Bins {
  readonly name: string
  readonly type: 'number' | 'date' | 'level' | 'text'
  /** Ascending; bin i holds values below cut i and at or above the one before. */
  readonly cuts: readonly number[]
  readonly levels: readonly string[]
}

/** Bins of the training rows. Levels of fewer than `few` rows are joined with the others. */
export function binsOf(column: Column, few: number = FEW): Bins {
  const { name } = column
  switch (column.type) {
    case 'number':
    case 'date':
      return { name, type: column.type, cuts: roundedCuts(column.values, BINS, column.type === 'date'), levels: [] }
    case 'boolean':
      return { name, type: 'level', cuts: [], levels: frequent(column.values, ['false', 'true'], few) }
    case 'category':
      return { name, type: 'level', cuts: [], levels: frequent(column.values, column.levels, few) }
    default:
      return { name, type: 'text', cuts: [], levels: [] }
  }
}

/** The most frequent levels, by falling frequency. */
function frequent(codes: Int32Array | Int8Array, levels: readonly string[], few: number): string[] {
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1
  const ranked = Array.from(levels, (_, code) => code)
    .filter((code) => (counts[code] as number) >= few)
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
  return (ranked.length <= BINS + 1 ? ranked : ranked.slice(0, BINS)).map((code) => levels[code] as string)
}

/** Number of bins; the last is that of missing values, and in front of it stands that of other levels. */
export function binCount({ type, cuts, levels }: Bins): number {
  return (type === 'level' ? levels.length + 1 : cuts.length + 1) + 1
}

/** Names of the bins. */
export function binLabels({ type, cuts, levels }: Bins): string[] {
  if (type === 'level') return [...levels, '(other)', '(missing)']
  const show = type === 'date' ? day : plain
  const values = cuts.map((cut, i) => (i === 0 ? `< ${show(cut)}` : `${show(cuts[i - 1] as number)} – ${show(cut)}`))
  return [...values, cuts.length === 0 ? 'any' : `≥ ${show(cuts.at(-1) as number)}`, 'missing']
}

const plain = (value: number): string => String(Number(value.toPrecision(4)))
const day = (value: number): string => new Date(value).toISOString().slice(0, 10)

/** Finds the bins of rows: from 0, {@link binCount} for a level that training did not see. */
export class Binner {
  readonly bins: Bins
  readonly #missing: number
  readonly #binOfLevel: ReadonlyMap<string, number>
  #levels: readonly string[] | undefined
  #binOfCode: readonly number[] = []

  constructor(bins: Bins) {
    this.bins = bins
    this.#missing = binCount(bins) - 1
    this.#binOfLevel = new Map(bins.levels.map((level, bin) => [level, bin]))
  }

  /** The bin of every row of a column, handed to `take` in order. */
  each(column: Column, take: (bin: number, row: number) => void): void {
    switch (column.type) {
      case 'number':
      case 'date':
        for (let row = 0; row < column.values.length; row++) take(this.#ofNumber(column.values[row] as number), row)
        break
      case 'boolean':
        this.#eachCode(column.values, booleans, take)
        break
      case 'category':
        this.#eachCode(column.values, column.levels, take)
        break
      case 'text':
        for (let row = 0; row < column.values.length; row++) take(column.values[row] === null ? this.#missing : 0, row)
        break
      case 'sparse':
        throw new TypeError('a raw column is never sparse')
    }
  }

  #ofNumber(value: number): number {
    if (Number.isNaN(value)) return this.#missing
    const { cuts } = this.bins
    let bin = 0
    while (bin < cuts.length && value >= (cuts[bin] as number)) bin++
    return bin
  }

  #eachCode(codes: Int32Array | Int8Array, levels: readonly string[], take: (bin: number, row: number) => void): void {
    if (levels !== this.#levels) {
      this.#levels = levels
      this.#binOfCode = levels.map((level) => this.#binOfLevel.get(level) ?? this.#missing - 1)
    }
    for (let row = 0; row < codes.length; row++) {
      const code = codes[row] as number
      const bin = code >= 0 ? (this.#binOfCode[code] as number) : code === UNSEEN ? this.#missing + 1 : this.#missing
      take(bin, row)
    }
  }
}

const booleans = ['false', 'true']

/** Rows by bin; behind the bins those of unseen levels. */
export function countBins(binner: Binner, column: Column, into?: Float64Array): Float64Array {
  const counts = into ?? new Float64Array(binCount(binner.bins) + 1)
  binner.each(column, (bin) => {
    counts[bin] = (counts[bin] as number) + 1
  })
  return counts
}

/** Shares of the bins; unseen levels belong to the others. */
export function binShares(counts: Float64Array): number[] {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const unseen = counts.at(-1) as number
  const other = counts.length - 3
  return Array.from(counts.subarray(0, -1), (count, bin) =>
    rows === 0 ? 0 : (count + (bin === other ? unseen : 0)) / rows,
  )
}
