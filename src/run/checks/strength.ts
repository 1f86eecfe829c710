import { type CodedColumn, middleRanks } from './coded-column.ts'
import type { Outcome } from './outcome.ts'

type Classes = Extract<Outcome, { type: 'classes' }>
type Values = Extract<Outcome, { type: 'values' }>

/** How well a column alone tells the target. */
export interface Strength {
  readonly measure: 'auc' | 'spearman' | 'r2'
  /** 0 … 1; of several classes the mean of each against the rest. */
  readonly value: number
  /** Is it more than a column of no worth gives by chance on as few rows? */
  readonly certain: boolean
  /** Of several classes, the one that it tells best from the rest. */
  readonly best?: { readonly class: string; readonly value: number; readonly certain: boolean }
}

/** Standard errors that a measure must stand above chance by: about one in 300,000 columns of no worth does. */
const sigmas = 4.5
const fewestRows = 20
/** Bins of equal size that an ordered column is cut into, to see what is no rise and no fall. */
const mostBins = 32
export const foldCount = 5

/**
 * The strength of a column on the rows where it has a value: by its order, where it has one, and by the outcomes that its
 * values (or bins of it) had in the other folds. Rates out of fold keep a column of many values from telling each row by
 * the row itself.
 *
 * @param folds fold of each row, 0 … 4
 */
export function strengthOf(column: CodedColumn, outcome: Outcome, folds: Uint8Array): Strength | undefined {
  const present = column.codes.length - column.missing
  if (column.counts.length < 2 || present < fewestRows) return undefined
  if (!column.ordered && column.counts.length > present / 2) return undefined // most values stand alone: nothing to learn by
  return outcome.type === 'classes' ? classStrength(column, outcome, folds) : valueStrength(column, outcome, folds)
}

function classStrength(column: CodedColumn, outcome: Classes, folds: Uint8Array): Strength | undefined {
  const ordered = column.ordered ? tableOf(column.codes, column.counts.length, outcome) : undefined
  const grouped = groupCodes(column)
  const byFold = tableOf(grouped.codes, grouped.size, outcome, folds)
  const areas = outcome.asked.flatMap((code, place) => {
    const found = [
      ordered && eitherWay(orderedArea(ordered, outcome.asked.length, place)),
      outOfFoldArea(byFold, grouped.size, outcome.asked.length, place),
    ].filter((area) => area !== undefined)
    return found.length === 0 ? [] : [{ code, ...found.reduce((best, one) => (one.value > best.value ? one : best)) }]
  })
  const [first] = areas
  if (first === undefined) return undefined
  const value = areas.reduce((sum, area) => sum + area.value, 0) / areas.length
  const certain = areas.every((area) => area.sigmas > sigmas)
  if (outcome.names.length === 2) return { measure: 'auc', value, certain }
  const best = areas.reduce((most, area) => (area.value > most.value ? area : most), first)
  const name = outcome.names[best.code] as string
  return { measure: 'auc', value, certain, best: { class: name, value: best.value, certain: best.sigmas > sigmas } }
}

/** Rows by code and asked class, then in all: `[code * (asked + 1) + place]`; with folds one such table a fold, in a row. */
function tableOf(codes: Int32Array, size: number, { y, names, asked }: Classes, folds?: Uint8Array): Float64Array {
  const places = new Int32Array(names.length).fill(-1)
  for (const [place, code] of asked.entries()) places[code] = place
  const width = asked.length + 1
  const table = new Float64Array(size * width * (folds === undefined ? 1 : foldCount))
  for (let row = 0; row < codes.length; row++) {
    if ((codes[row] as number) < 0) continue
    const code = folds === undefined ? (codes[row] as number) : (folds[row] as number) * size + (codes[row] as number)
    const place = places[y[row] as number] as number
    if (place >= 0) add(table, code * width + place)
    add(table, code * width + asked.length)
  }
  return table
}

interface Area {
  readonly value: number
  /** Standard errors above what chance gives (Mann and Whitney's). */
  readonly sigmas: number
}

/** Area under the ROC curve of a class against the rest, with codes in rising order; ties count half. */
function orderedArea(table: Float64Array, asked: number, place: number): Area | undefined {
  const width = asked + 1
  let others = 0
  let members = 0
  let pairs = 0
  for (let at = 0; at < table.length; at += width) {
    const own = table[at + place] as number
    const rest = (table[at + asked] as number) - own
    pairs += own * (others + rest / 2)
    others += rest
    members += own
  }
  return areaOf(pairs, members, others)
}

function areaOf(pairs: number, members: number, others: number): Area | undefined {
  if (members === 0 || others === 0) return undefined
  const value = pairs / (members * others)
  return { value, sigmas: (value - 0.5) / Math.sqrt((members + others + 1) / (12 * members * others)) }
}

function eitherWay(area: Area | undefined): Area | undefined {
  return area === undefined || area.value >= 0.5 ? area : { value: 1 - area.value, sigmas: -area.sigmas }
}

/** Codes of the values themselves where they are few or have no order, else of bins of equal size. */
function groupCodes({ codes, counts, ordered, missing }: CodedColumn): { codes: Int32Array; size: number } {
  if (!ordered || counts.length <= mostBins) return { codes, size: counts.length }
  const present = codes.length - missing
  const bins = Math.max(2, Math.min(mostBins, Math.floor(present / fewestRows)))
  const ranks = middleRanks(counts)
  const binned = new Int32Array(codes.length)
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    binned[row] = code < 0 ? -1 : Math.min(bins - 1, Math.floor((((ranks[code] as number) - 0.5) * bins) / present))
  }
  return { codes: binned, size: bins }
}

