import { formatNumber, formatShare } from '../numbers.ts'
import { type Block, blocks, code, figures, type Line, type Section } from './blocks.ts'
import { columnsOf, type DocumentColumn, dataCell, targetOf } from './columns.ts'
import { controlTotals, objectAt, rowsSeen } from './recorded.ts'
import type { DocumentSource } from './source.ts'

/** Columns and classes that a card lists. */
const mostColumns = 200
const mostClasses = 20

/** The data: sources by digest, target, split with the target's share in each part, and every column. */
export function dataSection(source: DocumentSource): readonly Section[] {
  return [
    {
      id: 'data',
      title: 'Data',
      blocks: blocks(sources(source), files(source), target(source), split(source), parts(source), proof(source)),
    },
    { id: 'columns', title: 'Columns', blocks: columnBlocks(source) },
  ]
}

function sources({ record, view }: DocumentSource): Block {
  const pluginOf = (id: string): string => view.cells.find((cell) => cell.id === id)?.plugin ?? '—'
  return {
    kind: 'table',
    title: 'Sources, by content',
    columns: [{ name: 'Cell' }, { name: 'Plugin' }, figures('Rows'), figures('Columns'), { name: 'SHA-256' }],
    rows: record.result.inputs.map(({ cell, rows, columns, digest }) => [
      code(cell),
      code(pluginOf(cell)),
      formatNumber(rows),
      formatNumber(columns),
      code(digest),
    ]),
  }
}

function files({ record }: DocumentSource): Block {
  return {
    kind: 'table',
    title: 'Files that were read',
    columns: [{ name: 'Cell' }, { name: 'As the page names it' }, figures('Bytes'), { name: 'SHA-256' }],
    rows: record.observed.inputs.map(({ cell, location, bytes, digest }) => [
      code(cell),
      code(location),
      formatNumber(bytes),
      code(digest),
    ]),
  }
}

function target(source: DocumentSource): Block {
  const found = targetOf(source)
  if (found === undefined) return { kind: 'line', text: 'Learned without a target.' }
  const positive: Line = found.positive === undefined ? [] : [', positive class ', code(found.positive)]
  return { kind: 'line', text: ['Target: ', code(found.column), ...positive, '.'] }
}

function split({ page, record }: DocumentSource): Block | undefined {
  const said = objectAt(page, ['data', 'split'])
  if (typeof said.by !== 'string') return undefined
  const words = Object.entries(said).flatMap(([name, value]) =>
    name === 'by' || value === null || value === undefined || value === false || value === 0
      ? []
      : [`${name} ${String(value)}`],
  )
  const folds = record.result.folds.length
  const others = words.length === 0 ? '' : ` (${words.join(', ')})`
  const refit = folds === 0 ? '' : ` Within the training rows, ${formatNumber(folds)} folds refit every cell.`
  return { kind: 'line', text: `Split by ${said.by}${others}. Cells are fitted on the training rows alone.${refit}` }
}

/** Whether the cells saw the rows that they should, by the digests of the rows' keys. */
function proof({ record, checks }: DocumentSource): Block | undefined {
  const { told, other } = rowsSeen(record)
  if (told.length === 0) return undefined
  const apart = checks?.apart === undefined ? '' : checks.apart ? ' The parts share no row.' : ' THE PARTS SHARE ROWS.'
  if (other.length > 0)
    return { kind: 'line', text: `OTHER ROWS THAN THOSE OF THEIR TRAINING were seen by: ${other.join(', ')}.${apart}` }
  return {
    kind: 'line',
    text: `Each of the ${formatNumber(told.length)} fitted cells recorded the digest of the rows that it saw: all are those of the training rows, or of their fold.${apart}`,
  }
}

/** Rows of each part, and how the target lies in it. */
function parts({ evaluation, record }: DocumentSource): Block {
  const named = Object.entries(record.result.split.rows).filter(([, rows]) => rows > 0)
  const classes = (evaluation?.classes ?? []).slice(0, mostClasses)
  const summaries = new Map(Object.entries(evaluation?.parts ?? {}))
  const withMean = [...summaries.values()].some((part) => part?.mean !== null && part?.mean !== undefined)
  return {
    kind: 'table',
    title: 'Which rows do what',
    columns: [
      { name: 'Part' },
      figures('Rows'),
      ...classes.map(figures),
      ...(withMean ? [figures('Mean of the target')] : []),
      { name: 'SHA-256 of the row keys' },
    ],
    rows: named.map(([part, rows]) => {
      const summary = summaries.get(part)
      const count = (i: number): Line => {
        const found = summary?.counts[i]
        return found === undefined ? '—' : `${formatNumber(found)} (${formatShare(rows === 0 ? 0 : found / rows)})`
      }
      const keys = record.result.split.keys[part]
      return [
        part,
        formatNumber(rows),
        ...classes.map((_, i) => count(i)),
        ...(withMean ? [typeof summary?.mean === 'number' ? formatNumber(summary.mean) : '—'] : []),
        keys === undefined ? '—' : code(keys),
      ]
    }),
  }
}

function columnBlocks(source: DocumentSource): readonly Block[] {
  const cell = dataCell(source)
  const columns = columnsOf(source, cell)
  if (columns.length === 0) return [{ kind: 'line', text: 'The run keeps no profile of its columns.' }]
  const totals = controlTotals(source.record, cell)
  return blocks(
    {
      kind: 'table',
      title: `${formatNumber(columns.length)} columns, over all rows`,
      columns: [
        { name: 'Column' },
        { name: 'Role' },
        { name: 'Type' },
        { name: 'Unit' },
        figures('Missing'),
        { name: 'Values' },
        { name: 'The page promises' },
        ...(totals.size > 0 ? [figures('Control total')] : []),
      ],
      rows: columns
        .slice(0, mostColumns)
        .map((column) => [...row(column), ...(totals.size > 0 ? [totalText(totals.get(column.name))] : [])]),
    },
    columns.length > mostColumns && {
      kind: 'line',
      text: `${formatNumber(columns.length - mostColumns)} more columns are not listed.`,
    },
  )
}

/** In full: what an auditor reconciles with the books. */
function totalText(total: number | undefined): string {
  return total === undefined ? '—' : String(total)
}

function row({ name, role, type, unit, missing, share, values, facts }: DocumentColumn): readonly Line[] {
  return [
    code(name),
    role,
    type,
    unit ?? '—',
    missing === undefined ? '—' : missing === 0 || share === undefined ? '0' : formatShare(share),
    values === '' ? '—' : values,
    facts.length === 0 ? '—' : facts.join(', '),
  ]
}
