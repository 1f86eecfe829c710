/** HTML that is safe to print. Only {@link html} and {@link trusted} make it; everything else is text and gets escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a `${…}` of {@link html}. `null`, `undefined` and `false` print nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[]

/** Template tag for HTML: every part that is not {@link Html} itself is escaped, in text and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] as string
  parts.forEach((part, i) => {
    text += print(part) + strings[i + 1]
  })
  return new Html(text)
}

/** Takes text as HTML without looking at it: for what this layer made itself, such as its style sheet and its drawings. */
export function trusted(text: string): Html {
  return new Html(text)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML text. Control characters, which HTML cannot hold, become U+FFFD; so do halves of surrogate pairs. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (char) => entities[char] as string)
    .replace(/[^\P{Cc}\t\n\r]/gu, '\ufffd')
}

function print(part: Part): string {
  if (part === null || part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(print).join('')
  return escapeHtml(String(part))
}
