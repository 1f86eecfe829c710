import { type Block, type Line, pieces, type Section, type TableColumn } from './blocks.ts'

/** Sets sections as Markdown. Text from a page or a file stays text: it makes no HTML, no table, no link to a script. */
export function setMarkdown(title: string, lead: readonly Block[], sections: readonly Section[]): string {
  const parts = [
    `# ${escapeText(title)}`,
    ...lead.map(block),
    ...sections.flatMap(({ title, blocks }) => [`## ${escapeText(title)}`, ...blocks.map(block)]),
  ]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function block(given: Block): string {
  switch (given.kind) {
    case 'prose':
      return prose(given.text)
    case 'line':
      return line(given.text)
    case 'list':
      return given.items.map((item) => `- ${line(item)}`).join('\n')
    case 'facts':
      return table([{ name: '' }, { name: '' }], given.rows)
    case 'table':
      return given.rows.length === 0 ? '' : `*${escapeText(given.title)}*\n\n${table(given.columns, given.rows)}`
    case 'yaml':
      return fence(given.text)
    case 'missing':
      return `**Missing:** ${escapeText(given.what)} ${line(given.add)}`
  }
}

function table(columns: readonly TableColumn[], rows: readonly (readonly Line[])[]): string {
  const set = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    set(columns.map(({ name }) => escapeText(name))),
    set(columns.map(({ numeric }) => (numeric ? '---:' : '---'))),
    ...rows.map((row) => set(row.map((cell) => line(cell)))),
  ].join('\n')
}

function line(given: Line): string {
  return pieces(given)
    .map((piece) => (typeof piece === 'string' ? escapeText(piece) : codeSpan(piece.code)))
    .join('')
    .trim()
}

/** Text on one line in which Markdown finds nothing to do. */
function escapeText(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]|~#]/g, (mark) => `\\${mark}`)
    .replace(/(^|[^\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, (found) => found.replace('_', '\\_'))
    .replace(/&(?=#|\w)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/^(\s*)(>|[-+](?=\s|$)|-{2,}|=+(?=\s*$))/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
}

/** A backslash before a pipe cannot stand in a table's code: such a name is set as text. */
function codeSpan(text: string): string {
  const content = oneLine(text).trim().replaceAll('`', "'")
  if (content.includes('\\|')) return escapeText(content)
  return content === '' ? '' : `\`${content.replaceAll('|', '\\|')}\``
}

/** One line without control characters and without marks that turn the direction of what follows. */
function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, ' ')
}

function visible(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/**
 * Prose of the page: its emphasis, lists, tables and links stay. HTML becomes text, images become links, links lead to
 * http, https and mailto alone, headings do not mix with the document's, and a fence that is never closed swallows nothing.
 */
function prose(text: string): string {
  return visible(text)
    .replace(/\r\n?/g, '\n')
    .trim()
    .replaceAll('<', '&lt;')
    .replaceAll('![', '!\\[')
    .replace(/\](?=\((?!\s*(?:https?:|mailto:)))/gi, ']\\')
    .replace(/^(\s*(?:>\s*)*)\[([^\]\n]*)\]:/gm, '$1\\[$2]:')
    .replace(/^[ \t]*#+[ \t]*(.*?)[ \t#]*$/gm, (_, title: string) => (title === '' ? '' : `**${title}**`))
    .replace(/^([ \t]*)(=+|-+)([ \t]*)$/gm, '$1\\$2$3')
    .replace(/^([ \t>]*)(`{3,}|~{3,})/gm, '$1\\$2')
}

function fence(text: string): string {
  const content = visible(text)
  const longest = Math.max(3, ...(content.match(/`+/g) ?? []).map((run) => run.length + 1))
  const marks = '`'.repeat(longest)
  return `${marks}yaml\n${content}\n${marks}`
}
