import { type Html, html, type Part } from './html.ts'
import { clip } from './numbers.ts'

/** Lines that stand open; a longer part folds. */
const openLines = 24

/** Characters of a part that are printed. */
const longestPart = 20_000

/** Lines of the page, its keys and comments set apart. A long part folds. */
export function yamlBlock(text: string): Html {
  const lines = clip(text, longestPart).split('\n')
  const block = html`<pre tabindex="0" role="group" aria-label="This cell on the page"><code>${lines.map((line, i) => html`${i > 0 && '\n'}${yamlLine(line)}`)}</code></pre>`
  return lines.length <= openLines
    ? block
    : html`<details><summary>${lines.length} lines of the page</summary>${block}</details>`
}

const token = /("(?:[^"\\]|\\.)*"|'[^']*')|((?:^|\s)#.*$)|([\w.@/-]+)(?=:(?:\s|$))/g

function yamlLine(line: string): Html {
  const parts: Part[] = []
  let at = 0
  for (const found of line.slice(0, 2000).matchAll(token)) {
    const [text, quoted, comment] = found
    parts.push(line.slice(at, found.index))
    if (quoted) parts.push(quoted)
    else if (comment) parts.push(html`<span class="c">${comment}</span>`)
    else parts.push(html`<span class="k">${text}</span>`)
    at = found.index + text.length
  }
  parts.push(line.slice(at))
  return html`${parts}`
}
