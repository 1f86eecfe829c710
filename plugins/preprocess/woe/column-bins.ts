import type { BooleanColumn, CategoryColumn, NumberColumn } from 'daybook/frame'
import { MISSING } from 'daybook/frame'
import type { Counts, Evidence, Weighing } from './evidence.ts'
import { binOf, fineCuts, textsOfCuts } from './fine-bins.ts'
import { type Direction, mergeBins } from './merge.ts'

/** Columns that can be binned. */
export type BinnedColumn = NumberColumn | CategoryColumn | BooleanColumn

export interface BinRules {
  readonly bins: number
  readonly minShare: number
  readonly fineBins: number
  readonly direction: Direction | 'auto'
}

/** A bin that was seen in training. */
export interface Bin extends Counts, Evidence {
  readonly text: string
}

/** The bins of a column. */
export interface ColumnBins {
  /** Numbers: bin i holds cuts[i - 1] <= x < cuts[i]. Empty for categories. */
  readonly cuts: Float64Array
  /** Categories and booleans: the bin of each code, -1 where no training row has it. Empty for numbers. */
  readonly codes: Int32Array
  readonly bins: readonly Bin[]
  /** What the rate of events does along the bins of numbers. */
  readonly direction: Direction
  readonly missing: Counts & Evidence
}

/** Rows that count: the event is class 1. */
export interface WeighedRows {
  readonly y: ArrayLike<number>
  readonly weight: Float32Array | undefined
}

/** Events and other rows by weight, of rows that `take` lets through, in row order. */
export function countRows(rows: WeighedRows, bins: number, binAt: (row: number) => number): Counts[] {
  const events = new Float64Array(bins)
  const others = new Float64Array(bins)
  for (let row = 0; row < rows.y.length; row++) {
    const bin = binAt(row)
    if (bin < 0) continue
    const into = rows.y[row] === 1 ? events : others
    into[bin] = (into[bin] as number) + (rows.weight?.[row] ?? 1)
  }
  return Array.from(events, (count, bin) => ({ events: count, others: others[bin] as number }))
}

/** Bins a column by what its values say about the event. */
export function binColumn(column: BinnedColumn, rows: WeighedRows, weighing: Weighing, rules: BinRules): ColumnBins {
  return column.type === 'number' ? binNumbers(column, rows, weighing, rules) : binCodes(column, rows, weighing, rules)
}

function binNumbers(column: NumberColumn, rows: WeighedRows, weighing: Weighing, rules: BinRules): ColumnBins {
  const { values } = column
  const counted = (row: number): boolean => !Number.isNaN(values[row]) && (rows.weight?.[row] ?? 1) > 0
  const sorted = values.filter((_, row) => counted(row)).sort()
  const missing = missingOf(rows, weighing, (row) => Number.isNaN(values[row]))
  if (sorted.length === 0)
    return { cuts: new Float64Array(), codes: new Int32Array(), bins: [], direction: 'none', missing }
  const fine = fineCuts(sorted, rules.fineBins)
  const counts = countRows(rows, fine.length + 1, (row) => (counted(row) ? binOf(fine, values[row] as number) : -1))
  const least = rules.minShare * (weighing.total.events + weighing.total.others)
  const merged = (direction: Direction) => ({
    direction,
    ...mergeBins(counts, weighing, { bins: rules.bins, least, direction }),
  })
  const [first, second] = (rules.direction === 'auto' ? autoDirections : [rules.direction]).map(merged)
  const best = second !== undefined && first !== undefined && second.information > first.information ? second : first
  const { starts, direction } = best as NonNullable<typeof best>
  const cuts = Float64Array.from(starts.slice(1), (start) => fine[start - 1] as number)
  const texts = textsOfCuts(cuts)
  const bins = starts.map((start, i): Bin => {
    const sum = sumOf(counts.slice(start, starts[i + 1]))
    return { text: texts[i] as string, ...sum, ...weighing.of(sum) }
  })
  return { cuts, codes: new Int32Array(), bins, direction: bins.length > 1 ? direction : 'none', missing }
}

