import { type Html, html } from '../html.ts'
import { renderMarkdown } from '../markdown.ts'
import { clip } from '../numbers.ts'
import { yamlBlock } from '../yaml-block.ts'
import { type Block, type Line, pieces, type Section } from './blocks.ts'

/** Characters of one line and of one piece of prose that are printed. */
const longestLine = 1200
const longestProse = 20_000

/**
 * Sets sections as HTML.
 *
 * @param level of the sections' headings, 3 or 4
 */
export function setHtml(sections: readonly Section[], level: 3 | 4): Html {
  return html`${sections.map(({ id, title, blocks }) => {
    const heading = level === 3 ? html`<h3 id="card-${id}">${title}</h3>` : html`<h4 id="card-${id}">${title}</h4>`
    return html`${heading}\n${setBlocks(blocks, level)}`
  })}`
}

/** Sets blocks under a heading of a level. */
export function setBlocks(blocks: readonly Block[], level: number): Html {
  return html`${blocks.map((block) => html`${setBlock(block, level)}\n`)}`
}

function setBlock(block: Block, level: number): Html | undefined {
  switch (block.kind) {
    case 'prose':
      return renderMarkdown(clip(block.text, longestProse), level + 1)
    case 'line':
      return html`<p>${setLine(block.text)}</p>`
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${setLine(item)}</li>`)}</ul>`
    case 'facts':
      return html`<dl class="plain">${block.rows.map(([name, value]) => html`<dt>${name}</dt><dd>${setLine(value)}</dd>`)}</dl>`
    case 'table':
      return block.rows.length === 0 ? undefined : setTable(block)
    case 'yaml':
      return yamlBlock(block.text)
    case 'missing':
      return html`<p><span class="tag warn">missing</span> ${block.what} ${setLine(block.add)}</p>`
  }
}

function setTable({ title, columns, rows }: Extract<Block, { kind: 'table' }>): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}"><table><caption>${title}</caption>
<thead><tr>${columns.map(({ name, numeric }) => (numeric ? html`<th scope="col" class="n">${clip(name, 80)}</th>` : html`<th scope="col">${clip(name, 80)}</th>`))}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) => {
        if (i === 0) return html`<th scope="row">${setLine(cell)}</th>`
        return columns[i]?.numeric ? html`<td class="n">${setLine(cell)}</td>` : html`<td>${setLine(cell)}</td>`
      })}</tr>`,
  )}</tbody></table></div>`
}

/** A line, its names as code. */
export function setLine(line: Line): Html {
  return html`${pieces(line).map((piece) =>
    typeof piece === 'string' ? clip(piece, longestLine) : html`<code>${clip(piece.code, longestLine)}</code>`,
  )}`
}
