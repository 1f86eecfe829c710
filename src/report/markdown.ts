import { type Html, html } from './html.ts'
import { inline } from './markdown-inline.ts'

/** Longest note that is set; what follows is cut, so that a page cannot fill the report. */
const longestNote = 64 * 1024

/** Nesting of lists and quotations that is followed; deeper ones are set as text. */
const deepest = 6

/**
 * Sets a note: the Markdown of everyday prose. Headings, paragraphs, emphasis, code, fenced code, lists, quotations,
 * rules, pipe tables and links. HTML is text here, images print their description, and links lead to http, https and
 * mailto alone: a note can come from anybody.
 *
 * @param level heading level (2 to 6) that the note's highest heading gets, so that the report's outline has no holes
 */
export function renderMarkdown(text: string, level: number): Html {
  const lines = text.slice(0, longestNote).replace(/\r\n?/g, '\n').replace(/\t/g, '    ').split('\n')
  const levels = lines.flatMap((line) => /^ {0,3}(#{1,6})\s/.exec(line)?.[1]?.length ?? [])
  const outline = { base: level, highest: Math.min(...levels, 6), last: level - 1 }
  return html`${blocks(lines, outline, 0)}`
}

interface Outline {
  readonly base: number
  readonly highest: number
  last: number
}

function blocks(lines: readonly string[], outline: Outline, depth: number): Html[] {
  const out: Html[] = []
  let at = 0
  while (at < lines.length) {
    const line = lines[at] as string
    if (line.trim() === '') {
      at++
      continue
    }
    const block = readBlock(lines, at, outline, depth)
    out.push(block.html)
    at = block.next
  }
  return out
}

interface Block {
  readonly html: Html
  readonly next: number
}

const fence = /^ {0,3}(`{3,}|~{3,})/
const heading = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/
const rule = /^ {0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$/
const item = /^( *)([-*+]|\d{1,9}[.)])(\s+)(.*)$/
const tableRule = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$/

function readBlock(lines: readonly string[], at: number, outline: Outline, depth: number): Block {
  const line = lines[at] as string
  if (fence.test(line)) return fenced(lines, at)
  const title = heading.exec(line)
  if (title) {
    const wanted = outline.base + (title[1] as string).length - outline.highest
    const level = Math.max(outline.base, Math.min(wanted, outline.last + 1, 6))
    outline.last = level
    return { html: headingOf(level, inline(title[2] as string)), next: at + 1 }
  }
  if (rule.test(line)) return { html: html`<hr>`, next: at + 1 }
  if (depth < deepest && /^ {0,3}>/.test(line)) return quotation(lines, at, outline, depth)
  if (depth < deepest && item.test(line)) return list(lines, at, outline, depth)
  if (line.includes('|') && tableRule.test(lines[at + 1] ?? '')) return table(lines, at)
  return paragraph(lines, at)
}

function headingOf(level: number, content: Html): Html {
  if (level <= 2) return html`<h2>${content}</h2>`
  if (level === 3) return html`<h3>${content}</h3>`
  if (level === 4) return html`<h4>${content}</h4>`
  if (level === 5) return html`<h5>${content}</h5>`
  return html`<h6>${content}</h6>`
}

function fenced(lines: readonly string[], at: number): Block {
  const mark = (fence.exec(lines[at] as string) as RegExpExecArray)[1] as string
  let end = at + 1
  while (end < lines.length && !(lines[end] as string).trimStart().startsWith(mark)) end++
  const code = lines.slice(at + 1, end).join('\n')
  return { html: html`<pre tabindex="0"><code>${code}</code></pre>`, next: end + 1 }
}

function quotation(lines: readonly string[], at: number, outline: Outline, depth: number): Block {
  let end = at
  while (end < lines.length && /^ {0,3}>/.test(lines[end] as string)) end++
  const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/, ''))
  return { html: html`<blockquote>${blocks(inner, outline, depth + 1)}</blockquote>`, next: end }
}

function list(lines: readonly string[], at: number, outline: Outline, depth: number): Block {
  const first = item.exec(lines[at] as string) as RegExpExecArray
  const indent = (first[1] as string).length
  const ordered = /\d/.test(first[2] as string)
  const items: Html[] = []
  let next = at
  while (next < lines.length) {
    const start = item.exec(lines[next] as string)
    if (!start || (start[1] as string).length !== indent || /\d/.test(start[2] as string) !== ordered) break
    if (rule.test(lines[next] as string)) break
    const width = indent + (start[2] as string).length + (start[3] as string).length
    const inner = [start[4] as string]
    next++
    while (next < lines.length) {
      const line = lines[next] as string
      const blank = line.trim() === ''
      const indented = /^ */.exec(line)?.[0].length ?? 0
      if (blank && (/^ */.exec(lines[next + 1] ?? '')?.[0].length ?? 0) <= indent) break
      if (!blank && indented <= indent) break
      inner.push(blank ? '' : line.slice(Math.min(width, indented)))
      next++
    }
    items.push(html`<li>${tight(blocks(inner, outline, depth + 1))}</li>`)
    if ((lines[next] ?? '').trim() === '' && item.test(lines[next + 1] ?? '')) next++
  }
  return { html: ordered ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`, next }
}

/** The one paragraph of an item stands without its tags. */
function tight(content: readonly Html[]): readonly Html[] {
  const [first, ...rest] = content
  const plain = first && /^<p>([\s\S]*)<\/p>$/.exec(first.text)
  if (!plain || (plain[1] as string).includes('<p>')) return content
  return [new (first.constructor as typeof Html)(plain[1] as string), ...rest]
}

function table(lines: readonly string[], at: number): Block {
  const head = cellsOf(lines[at] as string)
  let end = at + 2
  while (end < lines.length && (lines[end] as string).includes('|')) end++
  const rows = lines.slice(at + 2, end).map(cellsOf)
  return {
    html: html`<div class="scroll" tabindex="0"><table><thead><tr>${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${head.map((_, i) => html`<td>${inline(row[i] ?? '')}</td>`)}</tr>`)}</tbody></table></div>`,
    next: end,
  }
}

function cellsOf(line: string): string[] {
  const inner = line.trim().replace(/^\|/, '').replace(/\|$/, '')
  return inner.split('|').map((cell) => cell.trim())
}

function paragraph(lines: readonly string[], at: number): Block {
  let end = at + 1
  while (end < lines.length && !startsBlock(lines, end)) end++
  const text = lines
    .slice(at, end)
    .map((line) => line.trimStart())
    .join('\n')
  return { html: html`<p>${inline(text)}</p>`, next: end }
}

function startsBlock(lines: readonly string[], at: number): boolean {
  const line = lines[at] as string
  if (line.trim() === '' || fence.test(line) || heading.test(line) || rule.test(line)) return true
  return /^ {0,3}(?:>|[-*+]\s|1[.)]\s)/.test(line)
}