const autoDirections = ['increasing', 'decreasing'] as const

/** Levels of the same bin while they are put together. */
interface Levels extends Counts {
  readonly codes: readonly number[]
}

function binCodes(
  column: CategoryColumn | BooleanColumn,
  rows: WeighedRows,
  weighing: Weighing,
  { bins: most, minShare, fineBins }: BinRules,
): ColumnBins {
  const { values } = column
  const levels = column.type === 'category' ? column.levels : ['false', 'true']
  const counts = countRows(rows, levels.length, (row) => values[row] as number)
  const least = minShare * (weighing.total.events + weighing.total.others)
  const seen = [...counts.keys()].filter((code) => weightOf(counts[code] as Counts) > 0)
  const isRare = (code: number): boolean => weightOf(counts[code] as Counts) < least
  const frequent = seen.filter((code) => !isRare(code))
  const rare = seen.filter(isRare)
  const groups = [...frequent.map((code) => [code]), ...(rare.length > 0 ? [rare] : [])]
  const byRisk = groups
    .map((codes): Levels => ({ codes, ...sumOf(codes.map((code) => counts[code] as Counts)) }))
    .map((group) => ({ group, woe: weighing.of(group).woe }))
    .sort((a, b) => b.woe - a.woe || (a.group.codes[0] as number) - (b.group.codes[0] as number))
    .map(({ group }) => group)
  const fine = byRisk.length > fineBins ? joinNeighbours(byRisk, fineBins) : byRisk
  const { starts } =
    fine.length > most
      ? mergeBins(fine, weighing, { bins: most, least: 0, direction: 'none' })
      : { starts: [...fine.keys()] }
  const codes = new Int32Array(levels.length).fill(-1)
  const bins = starts.map((start, bin): Bin => {
    const merged = fine.slice(start, starts[bin + 1])
    const members = merged.flatMap((group) => group.codes).sort((a, b) => a - b)
    for (const code of members) codes[code] = bin
    const sum = sumOf(merged)
    return { text: textOfLevels(members.map((code) => levels[code] as string)), ...sum, ...weighing.of(sum) }
  })
  const missing = missingOf(rows, weighing, (row) => values[row] === MISSING)
  return { cuts: new Float64Array(), codes, bins, direction: 'none', missing }
}

/** Levels of neighbouring risk put together, so that about `count` of equal weight are left. */
function joinNeighbours(levels: readonly Levels[], count: number): Levels[] {
  const step = levels.reduce((sum, one) => sum + weightOf(one), 0) / count
  const joined: Levels[] = []
  let waiting: Levels[] = []
  for (const [i, one] of levels.entries()) {
    waiting.push(one)
    const sum = sumOf(waiting)
    if (weightOf(sum) < step && i < levels.length - 1) continue
    joined.push({ codes: waiting.flatMap(({ codes }) => codes), ...sum })
    waiting = []
  }
  return joined
}

/** Most levels that a bin is named by. */
const NAMED = 8

function textOfLevels(levels: readonly string[]): string {
  if (levels.length <= NAMED) return levels.join(', ')
  return `${levels.slice(0, NAMED - 1).join(', ')} and ${levels.length - NAMED + 1} more`
}

function missingOf(rows: WeighedRows, weighing: Weighing, isMissing: (row: number) => boolean): Counts & Evidence {
  const [counts] = countRows(rows, 1, (row) => (isMissing(row) ? 0 : -1)) as [Counts]
  return { ...counts, ...weighing.of(counts) }
}

function weightOf({ events, others }: Counts): number {
  return events + others
}

function sumOf(counts: readonly Counts[]): Counts {
  let events = 0
  let others = 0
  for (const one of counts) {
    events += one.events
    others += one.others
  }
  return { events, others }
}
