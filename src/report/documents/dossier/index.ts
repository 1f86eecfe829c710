import { stringify } from 'yaml'
import type { Json } from '../../../base/json.ts'
import { htmlDocument } from '../../document.ts'
import { type Html, html } from '../../html.ts'
import { renderMarkdown } from '../../markdown.ts'
import { clip, formatNumber, formatTime } from '../../numbers.ts'
import { type Card, cardOf } from '../card.ts'
import { notesOf } from '../notes.ts'
import { setBlocks, setHtml, setLine } from '../set-html.ts'
import type { DocumentSource } from '../source.ts'
import { annexIv } from './annex-iv.ts'
import { modelRisk } from './model-risk.ts'
import { countOf, type Part, type Point, type Question } from './point.ts'
import { recordList } from './record-list.ts'

/** Characters of the resolved page and of one note that are printed. */
const longestPage = 200_000
const longestNote = 20_000

/** Titles of the parts that evidence stands in, by their ids. */
type Titles = ReadonlyMap<string, string>

const ownTitles = [
  ['notes', 'Prose of the page'],
  ['resolved', 'The resolved page'],
] as const

/**
 * An audit dossier: what rules and auditors ask for, point by point, each with the evidence that the record holds, or with
 * what to add where it holds none. One HTML file that loads nothing. It claims to comply with nothing.
 */
export function dossier(source: DocumentSource): string {
  const parts = [annexIv(source), modelRisk(source), recordList(source)]
  const card = cardOf(source)
  const { record } = source
  const titles = new Map([...card.sections.map(({ id, title }) => [`card-${id}`, title] as const), ...ownTitles])
  const body = html`<a class="skip" href="#content">Skip to the dossier</a>
<div class="layout dossier">
<header class="top"><p class="brand">Daybook · audit dossier</p><h1>${clip(record.pipeline, 200)}</h1>
<p class="purpose">Made of run ${record.id}, which ended ${formatTime(record.observed.finishedAt)} as ${record.status}.</p>
${verdict(parts)}
<p class="banner">This file shows where the record of a run holds evidence of what is asked for, and where it holds none. It is no statement that any rule is met: that is for those to judge who answer for the model. Evidence is found by form, not weighed: whether a text says enough, a reader has to tell.</p></header>
${contents(parts, card)}
<main id="content">
${parts.map((part) => setPart(part, titles))}
<section aria-labelledby="card"><h2 id="card">Evidence: the model card</h2>
${setBlocks(card.lead, 2)}
${setHtml(card.sections, 3)}</section>
${notes(source)}
${resolved(source)}
</main></div>
<footer>Made by ${record.observed.tool} from run ${record.id}, digest ${record.digest}. This file loads nothing and runs no code.</footer>`
  return htmlDocument(`${clip(record.pipeline, 200)}: audit dossier`, body)
}

function verdict(parts: readonly Part[]): Html {
  const all = countOf(parts.flatMap(({ points }) => points))
  return html`<dl class="verdict">
<div><dt>Asked for</dt><dd class="big">${formatNumber(all.present + all.missing)}</dd><dd class="small muted">questions in ${formatNumber(parts.length)} lists</dd></div>
${parts.map(({ id, title, points }) => {
  const { present, missing } = countOf(points)
  return html`<div><dt><a href="#${id}">${title}</a></dt><dd class="big">${formatNumber(present)} <span class="small muted">with evidence</span></dd><dd class="${missing > 0 ? 'warn' : 'ok'}">${formatNumber(missing)} missing</dd></div>`
})}</dl>`
}

function contents(parts: readonly Part[], card: Card): Html {
  return html`<nav class="toc" aria-label="Contents"><ol>
${parts.map(({ id, title, points }) => html`<li><a href="#${id}">${title}</a><ol>${points.map((point) => html`<li><a href="#${anchorOf(id, point)}">${point.number} ${point.title} ${left(point)}</a></li>`)}</ol></li>`)}
<li><a href="#card">Evidence: the model card</a><ol>${card.sections.map(({ id, title }) => html`<li><a href="#card-${id}">${title}</a></li>`)}</ol></li>
<li><a href="#notes">Prose of the page</a></li>
<li><a href="#resolved">The resolved page</a></li></ol></nav>`
}

function left(point: Point): Html | undefined {
  const { missing } = countOf([point])
  return missing === 0 ? undefined : html`<span class="tag warn">${missing} missing</span>`
}

function anchorOf(part: string, { number }: Point): string {
  return `${part}-${number.replace(/[^A-Za-z0-9]+/g, '-').replace(/-$/, '')}`
}

function setPart({ id, title, about, points }: Part, titles: Titles): Html {
  const { present, missing } = countOf(points)
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
<p class="muted">${about}</p>
<p>${formatNumber(present)} questions have evidence, ${formatNumber(missing)} have none.</p>
${points.map((point) => setPoint(id, point, titles))}</section>
`
}

function setPoint(part: string, point: Point, titles: Titles): Html {
  return html`<h3 id="${anchorOf(part, point)}"><span class="no">${point.number}</span> ${point.title}</h3>
<table class="asked"><colgroup><col class="what"><col class="state"><col></colgroup>
<tbody>${point.questions.map((question) => setQuestion(question, titles))}</tbody></table>
`
}

function setQuestion({ asks, found, add }: Question, titles: Titles): Html {
  const state =
    found.length > 0 ? html`<span class="tag ok">present</span>` : html`<span class="tag warn">missing</span>`
  return html`<tr><th scope="row">${asks}</th><td>${state}</td><td>${
    found.length > 0
      ? found.map(
          ({ text, at }) =>
            html`<p>${setLine(text)}${at !== undefined && html` <a href="#${at}">${titles.get(at) ?? 'see'}</a>`}</p>`,
        )
      : html`<p class="muted">${setLine(add)}</p>`
  }</td></tr>
`
}

function notes({ view }: DocumentSource): Html {
  const found = notesOf(view)
  return html`<section aria-labelledby="notes"><h2 id="notes">Prose of the page</h2>
${found.length === 0 && html`<p><span class="tag warn">missing</span> The page has no notes.</p>`}
${found.map(({ at, text }) => html`<h3>${at === 'the page' ? 'Of the page' : html`Of cell ${at}`}</h3><div class="prose">${renderMarkdown(clip(text, longestNote), 4)}</div>`)}</section>`
}

function resolved({ page }: DocumentSource): Html {
  const text = stringify(page as Json, { version: '1.2', lineWidth: 100, aliasDuplicateObjects: false }).trimEnd()
  return html`<section aria-labelledby="resolved"><h2 id="resolved">The resolved page</h2>
<p class="muted">Every default printed; without notes and targets, which stand outside of the run’s digest.</p>
<pre tabindex="0"><code>${clip(text, longestPage)}</code></pre></section>`
}
