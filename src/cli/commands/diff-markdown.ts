import {
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

/** Most slices that a comment shows. */
const mostSlices = 20

/** What differs between two runs as Markdown for a pull request. Every name and value is set as code, so that none is markup. */
export function diffMarkdown(found: RunDiff): string[] {
  const { a, b, differences, predictions } = found
  const lines = [
    `### ${code(a.pipeline)}: ${code(a.id)} → ${b.pipeline === a.pipeline ? '' : `${code(b.pipeline)} `}${code(b.id)}`,
    '',
  ]
  if (a.digest === b.digest) lines.push('Their results are equal, bit for bit.', '')
  const section = (title: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push(`#### ${title}`, '', ...body, '')
  }
  const plain = (group: string): void => {
    const rows = differences.filter((difference) => difference.group === group)
    const head = ['what', 'before', 'after']
    const shown = rows.slice(0, mostLines).map(({ what, a, b }) => [what, valueText(a), valueText(b)])
    const more = rows.length > mostLines ? ['', `${moreText(rows.length - mostLines)}.`] : []
    section(heading(group), [...table([head, ...shown]), ...more])
  }
  for (const group of plainGroups) plain(group)
  const cells = cellsSentence(found)
  section('Cells', cells === undefined ? [] : [`Differ: ${escaped(cells)}`])
  section(
    'Metrics',
    table(
      metricRows(differences).map((row) => row.map((text) => text.replace('->', '→'))),
      1,
    ),
  )
  for (const group of lateGroups) plain(group)
  if (predictions === undefined) return lines
  if (!predictions.compared) section('Predictions', [escaped(`Not compared: ${predictions.reason}.`)])
  else {
    const { diff } = predictions
    const body = [predictionSentences(diff).map(escaped).join(' '), ...spaced(table(flipRows(diff), 2))]
    section('Predictions', [...body, ...spaced(table(sliceRows(diff, mostSlices), 2))])
  }
  return lines
}

function heading(group: string): string {
  return `${group[0]?.toUpperCase()}${group.slice(1)}`
}

/** A pipe table; a head alone makes none. The first `names` columns (default: all) are set as code, the others as text. */
function table([head = [], ...rows]: readonly (readonly string[])[], names = Number.POSITIVE_INFINITY): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const body = rows.map((row) => line(row.map((text, i) => (i < names ? code(text) : escaped(text)))))
  return [line(head), line(head.map(() => '---')), ...body]
}

function spaced(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

/** Text as code that is only ever text: in a table too, and whatever stands in it. */
function code(text: string): string {
  if (text === '') return ''
  return /^[\p{L}\p{N} !-[\]-_a-{}~]+$/u.test(text) && text.trim() === text
    ? `\`${text}\``
    : `<code>${escaped(text)}</code>`
}

/** Text whose every sign that Markdown or HTML could read as markup, a mention or a reference is an entity. */
function escaped(text: string): string {
  return [...text]
    .map((sign) => {
      const point = sign.codePointAt(0) as number
      if (/[\p{Cc}\p{Cf}\p{Cs}]/u.test(sign)) return '\ufffd'
      return /[\p{L}\p{N} .,:;/()%'+→-]/u.test(sign) ? sign : `&#${point};`
    })
    .join('')
}
