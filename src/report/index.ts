import type { RunRecord } from '../store/record.ts'
import { htmlDocument } from './document.ts'
import { cardOf } from './documents/card.ts'
import { setBlocks, setHtml } from './documents/set-html.ts'
import { type DocumentSource, gatherView, type Signed } from './documents/source.ts'
import { type DrawingCache, FigureDrawer } from './figure.ts'
import { type Html, html } from './html.ts'
import { renderMarkdown } from './markdown.ts'
import { message } from './markdown-inline.ts'
import { clip } from './numbers.ts'
import { approvals } from './sections/approvals.ts'
import { cellGroup, cellSection } from './sections/cell.ts'
import { engineOutput } from './sections/engine.ts'
import { reproduce } from './sections/reproduce.ts'
import { verdict } from './sections/verdict.ts'
import { warnings } from './sections/warnings.ts'
import { type CellView, type ReadObject, type RunView, type Setting, viewRun } from './view.ts'

/** Bytes that a report stays below: it is mailed, and kept for years. */
const largestReport = 1_500_000

/** How much is printed, from plenty to little: the first that stays below {@link largestReport} is taken. */
const plenty = [
  { drawings: 900_000, rows: 200 },
  { drawings: 600_000, rows: 40 },
  { drawings: 300_000, rows: 10 },
  { drawings: 0, rows: 0 },
]

/**
 * Sets a run as one HTML page: what came of it on top, then the page's prose and cells in order, each with its output, then
 * how to repeat it. It needs no network and no JavaScript. Equal records give equal text.
 *
 * @param read gives objects of the run's store; what it cannot give is named as a gap
 * @param cache keeps drawings from one report to the next
 * @param signed what was signed about the run since, and its entry of the ledger
 */
export async function renderReport(
  record: RunRecord,
  read: ReadObject,
  cache?: DrawingCache,
  signed?: Signed,
): Promise<string> {
  const view = await viewRun(record, read)
  const source = await gatherView(view, read, signed)
  let text = ''
  let drawer: FigureDrawer | undefined
  for (const { drawings, rows } of plenty) {
    drawer = new FigureDrawer(drawings, cache, drawer)
    text = await setReport(view, source, { read, drawer, rows })
    if (Buffer.byteLength(text) <= largestReport) break
  }
  return text
}

async function setReport(view: RunView, source: DocumentSource, setting: Setting): Promise<string> {
  const { record, page } = view
  const pageNote = page.text(['note'])
  const body = html`<a class="skip" href="#content">Skip to the page</a>
<div class="layout">
${contents(view)}
<main id="content">
<header class="top"><p class="brand">Daybook</p><h1>${record.pipeline}</h1>
${page.text(['purpose']) && html`<p class="purpose">${clip(page.text(['purpose']) as string, 600)}</p>`}
${facts(view)}</header>
${errorBanner(record)}
${syntheticBanner(view)}
${verdict(record)}
${approvals(record, source.signed)}
${warnings(view.cells)}
<section aria-labelledby="page"><h2 id="page">The page</h2>
${pageNote && html`<div class="prose">${renderMarkdown(pageNote, 3)}</div>`}
${await cells(view, setting)}
</section>
${modelCard(source)}
${reproduce(view)}
</main></div>
<footer>Made by ${record.observed.tool} from run ${record.id}. This file loads nothing and runs no code.</footer>`
  return htmlDocument(`${record.pipeline}: ${record.id}`, body)
}

async function cells(view: RunView, setting: Setting): Promise<Html[]> {
  const sections: Html[] = []
  const folds = view.cells.filter(isFold)
  for (const cell of view.cells) {
    if (!isFold(cell)) sections.push(await cellSection(cell, setting, await engineOutput(cell, view, setting)))
    else if (cell === folds[0]) sections.push(cellGroup('Folds', folds))
  }
  return sections
}

/** The card that `daybook document` writes, made of the same: the run in short, and what nobody said of it. */
function modelCard(source: DocumentSource): Html {
  const { lead, sections } = cardOf(source)
  const missing = sections.flatMap(({ blocks }) => blocks).filter(({ kind }) => kind === 'missing').length
  return html`<section aria-labelledby="card"><h2 id="card">Model card</h2>
<p>The run in short, for who did not make it. ${missing > 0 && html`<span class="tag warn">${missing} answers missing</span>`}</p>
<details><summary>Open the card</summary>
${setBlocks(lead, 2)}
${setHtml(sections, 3)}</details></section>`
}

function isFold(cell: CellView): boolean {
  return /^fold-\d+$/.test(cell.id)
}

function contents({ cells, record }: RunView): Html {
  const listed = cells.filter((cell) => !isFold(cell) || cell.id === 'fold-1')
  const warned = cells.some((cell) => cell.warnings.length > 0)
  return html`<nav aria-label="Contents"><ol>${record.approvals !== undefined && html`<li><a href="#approvals">Approvals</a></li>`}
${warned && html`<li><a href="#warnings">Warnings</a></li>`}
<li><a href="#page">The page</a><ol>${listed.map((cell) => html`<li><a href="#${cell.anchor}">${isFold(cell) ? 'folds' : cell.id}</a></li>`)}</ol></li>
<li><a href="#card">Model card</a></li>
<li><a href="#reproduce">Reproduce</a></li></ol></nav>`
}

function facts({ page, record }: RunView): Html | undefined {
  const known = [
    ['Owner', page.text(['owner'])],
    ['Review by', page.text(['reviewBy'])],
    ['Model', record.result.model && `${record.result.model.algorithm}, ${record.result.model.task}`],
  ].filter(([, value]) => value)
  const limitations = page.text(['limitations'])
  if (known.length === 0 && !limitations) return undefined
  return html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${clip(value as string, 200)}</dd></div>`)}</dl>
${limitations && html`<p class="small"><strong>Limitations.</strong> ${clip(limitations, 2000)}</p>`}`
}

function errorBanner(record: RunRecord): Html | undefined {
  const { error } = record
  if (!error) return undefined
  return html`<div class="banner bad" role="alert"><h2>${error.cell ? html`Cell <code>${error.cell}</code> failed` : 'The run failed'}</h2>
<p>${message(clip(error.message, 2000))} <span class="tag bad">${error.code}</span></p>
${error.hint && html`<p>${message(clip(error.hint, 1000))}</p>`}</div>`
}

function syntheticBanner({ cells }: RunView): Html | undefined {
  const sources = cells.filter((cell) => cell.shown.facts.synthetic === true)
  if (sources.length === 0) return undefined
  return html`<p class="banner"><strong>SYNTHETIC</strong> The rows of ${sources.map((cell, i) => html`${i > 0 && ', '}<code>${cell.id}</code>`)} are made up. Nothing here says anything about real people or a real business.</p>`
}