/** The area of rates out of fold: a row's score is the rate of the class among the rows of its value in the other folds. */
function outOfFoldArea(byFold: Float64Array, size: number, asked: number, place: number): Area | undefined {
  const width = asked + 1
  const all = new Float64Array(size * width)
  for (let at = 0; at < byFold.length; at++) {
    const whole = at % all.length
    all[whole] = (all[whole] as number) + (byFold[at] as number)
  }
  const scored: { score: number; own: number; rest: number }[] = []
  for (let fold = 0; fold < foldCount; fold++) {
    const table = byFold.subarray(fold * all.length, (fold + 1) * all.length)
    let members = 0
    let rows = 0
    for (let at = 0; at < all.length; at += width) {
      members += (all[at + place] as number) - (table[at + place] as number)
      rows += (all[at + asked] as number) - (table[at + asked] as number)
    }
    const rate = rows === 0 ? 0 : members / rows
    for (let at = 0; at < all.length; at += width) {
      const own = table[at + place] as number
      const here = table[at + asked] as number
      if (here === 0) continue
      const known = (all[at + place] as number) - own
      const total = (all[at + asked] as number) - here
      scored.push({ score: (known + rate) / (total + 1), own, rest: here - own })
    }
  }
  scored.sort((a, b) => a.score - b.score)
  let [pairs, members, others] = [0, 0, 0]
  for (let i = 0; i < scored.length; ) {
    const { score } = scored[i] as (typeof scored)[number]
    let [own, rest] = [0, 0]
    for (; i < scored.length && scored[i]?.score === score; i++) {
      own += scored[i]?.own ?? 0
      rest += scored[i]?.rest ?? 0
    }
    pairs += own * (others + rest / 2)
    others += rest
    members += own
  }
  return areaOf(pairs, members, others)
}

function valueStrength(column: CodedColumn, outcome: Values, folds: Uint8Array): Strength | undefined {
  const found: Strength[] = []
  const present = column.codes.length - column.missing
  const certain = (correlation: number): boolean => correlation * correlation * (present - 1) > 12
  if (column.ordered) {
    const ranks = middleRanks(column.counts)
    const x = Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : (ranks[code] as number)))
    const rank = Math.abs(correlationOf(x, outcome.ranks))
    found.push({ measure: 'spearman', value: rank, certain: certain(rank) })
  }
  if (column.values !== undefined) {
    const linear = correlationOf(column.values, outcome.y)
    found.push({ measure: 'r2', value: linear * linear, certain: certain(linear) })
  }
  const share = explainedShare(groupCodes(column), outcome.y, folds)
  found.push({ measure: 'r2', value: share, certain: share * (present - 1) > 12 })
  return found.reduce((best, one) => (one.value > best.value ? one : best))
}

/** Pearson's correlation over the rows where x is not NaN; 0 where one of them does not vary. */
export function correlationOf(x: Float64Array, y: Float64Array): number {
  let [n, xMean, yMean] = [0, 0, 0]
  for (let row = 0; row < x.length; row++) {
    if (Number.isNaN(x[row])) continue
    n++
    xMean += x[row] as number
    yMean += y[row] as number
  }
  xMean /= n
  yMean /= n
  let [xx, yy, xy] = [0, 0, 0]
  for (let row = 0; row < x.length; row++) {
    if (Number.isNaN(x[row])) continue
    const [a, b] = [(x[row] as number) - xMean, (y[row] as number) - yMean]
    xx += a * a
    yy += b * b
    xy += a * b
  }
  const scale = Math.sqrt(xx) * Math.sqrt(yy)
  return scale > 0 && Number.isFinite(scale) ? Math.max(-1, Math.min(1, xy / scale)) : 0
}

/** Share of the target's variance that means out of fold explain; 0 where they explain none. */
function explainedShare(
  { codes, size }: { codes: Int32Array; size: number },
  y: Float64Array,
  folds: Uint8Array,
): number {
  const sums = new Float64Array(size * foldCount)
  const counts = new Float64Array(size * foldCount)
  const [foldSums, foldRows] = [new Float64Array(foldCount), new Float64Array(foldCount)]
  let [sum, n] = [0, 0]
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code < 0) continue
    const [fold, value] = [folds[row] as number, y[row] as number]
    sums[code * foldCount + fold] = (sums[code * foldCount + fold] as number) + value
    add(counts, code * foldCount + fold)
    foldSums[fold] = (foldSums[fold] as number) + value
    add(foldRows, fold)
    sum += value
    n++
  }
  const mean = sum / n
  const guesses = new Float64Array(size * foldCount)
  for (let code = 0; code < size; code++) {
    let [all, rows] = [0, 0]
    for (let fold = 0; fold < foldCount; fold++) {
      all += sums[code * foldCount + fold] as number
      rows += counts[code * foldCount + fold] as number
    }
    for (let fold = 0; fold < foldCount; fold++) {
      const at = code * foldCount + fold
      const others = n - (foldRows[fold] as number)
      const prior = others === 0 ? mean : (sum - (foldSums[fold] as number)) / others
      guesses[at] = (all - (sums[at] as number) + prior) / (rows - (counts[at] as number) + 1)
    }
  }
  let [left, total] = [0, 0]
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number
    if (code < 0) continue
    const value = y[row] as number
    const off = value - (guesses[code * foldCount + (folds[row] as number)] as number)
    left += off * off
    total += (value - mean) * (value - mean)
  }
  return total > 0 ? Math.max(0, 1 - left / total) : 0
}

function add(into: Float64Array, at: number): void {
  into[at] = (into[at] as number) + 1
}
