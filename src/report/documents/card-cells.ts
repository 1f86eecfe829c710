import { stringify } from 'yaml'
import type { Json, JsonObject } from '../../base/json.ts'
import { formatNumber, formatValue } from '../numbers.ts'
import { type CellView, isObject } from '../view.ts'
import { type Block, blocks, code, type Line, type Section } from './blocks.ts'
import type { DocumentSource } from './source.ts'

/** Columns and rows of an algorithm's table that are printed. */
const mostColumns = 12
const mostRows = 60

/** What is done to the columns before they are learned from, cell by cell, with every param. */
export function preprocessSection({ page, manifest, view }: DocumentSource): Section {
  const cells = cellsOf(page.preprocess)
  const taken = new Map(manifest?.preprocess.map(({ id, columns }) => [id, columns ?? []]))
  const note = new Map(view.cells.map((cell) => [cell.id, cell.note]))
  const rows = cells.map(({ id, use, params }): readonly Line[] => [
    code(id),
    code(use),
    columnsText(taken.get(id)),
    paramsText(params),
    note.get(id)?.trim() ?? '—',
  ])
  return {
    id: 'preprocessing',
    title: 'Preprocessing',
    blocks: [
      rows.length === 0
        ? { kind: 'line', text: 'The columns reach the algorithm as they are.' }
        : {
            kind: 'table',
            title: 'Cells, in order; each is fitted on training rows and then only applied',
            columns: [{ name: 'Cell' }, { name: 'Plugin' }, { name: 'Columns' }, { name: 'Params' }, { name: 'Why' }],
            rows,
          },
    ],
  }
}

/** The algorithm with every param, what optimizes it, and what makes it smaller. */
export function algorithmSection({ page, view }: DocumentSource): Section {
  const { algorithm, optimizer, compress, seed } = page
  const train = view.cells.find(({ id }) => id === 'train')
  const why = train?.note
  const given = Object.entries({ seed, algorithm, optimizer, compress }).filter(
    ([, value]) => value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0),
  )
  return {
    id: 'algorithm',
    title: 'Algorithm',
    blocks: blocks(
      {
        kind: 'yaml',
        text: stringify(Object.fromEntries(given) as Json, { lineWidth: 100, aliasDuplicateObjects: false }).trimEnd(),
      },
      why === undefined
        ? {
            kind: 'missing',
            what: 'Why this algorithm and these params were chosen is not said.',
            add: ['Add a ', code('note:'), ' under ', code('algorithm:'), '.'],
          }
        : { kind: 'prose', text: why },
      ...shownTables(train),
    ),
  }
}

/** Tables that the algorithm showed of itself, such as the points of a scorecard. */
function shownTables(train: CellView | undefined): readonly Block[] {
  return (train?.shown.tables ?? []).slice(0, 4).flatMap(({ title, columns, rows, note }) => {
    const names = columns.slice(0, mostColumns)
    const shown = rows.slice(0, mostRows)
    const numeric = names.map((_, i) => shown.every((row) => typeof row[i] === 'number' || row[i] === null))
    const left = rows.length - shown.length
    return blocks(
      {
        kind: 'table',
        title,
        columns: names.map((name, i) => ({ name, numeric: numeric[i] as boolean })),
        rows: shown.map((row) => names.map((_, i) => formatValue(row[i]))),
      },
      note !== undefined && { kind: 'line', text: note },
      left > 0 && { kind: 'line', text: `${formatNumber(left)} more rows stand in the report.` },
    )
  })
}

interface PageCell {
  readonly id: string
  readonly use: string
  readonly params: JsonObject
}

function cellsOf(list: Json | undefined): readonly PageCell[] {
  return (Array.isArray(list) ? list : []).filter(isObject).map((cell) => ({
    id: String(cell.id ?? cell.use),
    use: String(cell.use),
    params: isObject(cell.with) ? cell.with : {},
  }))
}

function columnsText(columns: readonly string[] | undefined): Line {
  if (columns === undefined) return '—'
  if (columns.length === 0) return 'none'
  const [named, left] = [columns.slice(0, 8), columns.length - 8]
  return [
    ...named.flatMap((name, i) => (i === 0 ? [code(name)] : [', ', code(name)])),
    ...(left > 0 ? [` and ${formatNumber(left)} more`] : []),
  ]
}

/** Params that are set, as `name: value`. */
function paramsText(params: JsonObject): string {
  const set = Object.entries(params).filter(([, value]) => value !== null && value !== undefined)
  return set.length === 0 ? '—' : set.map(([name, value]) => `${name}: ${valueText(value as Json)}`).join(', ')
}

function valueText(value: Json): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}
