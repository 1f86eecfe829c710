import { stringify } from 'yaml'
import type { JsonObject } from '../../base/json.ts'
import { formatMetric, formatNumber } from '../numbers.ts'
import type { RunView } from '../view.ts'

/**
 * The model card of a run, as Markdown. Every figure is read from the record; what the page does not say is named as missing,
 * so that nobody takes silence for an answer. After M. Mitchell et al., "Model cards for model reporting" (FAT* 2019).
 */
export function modelCard({ record, cells, page: text }: RunView): string {
  const { result, observed } = record
  const page = result.page
  const target = ((page.data ?? {}) as JsonObject).target as JsonObject | undefined
  const said = (key: string): string => prose(text.text([key])) ?? '*The page does not say.*'
  const warnings = cells.flatMap(({ id, shown }) => shown.warnings.map((warning) => ({ id, ...warning })))
  const blocks = [
    `# ${line(record.pipeline)}`,
    result.model === null ? `**This run made no model: it ended as ${record.status}.**` : undefined,
    table([
      ['Run', record.id],
      ['Run digest', code(record.digest)],
      ['Model digest', result.model === null ? '—' : code(result.model.digest)],
      ['Algorithm', result.model === null ? '—' : `${result.model.algorithm}, ${result.model.task}`],
      ['Features', result.model === null ? '—' : formatNumber(result.model.features)],
      ['Status', record.status],
      ['Finished', observed.finishedAt],
      ['Daybook', observed.tool],
    ]),
    '## Purpose',
    said('purpose'),
    '## Owner and review',
    `Owner: ${said('owner')}`,
    `Review by: ${said('reviewBy')}`,
    '## Limitations',
    said('limitations'),
    '## Data',
    table(
      result.inputs.map(({ cell, rows, columns, digest }) => [
        cell,
        formatNumber(rows),
        formatNumber(columns),
        code(digest),
      ]),
      ['Source', 'Rows', 'Columns', 'SHA-256'],
    ),
    target === undefined
      ? 'Learned without a target.'
      : result.model?.task === 'anomaly'
        ? `Learned without a target. ${code(String(target.column))} says which rows are known anomalies, to the evaluation alone.`
        : `Target: ${code(String(target.column))}${target.positive === undefined ? '' : `, positive class ${code(String(target.positive))}`}.`,
    table(
      Object.entries(result.split.rows).map(([part, rows]) => [part, formatNumber(rows)]),
      ['Part', 'Rows'],
    ),
    '## How it was trained',
    fence(stringify(training(page), { lineWidth: 100 }).trimEnd()),
    '## Performance',
    metrics(record),
    gates(record),
    '## Warnings',
    warnings.length === 0
      ? 'None were given.'
      : warnings
          .map(({ id, code: name, message }) => `- ${code(name)} in cell ${code(id)}: ${line(message)}`)
          .join('\n'),
    '## How to check this card',
    `Every figure is read from run ${record.id}. \`daybook verify ${record.id}\` replays it and compares every cell.`,
  ]
  return `${blocks.filter((block) => block !== undefined && block !== '').join('\n\n')}\n`
}

function training(page: JsonObject): JsonObject {
  const { preprocess, algorithm, optimizer, compress, seed } = page
  const parts = { seed, preprocess, algorithm, optimizer, compress }
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  ) as JsonObject
}

function metrics({ result }: RunView['record']): string {
  if (result.metrics === null) return 'The run did not come to its evaluation.'
  const { train, test, validation, folds, intervals } = result.metrics
  const rows = Object.keys(test).map((metric) => {
    const interval = intervals?.[metric]
    const fold = folds?.[metric]
    return [
      metric,
      formatMetric(train[metric]),
      ...(validation === undefined ? [] : [formatMetric(validation[metric])]),
      formatMetric(test[metric]),
      interval === undefined ? '—' : `${formatMetric(interval.low)} – ${formatMetric(interval.high)}`,
      fold === undefined ? '—' : `${formatMetric(fold.mean)} ± ${formatMetric(fold.sd)}`,
    ]
  })
  const head = [
    'Metric',
    'Training',
    ...(validation === undefined ? [] : ['Validation']),
    'Test',
    '95 % interval',
    'Folds',
  ]
  return table(rows, head)
}

function gates({ result }: RunView['record']): string {
  return result.gates
    .map(({ metric, on, value, passed, atLeast, atMost }) => {
      const bounds = [
        ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
        ...(atMost === undefined ? [] : [`at most ${atMost}`]),
      ]
      return `- Gate ${passed ? 'passed' : '**failed**'}: ${metric} on ${on} is ${formatMetric(value)}, asked for ${bounds.join(' and ')}.`
    })
    .join('\n')
}

function table(rows: readonly (readonly string[])[], head: readonly string[] = ['', '']): string {
  if (rows.length === 0) return ''
  const set = (cells: readonly string[]): string => `| ${cells.map((cell) => line(cell)).join(' | ')} |`
  return [set(head), set(head.map(() => '---')), ...rows.map(set)].join('\n')
}

/** Text that cannot break out of its place: one line, nothing that Markdown would read as more than text. */
function line(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[|<]/g, (mark) => (mark === '|' ? '\\|' : '&lt;'))
    .trim()
}

/** Prose of the page: its paragraphs stay, HTML becomes text, and its headings do not mix with those of the card. */
function prose(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  return text
    .trim()
    .replaceAll('<', '&lt;')
    .replace(/^#+\s*(.*)$/gm, '**$1**')
}

function code(text: string): string {
  return `\`${line(text).replaceAll('`', "'")}\``
}

function fence(text: string): string {
  const longest = Math.max(3, ...(text.match(/`+/g) ?? []).map((run) => run.length + 1))
  const marks = '`'.repeat(longest)
  return `${marks}yaml\n${text}\n${marks}`
}
