import type { Json, JsonObject } from '../base/json.ts'
import type { ShownFigure, ShownTable } from '../plugin/api.ts'
import { type Html, html } from './html.ts'
import { clip, formatValue } from './numbers.ts'

/** Columns of a table that are printed; the run's objects hold the rest. */
const mostColumns = 40

/** Rows of a figure's data that are printed beside it. */
const mostFigureRows = 60

/** Rows of a table that stand open; a longer one folds. */
const openRows = 12

/**
 * A table that a cell showed. A long one folds.
 *
 * @param rows most rows that are printed
 */
export function shownTable(table: ShownTable, rows = 200): Html {
  const content = html`${dataTable(table.title, table.columns, table.rows, rows)}
${table.note && html`<p class="muted small">${clip(table.note, 600)}</p>`}`
  if (table.rows.length <= openRows) return html`<div class="table">${content}</div>`
  return html`<details><summary>${clip(table.title, 120)}: ${formatValue(table.rows.length)} rows</summary>${content}</details>`
}

/** A figure's data behind a disclosure: the drawing for who reads numbers. */
export function figureTable(figure: ShownFigure): Html | undefined {
  const values = inlineValues(figure.spec)
  const names = [...new Set(values.slice(0, mostFigureRows).flatMap((row) => Object.keys(row)))].slice(0, mostColumns)
  if (names.length === 0) return undefined
  const rows = values.map((row) => names.map((name) => row[name]))
  return html`<details class="data"><summary>Data of this figure</summary>
${dataTable(figure.title, names, rows, mostFigureRows)}</details>`
}

/** Column by column: right-aligned where every value is a number or missing. */
function dataTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (Json | undefined)[])[],
  most: number,
): Html {
  const shown = rows.slice(0, most)
  const names = columns.slice(0, mostColumns)
  const numeric = names.map(
    (_, i) =>
      shown.every((row) => row[i] === null || typeof row[i] === 'number') && shown.some((row) => row[i] !== null),
  )
  const cell = (value: Json | undefined, i: number): Html =>
    numeric[i] ? html`<td class="n">${formatValue(value)}</td>` : html`<td>${clip(formatValue(value), 300)}</td>`
  const left = rows.length - shown.length
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${names.map((name, i) => (numeric[i] ? html`<th scope="col" class="n">${clip(name, 80)}</th>` : html`<th scope="col">${clip(name, 80)}</th>`))}</tr></thead>
<tbody>${shown.map((row) => html`<tr>${names.map((_, i) => cell(row[i], i))}</tr>`)}</tbody>
</table></div>
${left > 0 && html`<p class="muted">${formatValue(left)} more rows are not shown.</p>`}
${columns.length > names.length && html`<p class="muted">${formatValue(columns.length - names.length)} more columns are not shown.</p>`}`
}

/** Inline rows of a spec, its own or those of its first layer or part that holds some. */
function inlineValues(spec: JsonObject): readonly JsonObject[] {
  const data = spec.data as { readonly values?: Json } | undefined
  if (Array.isArray(data?.values)) return data.values.filter(isObject)
  for (const key of ['layer', 'hconcat', 'vconcat', 'concat']) {
    const parts = spec[key]
    if (!Array.isArray(parts)) continue
    for (const part of parts.filter(isObject)) {
      const values = inlineValues(part)
      if (values.length > 0) return values
    }
  }
  return []
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
