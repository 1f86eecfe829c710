import type { Json, JsonObject } from '../../base/json.ts'
import type { Bounds, Difference, PredictionComparison, PredictionDiff, RunRecord } from '../../index.ts'
import { formatMetric } from '../output.ts'

/** Two runs and what differs between them. */
export interface RunDiff {
  readonly a: RunRecord
  readonly b: RunRecord
  readonly differences: readonly Difference[]
  readonly predictions: PredictionComparison | undefined
}

/** Groups of one value a line, in the order that they are read in. Cells and metrics are set by forms of their own. */
export const plainGroups = ['outcome', 'data', 'page', 'code', 'environment'] as const

/** What comes after the metrics. */
export const lateGroups = ['gates', 'model', 'warnings'] as const

/** Most lines that a group takes: a table of a thousand columns can change in all of them. */
export const mostLines = 40

/** What is said of the lines that a list does not show. */
export function moreText(count: number): string {
  return `and ${count} more: \`--json\` lists them`
}

/** Longest value that is printed. */
const longest = 60

/** A value for people: digests short, a cell or a column by what it is. */
export function valueText(value: Json): string {
  if (value === null) return 'none'
  const text = typeof value === 'string' ? shortDigest(value) : (labelOf(value) ?? JSON.stringify(value))
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

function shortDigest(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text
}

function labelOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { use, type, file, digest } = value as JsonObject
  if (typeof file === 'string' && typeof digest === 'string') return `${file} ${shortDigest(digest)}`
  return typeof use === 'string' ? use : typeof type === 'string' ? type : undefined
}

/** What is said of a difference that is more than the intervals give. */
export const beyond = 'beyond them'

/** Head and rows of the metrics that differ: both values, the change, what the intervals say. */
export function metricRows(differences: readonly Difference[]): string[][] {
  const metrics = differences.filter(({ group }) => group === 'metrics')
  if (metrics.length === 0) return []
  const rows = metrics.map(({ what, a, b, intervals, within }) => [
    what,
    numberText(a),
    numberText(b),
    typeof a === 'number' && typeof b === 'number' ? `${b > a ? '+' : ''}${formatMetric(b - a)}` : '',
    intervals === undefined ? '' : `${boundsText(intervals.a)} -> ${boundsText(intervals.b)}`,
    within === undefined ? '' : within ? 'within both' : beyond,
  ])
  return [['metric', 'before', 'after', 'change', '95% intervals', ''], ...rows]
}

function numberText(value: Json): string {
  return typeof value === 'number' ? formatMetric(value) : 'none'
}

function boundsText(bounds: Bounds | null): string {
  return bounds === null ? 'none' : `${formatMetric(bounds.low)} to ${formatMetric(bounds.high)}`
}

/** Which cells differ, in their order, and how many are equal. */
export function cellsSentence({ a, b, differences }: RunDiff): string | undefined {
  const differ = differences.filter(({ group }) => group === 'cells').map(({ what }) => what)
  if (differ.length === 0) return undefined
  const all = new Set([a, b].flatMap(({ result, deploy = [] }) => [...result.cells, ...deploy].map(({ id }) => id)))
  const equal = all.size - differ.length
  return `${joinFolds(differ).join(', ')}${equal === 0 ? '' : ` (${equal} ${equal === 1 ? 'is' : 'are'} equal)`}`
}

/** `fold-1 to fold-5` for folds that follow one another. */
function joinFolds(cells: readonly string[]): string[] {
  const folds = cells.filter((cell) => /^fold-\d+$/.test(cell))
  if (folds.length < 3) return [...cells]
  const [first, last] = [folds[0] as string, folds.at(-1) as string]
  const span = Number(last.slice(5)) - Number(first.slice(5)) + 1
  if (span !== folds.length) return [...cells]
  return cells.flatMap((cell) => (cell === first ? [`${first} to ${last}`] : folds.includes(cell) ? [] : [cell]))
}

/** What is to be said of the predictions as a whole, a sentence each. */
export function predictionSentences(diff: PredictionDiff): string[] {
  const { rows, flips, moved, trainedBefore, notes } = diff
  const test = `the ${rows} test ${rows === 1 ? 'row' : 'rows'} of the second run`
  const sentences: string[] = []
  if (flips !== null) {
    const share = flips.rows === 0 ? '' : ` (${shareText(flips.rows, rows)})`
    sentences.push(`${flips.rows === 0 ? 'None' : flips.rows} of ${test}${share} get another label.`)
    if (flips.truth !== null && flips.rows > 0) {
      const { becameRight, becameWrong } = flips.truth
      sentences.push(`Of those ${becameRight} become right and ${becameWrong} become wrong.`)
    }
  }
  if (moved !== null) {
    const where = flips === null ? ` over ${test}` : ''
    const name = `${moved.of[0]?.toUpperCase()}${moved.of.slice(1)}`
    sentences.push(
      `${name} moves by ${formatMetric(moved.mean)} on average, ${formatMetric(moved.max)} at most${where}.`,
    )
  }
  if (trainedBefore !== null && trainedBefore > 0)
    sentences.push(`${trainedBefore} of the rows trained the first run's model, which so knows their answers.`)
  return [...sentences, ...notes]
}

/** Head and rows of labels that went over into others. */
export function flipRows({ flips }: PredictionDiff): string[][] {
  if (flips === null || flips.rows === 0) return []
  return [['from', 'to', 'rows'], ...flips.between.map(({ from, to, rows }) => [from, to, String(rows)])]
}

/** Head and rows of the slices whose predictions differ. */
export function sliceRows({ slices, flips }: PredictionDiff, limit: number): string[][] {
  if (slices.length === 0) return []
  const shown = slices.slice(0, limit)
  if (flips === null) {
    const rows = shown.map(({ column, value, rows, mean = 0, max = 0 }) => [
      column,
      value,
      String(rows),
      formatMetric(mean),
      formatMetric(max),
    ])
    return [['column', 'value', 'rows', 'mean move', 'largest'], ...rows]
  }
  const rows = shown.map(({ column, value, rows, flips = 0 }) => [
    column,
    value,
    String(rows),
    String(flips),
    shareText(flips, rows),
  ])
  return [['column', 'value', 'rows', 'flips', 'share'], ...rows]
}

function shareText(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(1)} %`
}
