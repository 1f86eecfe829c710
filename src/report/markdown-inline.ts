import { type Html, html, type Part } from './html.ts'

/** Nesting of emphasis and links that is followed. */
const deepest = 8

/** Sets a line of prose: `code`, **strong**, *emphasis*, ~~struck~~, [links](https://…), <https://…>, hard breaks. */
export function inline(text: string, depth = 0): Html {
  const parts: Part[] = []
  let plain = ''
  let at = 0
  const take = (part: Html, next: number): void => {
    parts.push(plain, part)
    plain = ''
    at = next
  }
  while (at < text.length) {
    const char = text[at] as string
    const span = depth < deepest && /[\\`*_~[!<\n ]/.test(char) ? spanAt(text, at, depth) : undefined
    if (span === undefined) {
      plain += char
      at++
    } else if (typeof span.part === 'string') {
      plain += span.part
      at = span.next
    } else take(span.part, span.next)
  }
  parts.push(plain)
  return html`${parts}`
}

/** Sets a message of the engine or of a plugin: its `names` in backticks, everything else as it is. */
export function message(text: string): Html {
  return html`${text.split(/`([^`\n]{1,200})`/).map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part))}`
}

interface Span {
  readonly part: Html | string
  readonly next: number
}

/** A run of one kind is looked for over this many characters, so that setting stays linear. */
const reach = 2000

function spanAt(text: string, at: number, depth: number): Span | undefined {
  switch (text[at]) {
    case '\\':
      return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? '') ? { part: text[at + 1] as string, next: at + 2 } : undefined
    case '`':
      return code(text, at)
    case '*':
    case '_':
      return emphasis(text, at, depth)
    case '~':
      return text[at + 1] === '~'
        ? wrapped(text, at, '~~', (inner) => html`<s>${inline(inner, depth + 1)}</s>`)
        : undefined
    case '!':
      return image(text, at)
    case '[':
      return link(text, at, depth)
    case '<':
      return autolink(text, at)
    case ' ':
      return text.startsWith('  \n', at) ? { part: html`<br>`, next: at + 3 } : undefined
    default:
      return undefined
  }
}

function code(text: string, at: number): Span | undefined {
  const mark = (/^`+/.exec(text.slice(at, at + 10)) as RegExpExecArray)[0]
  return wrapped(text, at, mark, (inner) => html`<code>${inner.trim()}</code>`)
}

function emphasis(text: string, at: number, depth: number): Span | undefined {
  const char = text[at] as string
  if (/\s/.test(text[at + 1] ?? ' ')) return undefined
  if (char === '_' && /[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return undefined // snake_case is no emphasis
  if (text[at + 1] === char) {
    return wrapped(text, at, char + char, (inner) => html`<strong>${inline(inner, depth + 1)}</strong>`)
  }
  return wrapped(text, at, char, (inner) => html`<em>${inline(inner, depth + 1)}</em>`)
}

function wrapped(text: string, at: number, mark: string, set: (inner: string) => Html): Span | undefined {
  const from = at + mark.length
  const end = text.slice(from, from + reach).indexOf(mark, 1)
  if (end < 0) return undefined
  return { part: set(text.slice(from, from + end)), next: from + end + mark.length }
}

const target = /^\]\(<?([^()\s<>]{1,1000})>?(?:\s+"[^"]{0,200}")?\)/

function image(text: string, at: number): Span | undefined {
  if (text[at + 1] !== '[') return undefined
  const end = text.slice(at, at + reach).indexOf(']')
  const found = end < 0 ? null : target.exec(text.slice(at + end, at + end + reach))
  if (!found) return undefined
  return { part: html`<em>${text.slice(at + 2, at + end)}</em>`, next: at + end + found[0].length }
}

function link(text: string, at: number, depth: number): Span | undefined {
  const end = text.slice(at, at + reach).indexOf('](')
  const found = end < 0 ? null : target.exec(text.slice(at + end, at + end + reach))
  if (!found) return undefined
  const label = inline(text.slice(at + 1, at + end), depth + 1)
  return { part: anchor(found[1] as string, label), next: at + end + found[0].length }
}

function autolink(text: string, at: number): Span | undefined {
  const found = /^<((?:https?:\/\/|mailto:)[^\s<>]{1,1000})>/.exec(text.slice(at, at + reach))
  return found ? { part: anchor(found[1] as string, html`${found[1]}`), next: at + found[0].length } : undefined
}

function anchor(address: string, label: Html): Html {
  if (!/^(?:https?:\/\/|mailto:|#)/i.test(address)) return label
  return html`<a href="${address}" rel="noopener noreferrer">${label}</a>`
}
