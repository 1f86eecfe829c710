import { warnings as table, type WarningCode } from '../../base/codes/warnings.ts'
import { type Html, html } from '../html.ts'
import { message } from '../markdown-inline.ts'
import { clip, formatValue } from '../numbers.ts'
import type { CellView, CellWarning } from '../view.ts'

/** Beginnings of codes that say that the numbers above may be wrong: they come first. */
const gravest = ['LEAK', 'DRIFT', 'UNSEEN', 'IMBALANCE', 'CONVERGE']

/** Warnings that are printed; a page that gives more has one cause for many. */
const most = 40

interface Found {
  readonly warning: CellWarning
  readonly cells: readonly CellView[]
}

/** What the cells warned of, the gravest first, each once; then what the page silences, with its reasons. */
export function warnings(cells: readonly CellView[]): Html | undefined {
  const found = ranked(cells)
  if (found.length === 0) return undefined
  const told = found.filter(({ warning }) => warning.silenced === undefined)
  const silenced = found.filter(({ warning }) => warning.silenced !== undefined)
  return html`<section aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>
${told.length === 0 && html`<p>None but those that the page silences.</p>`}
${told.length > 0 && html`<ul class="warnings">${told.slice(0, most).map(warningItem)}</ul>`}
${told.length > most && html`<p class="muted">${told.length - most} more stand with their cells.</p>`}
${
  silenced.length > 0 &&
  html`<h3>Silenced by the page</h3>
<ul class="warnings muted">${silenced.slice(0, most).map(warningItem)}</ul>
${silenced.length > most && html`<p class="muted">${silenced.length - most} more stand with their cells.</p>`}`
}</section>`
}

function warningItem({ warning, cells }: Found): Html {
  const { code, message: text, evidence, silenced } = warning
  const hint = Object.hasOwn(table, code) ? table[code as WarningCode].hint : undefined
  return html`<li><span class="tag${silenced === undefined ? ' warn' : ''}">${code}</span> ${message(clip(text, 500))}
${hint === undefined && evidence !== undefined && html` <span class="muted">${clip(formatValue(evidence), 200)}</span>`}
<span class="small">${cells.slice(0, 6).map((cell, i) => html`${i > 0 && ', '}<a href="#${cell.anchor}">${cell.id}</a>`)}</span>
${silenced === undefined ? hint && html`<br><span class="muted small">${message(hint)}</span>` : html`<br><span class="small">Silenced: ${clip(silenced, 500)}</span>`}</li>`
}

function ranked(cells: readonly CellView[]): Found[] {
  const found = new Map<string, { warning: CellWarning; cells: CellView[] }>()
  for (const cell of cells) {
    for (const warning of cell.warnings) {
      const key = `${warning.code} ${warning.message} ${warning.silenced ?? ''}`
      const same = found.get(key)
      if (same) same.cells.push(cell)
      else found.set(key, { warning, cells: [cell] })
    }
  }
  return [...found.values()].sort((a, b) => rank(a.warning) - rank(b.warning))
}

function rank(warning: CellWarning): number {
  const at = gravest.findIndex((start) => warning.code.includes(start))
  return at < 0 ? gravest.length : at
}
