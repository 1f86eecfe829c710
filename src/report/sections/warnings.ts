import type { ShownWarning } from '../../plugin/api.ts'
import { type Html, html } from '../html.ts'
import { message } from '../markdown-inline.ts'
import { clip, formatValue } from '../numbers.ts'
import type { CellView } from '../view.ts'

/** Beginnings of codes that say that the numbers above may be wrong: they come first. */
const gravest = ['LEAK', 'DRIFT', 'UNSEEN', 'IMBALANCE', 'CONVERGE']

/** Warnings that are printed; a page that gives more has one cause for many. */
const most = 40

interface Found {
  readonly warning: ShownWarning
  readonly cells: readonly CellView[]
}

/** What the cells warned of, the gravest first, each once. */
export function warnings(cells: readonly CellView[]): Html | undefined {
  const found = ranked(cells)
  if (found.length === 0) return undefined
  return html`<section aria-labelledby="warnings"><h2 id="warnings">Warnings</h2>
<ul class="warnings">${found.slice(0, most).map(
    ({
      warning,
      cells,
    }) => html`<li><span class="tag warn">${warning.code}</span> ${message(clip(warning.message, 500))}
${warning.evidence !== undefined && html` <span class="muted">${clip(formatValue(warning.evidence), 200)}</span>`}
<span class="small">${cells.slice(0, 6).map((cell, i) => html`${i > 0 && ', '}<a href="#${cell.anchor}">${cell.id}</a>`)}</span></li>`,
  )}</ul>
${found.length > most && html`<p class="muted">${found.length - most} more stand with their cells.</p>`}</section>`
}

function ranked(cells: readonly CellView[]): Found[] {
  const found = new Map<string, { warning: ShownWarning; cells: CellView[] }>()
  for (const cell of cells) {
    for (const warning of cell.shown.warnings) {
      const key = `${warning.code} ${warning.message}`
      const same = found.get(key)
      if (same) same.cells.push(cell)
      else found.set(key, { warning, cells: [cell] })
    }
  }
  return [...found.values()].sort((a, b) => rank(a.warning) - rank(b.warning))
}

function rank(warning: ShownWarning): number {
  const at = gravest.findIndex((start) => warning.code.includes(start))
  return at < 0 ? gravest.length : at
}
