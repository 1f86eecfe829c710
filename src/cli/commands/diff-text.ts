import { alignColumns, printable, type Terminal } from '../output.ts'
import {
  beyond,
  cellsSentence,
  flipRows,
  lateGroups,
  metricRows,
  moreText,
  mostLines,
  plainGroups,
  predictionSentences,
  type RunDiff,
  sliceRows,
  valueText,
} from './diff-rows.ts'

/** Most slices that a terminal shows. */
const mostSlices = 12

/** What differs between two runs, for a terminal. */
export function diffText(found: RunDiff, terminal: Pick<Terminal, 'paint'>): string[] {
  const { a, b } = found
  const lines = [`${a.pipeline} ${a.id} -> ${b.pipeline === a.pipeline ? '' : `${b.pipeline} `}${b.id}`]
  if (a.digest === b.digest) lines.push('Their results are equal, bit for bit.')
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', terminal.paint('bold', title), ...body.map((line) => `  ${line}`.trimEnd()))
  }
  const plain = (group: string): void => section(group, plainLines(found, group))
  for (const group of plainGroups) plain(group)
  const cells = cellsSentence(found)
  section('cells', cells === undefined ? [] : [cells])
  const metrics = metricRows(found.differences).map((row) => row.map(printable))
  const marked = metrics.map((row) => row.map((text) => (text === beyond ? terminal.paint('yellow', text) : text)))
  section('metrics', alignColumns(marked, new Set([1, 2, 3])))
  for (const group of lateGroups) plain(group)
  section('predictions', predictionLines(found))
  return lines
}

function plainLines({ differences }: RunDiff, group: string): string[] {
  const found = differences.filter((difference) => difference.group === group)
  const rows = found
    .slice(0, mostLines)
    .map(({ what, a, b }) => [what, valueText(a), '->', valueText(b)].map(printable))
  return [...alignColumns(rows), ...(found.length > mostLines ? [moreText(found.length - mostLines)] : [])]
}

function predictionLines({ predictions }: RunDiff): string[] {
  if (predictions === undefined) return []
  if (!predictions.compared) return [`Not compared: ${printable(predictions.reason)}.`]
  const { diff } = predictions
  const slices = sliceRows(diff, mostSlices)
  const more = diff.slices.length - mostSlices
  return [
    ...predictionSentences(diff).map(printable),
    ...spaced(
      alignColumns(
        flipRows(diff).map((row) => row.map(printable)),
        new Set([2]),
      ),
    ),
    ...spaced(
      alignColumns(
        slices.map((row) => row.map(printable)),
        new Set([2, 3, 4]),
      ),
    ),
    ...(more > 0 ? [moreText(more)] : []),
  ]
}

function spaced(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}
