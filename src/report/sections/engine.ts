import { type Html, html } from '../html.ts'
import { formatMetric, formatNumber, formatShare, formatValue } from '../numbers.ts'
import { shownTable } from '../table.ts'
import { type CellView, isObject, type ReadObject, type RunView, readJson, type Setting } from '../view.ts'
import { checksSection } from './checks.ts'
import { evaluationSection, readEvaluation } from './evaluation.ts'
import { importanceSection } from './importance.ts'
import { profileSection } from './profile.ts'
import { gateBound, gateMark } from './verdict.ts'

/** What the engine itself shows of a cell: the profile of a source, the split, the checks, the evaluation, the gates, what a target wrote. */
export async function engineOutput(
  cell: CellView,
  view: RunView,
  { read, drawer }: Setting,
): Promise<Html | undefined> {
  if (cell.isTarget) return deployed(cell, read)
  if (cell.id === 'split') return splitTable(view)
  if (cell.id === 'gates') return gateTable(view)
  if (cell.id === 'checks') return checksSection(cell, view, read)
  if (cell.id === 'evaluate') return evaluationSection(await readEvaluation(cell.output, read), view, drawer)
  if (cell.id === 'train') return importanceSection(cell, drawer)
  return profileSection(cell, view)
}

function splitTable({ record }: RunView): Html {
  const parts = Object.entries(record.result.split.rows).filter(([, rows]) => rows > 0)
  const all = parts.reduce((sum, [, rows]) => sum + rows, 0)
  return html`<table><caption>Which rows do what</caption>
<thead><tr><th scope="col">Part</th><th scope="col" class="n">Rows</th><th scope="col" class="n">Share</th></tr></thead>
<tbody>${parts.map(([part, rows]) => html`<tr><th scope="row">${part}</th><td class="n">${formatNumber(rows)}</td><td class="n">${formatShare(rows / all)}</td></tr>`)}</tbody></table>`
}

function gateTable({ record }: RunView): Html | undefined {
  const { gates } = record.result
  if (gates.length === 0) return undefined
  return html`<table><caption>Gates</caption>
<thead><tr><th scope="col">Metric</th><th scope="col" class="n">Value</th><th scope="col">Asked for</th><th scope="col">Outcome</th></tr></thead>
<tbody>${gates.map((gate) => html`<tr><th scope="row">${gate.metric}</th><td class="n">${formatMetric(gate.value)}</td><td>${gateBound(gate)}</td><td>${gateMark(gate)}</td></tr>`)}</tbody></table>`
}

/** What a target told, and the files that it wrote. */
async function deployed(cell: CellView, read: ReadObject): Promise<Html> {
  const files = await readJson(cell.output, read)
  const facts = Object.entries(cell.shown.facts)
  return html`${facts.length > 0 && html`<dl class="plain">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${formatValue(value)}</dd>`)}</dl>`}
${
  isObject(files) &&
  shownTable({
    title: 'Files',
    columns: ['Path', 'SHA-256'],
    rows: Object.entries(files).map(([path, digest]) => [path, String(digest)]),
  })
}`
}
