import type { JsonObject } from '../../base/json.ts'
import { miniBars } from '../bars.ts'
import { type Html, html } from '../html.ts'
import { clip, formatNumber, formatShare } from '../numbers.ts'
import type { PageText } from '../page.ts'
import { type CellView, isObject, type RunView } from '../view.ts'
import { importanceByColumn } from './importance.ts'

/** Columns that stand open, and columns that are printed at all. */
const openColumns = 12
const mostColumns = 150

/** What the columns of a source hold, the ones that the model leans on most first: `facts.profile`. */
export function profileSection(cell: CellView, view: RunView): Html | undefined {
  const { profile } = cell.shown.facts
  if (!isObject(profile) || !Array.isArray(profile.columns)) return undefined
  const weight = importanceByColumn(view)
  const columns = profile.columns
    .filter(isObject)
    .map((column, place) => ({ column, place, weight: weight.get(String(column.name)) ?? 0 }))
    .sort((a, b) => b.weight - a.weight || a.place - b.place)
    .map(({ column }) => column)
  const rows = typeof profile.rows === 'number' ? profile.rows : 0
  const [open, folded] = [columns.slice(0, openColumns), columns.slice(openColumns, mostColumns)]
  return html`${profileTable(`${formatNumber(rows)} rows, ${formatNumber(columns.length)} columns`, open, view.page)}
${folded.length > 0 && html`<details><summary>${formatNumber(folded.length)} more columns</summary>${profileTable('More columns', folded, view.page)}</details>`}
${columns.length > mostColumns && html`<p class="muted">${formatNumber(columns.length - mostColumns)} more columns are not printed.</p>`}`
}

function profileTable(caption: string, columns: readonly JsonObject[], page: PageText): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr><th scope="col">Column</th><th scope="col">Type</th><th scope="col" class="n">Missing</th><th scope="col" class="n">Distinct</th><th scope="col">Distribution</th><th scope="col">Values</th></tr></thead>
<tbody>${columns.map((column) => profileRow(column, page))}</tbody></table></div>`
}

function profileRow(column: JsonObject, page: PageText): Html {
  const name = String(column.name)
  const number = (key: string): number => (typeof column[key] === 'number' ? column[key] : 0)
  const unit = page.text(['data', 'columns', name, 'unit'])
  return html`<tr><th scope="row">${clip(name, 60)} ${roleOf(name, page)}</th><td>${column.type as string}${unit && html` <span class="muted">${clip(unit, 20)}</span>`}</td>
<td class="n">${number('missing') > 0 ? formatShare(number('share')) : '0'}</td><td class="n">${formatNumber(number('distinct'))}</td>
<td class="g">${distribution(column)}</td><td class="small">${columnSummary(column)}</td></tr>`
}

/** What the page makes of a column, where it is no plain feature. */
function roleOf(name: string, page: PageText): Html | undefined {
  const target = page.text(['data', 'target', 'column']) ?? page.text(['data', 'target'])
  const role =
    name === target
      ? 'target'
      : name === page.text(['data', 'key'])
        ? 'key'
        : page.text(['data', 'columns', name, 'role'])
  return role === undefined ? undefined : html`<span class="tag">${clip(role, 20)}</span>`
}

function distribution(column: JsonObject): Html | undefined {
  const { histogram, levels, other } = column
  if (isObject(histogram) && Array.isArray(histogram.counts)) return miniBars(histogram.counts.map(Number))
  if (Array.isArray(levels)) {
    const counts = levels.filter(isObject).map(({ count }) => Number(count))
    return miniBars(Number(other) > 0 ? [...counts, Number(other)] : counts)
  }
  return column.type === 'boolean' ? miniBars([Number(column.false), Number(column.true)]) : undefined
}

/** A column's values in a few words: their range and median, the most frequent levels. */
export function columnSummary(column: JsonObject): string {
  const { min, median, max, levels, length } = column
  if (column.identity === true) return 'tells rows apart: not shown'
  const show = (value: unknown): string =>
    typeof value === 'number' ? formatNumber(value) : String(value ?? '\u2014').slice(0, 10)
  if (Array.isArray(levels) && levels.length === 0) return 'no value of 5 rows or more'
  if (Array.isArray(levels)) return levelSummary(levels.filter(isObject), Number(column.other))
  if (column.type === 'boolean') {
    const all = Number(column.true) + Number(column.false)
    return all === 0 ? '' : `true ${formatShare(Number(column.true) / all)}`
  }
  if (isObject(length)) return `${show(length.min)} to ${show(length.max)} characters`
  return min === undefined ? '' : `${show(min)} to ${show(max)}, median ${show(median)}`
}

function levelSummary(levels: readonly JsonObject[], other: number): string {
  const all = levels.reduce((sum, { count }) => sum + Number(count), 0) + other
  const first = levels
    .slice(0, 3)
    .map(({ value, count }) => `${clip(String(value), 24)} ${formatShare(Number(count) / all)}`)
  return `${first.join(', ')}${levels.length > 3 || other > 0 ? ' \u2026' : ''}`
}
