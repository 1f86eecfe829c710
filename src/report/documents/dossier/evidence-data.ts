import { formatNumber } from '../../numbers.ts'
import { code } from '../blocks.ts'
import { columnsOf, dataCell } from '../columns.ts'
import { controlTotals, objectAt, rowsSeen } from '../recorded.ts'
import type { DocumentSource } from '../source.ts'
import { names } from './evidence-words.ts'
import type { Evidence } from './point.ts'

type Found = Evidence | undefined

/** Sources by content. */
export function inputs({ record }: DocumentSource): Found {
  const { inputs } = record.result
  if (inputs.length === 0) return undefined
  return {
    text: inputs.flatMap(({ cell, rows, columns, digest }, i) => [
      i === 0 ? '' : '; ',
      code(cell),
      `: ${formatNumber(rows)} rows, ${formatNumber(columns)} columns, `,
      code(digest),
    ]),
    at: 'card-data',
  }
}

/** Files that were read, as the page names them. */
export function locations({ record }: DocumentSource): Found {
  const { inputs } = record.observed
  if (inputs.length === 0) return undefined
  return { text: ['Read from ', ...names(inputs.map(({ location }) => location))], at: 'card-data' }
}

/** That the rows are made up. */
export function synthetic({ view }: DocumentSource): Found {
  const made = view.cells.filter(({ shown }) => shown.facts.synthetic === true)
  if (made.length === 0) return undefined
  return { text: ['SYNTHETIC rows, made up by ', ...names(made.map(({ plugin }) => plugin))], at: 'card-data' }
}

/** Columns with their types, ranges and what is missing. */
export function columns(source: DocumentSource): Found {
  const listed = columnsOf(source, dataCell(source))
  if (listed.length === 0) return undefined
  const features = listed.filter(({ role }) => role === 'feature').length
  const gaps = listed.filter(({ missing }) => (missing ?? 0) > 0).length
  return {
    text: `${formatNumber(listed.length)} columns with type, range and share missing; ${formatNumber(features)} are features, ${formatNumber(gaps)} have gaps`,
    at: 'card-columns',
  }
}

/** Sums by which the data are reconciled with their books. */
export function totals({ record }: DocumentSource): Found {
  const counted = record.result.inputs.map(({ cell }) => controlTotals(record, cell).size)
  const all = counted.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  return { text: `Control totals of ${formatNumber(all)} numeric columns`, at: 'card-columns' }
}

/** What the page promises of its columns, which the run held it to. */
export function promises(source: DocumentSource): Found {
  const promised = columnsOf(source, dataCell(source)).filter(({ facts }) => facts.length > 0)
  if (promised.length === 0) return undefined
  return { text: ['Facts stated and held to: ', ...names(promised.map(({ name }) => name))], at: 'card-columns' }
}

/** How rows were parted, and the digests of which did what. */
export function split({ page, record }: DocumentSource): Found {
  const { by } = objectAt(page, ['data', 'split'])
  const { rows, assignment } = record.result.split
  if (assignment === '' || typeof by !== 'string') return undefined
  const counts = Object.entries(rows).map(([part, count]) => `${formatNumber(count)} ${part}`)
  return { text: [`By ${by}: ${counts.join(', ')}; assignment `, code(assignment)], at: 'card-data' }
}

/** Folds that refit every cell. */
export function folds({ record }: DocumentSource): Found {
  const { folds } = record.result
  if (folds.length === 0) return undefined
  return { text: `${formatNumber(folds.length)} folds, each refitting every cell; rows by digest`, at: 'card-data' }
}

/** Row digests that prove which rows the fits saw. */
export function noLeak({ record, checks }: DocumentSource): Found {
  const { told, other } = rowsSeen(record)
  if (told.length === 0 && checks?.apart === undefined) return undefined
  const seen =
    told.length === 0
      ? ''
      : other.length === 0
        ? `${formatNumber(told.length)} fitted cells saw their training rows and no others, by digest.`
        : `OTHER ROWS were seen by ${other.join(', ')}.`
  const apart = checks?.apart === undefined ? '' : checks.apart ? ' The parts share no row.' : ' THE PARTS SHARE ROWS.'
  return { text: `${seen}${apart}`.trim(), at: 'card-data' }
}

/** What the checks of the data found. */
export function checks({ checks }: DocumentSource): Found {
  if (checks === undefined) return undefined
  const found = checks.findings === 0 ? 'found nothing' : `found ${formatNumber(checks.findings)}`
  return {
    text: [code('checks'), `: ${formatNumber(checks.kinds.length)} kinds of leakage and data checks ${found}`],
    at: 'card-checks',
  }
}
