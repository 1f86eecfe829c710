import type { CellState } from '../../store/record.ts'
import { type Html, html } from '../html.ts'
import { renderMarkdown } from '../markdown.ts'
import { message } from '../markdown-inline.ts'
import { clip, formatDuration, formatNumber } from '../numbers.ts'
import { shownTable } from '../table.ts'
import type { CellView, CellWarning, Setting } from '../view.ts'
import { yamlBlock } from '../yaml-block.ts'

const tones: Readonly<Record<CellState, string>> = { ran: 'ok', cached: '', failed: 'bad', skipped: 'warn' }

/** Most figures and tables of one cell that are printed. */
const mostOfEach = 20

/**
 * A cell of the page: its prose, its lines, what it showed, and what it stands on.
 *
 * @param engine what the engine itself has to show of this cell, before what its plugin showed
 */
export async function cellSection(cell: CellView, { drawer, rows }: Setting, engine?: Html): Promise<Html> {
  const most = rows === 0 ? 0 : mostOfEach
  const figures: Html[] = []
  for (const figure of cell.shown.figures.slice(0, most)) figures.push(await drawer.draw(figure))
  const { tables } = cell.shown
  const left = Math.max(0, cell.shown.figures.length - most) + Math.max(0, tables.length - most)
  return html`${cell.note && html`<div class="prose">${renderMarkdown(cell.note, 3)}</div>`}
<section class="cell ${cell.state}" id="${cell.anchor}" aria-labelledby="${cell.anchor}-title">
${cellHeader(cell)}
${cell.excerpts.map(yamlBlock)}
${engine}
${figures.length > 0 && html`<div class="charts">${figures}</div>`}
${tables.slice(0, most).map((table) => shownTable(table, rows))}
${left > 0 && html`<p class="muted">${formatNumber(left)} more figures and tables are kept with the run.</p>`}
${!cell.complete && html`<p class="muted">What this cell showed is no longer in the store.</p>`}
${cell.warnings.slice(0, mostOfEach).map(warningLine)}
${cellFooter(cell)}
</section>`
}

function warningLine({ code, message: text, silenced }: CellWarning): Html {
  if (silenced === undefined) return html`<p><span class="tag warn">${code}</span> ${message(clip(text, 500))}</p>`
  return html`<p class="muted"><span class="tag">${code}</span> ${message(clip(text, 500))} <em>Silenced: ${clip(silenced, 500)}</em></p>`
}

function cellHeader(cell: CellView): Html {
  return html`<header><span class="no" aria-hidden="true">[${cell.number}]</span><h3 id="${cell.anchor}-title">${cell.id}</h3>
<span class="muted small">${cell.plugin}</span>
<span class="end">${cell.state === 'ran' && formatDuration(cell.ms)}<span class="tag ${tones[cell.state]}">${cell.state}</span></span></header>`
}

function cellFooter(cell: CellView): Html | undefined {
  const digests = [
    ['Key', cell.key],
    ['Output', cell.output],
    ['Code', cell.code],
  ].filter(([, digest]) => digest)
  if (digests.length === 0) return undefined
  return html`<footer><details><summary>Key and digests</summary><dl class="plain">
${digests.map(([name, digest]) => html`<dt>${name}</dt><dd class="mono">${digest}</dd>`)}
${cell.madeBy && html`<dt>Made by run</dt><dd class="mono">${cell.madeBy}</dd>`}</dl></details></footer>`
}

/** Cells that repeat one thing, such as the folds: one row each. */
export function cellGroup(title: string, cells: readonly CellView[]): Html {
  const first = cells[0] as CellView
  return html`<section class="cell" id="${first.anchor}" aria-labelledby="${first.anchor}-title">
<header><span class="no" aria-hidden="true">[${first.number}–${(cells.at(-1) as CellView).number}]</span><h3 id="${first.anchor}-title">${title}</h3></header>
<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table>
<caption>Each fold refits every preprocess cell and the algorithm on the other rows, then scores its own.</caption>
<thead><tr><th scope="col">Cell</th><th scope="col">State</th><th scope="col" class="n">Time</th><th scope="col">Output</th></tr></thead>
<tbody>${cells.map(
    (
      cell,
    ) => html`<tr><th scope="row">${cell.id}</th><td><span class="tag ${tones[cell.state]}">${cell.state}</span></td>
<td class="n">${cell.state === 'ran' ? formatDuration(cell.ms) : ''}</td><td class="mono">${cell.output?.slice(0, 16) ?? '—'}</td></tr>`,
  )}</tbody></table></div></section>`
}
