import { clip, formatNumber } from '../../numbers.ts'
import { code } from '../blocks.ts'
import { notesOf, passage } from '../notes.ts'
import type { DocumentSource } from '../source.ts'
import type { Evidence } from './point.ts'

type Found = Evidence | undefined

/** Characters of the page's prose that stand beside a question; the whole text stands further down. */
const longestQuote = 280

/** What a key of the page says. */
export function key({ view }: DocumentSource, name: string, at?: string): Found {
  const text = view.page.text([name])?.trim()
  if (!text) return undefined
  return { text: [code(`${name}:`), ' ', clip(text, longestQuote)], ...(at !== undefined && { at }) }
}

/** What a note of the page says under a heading. */
export function note({ view }: DocumentSource, names: readonly string[]): Found {
  const found = passage(notesOf(view), names)
  if (found === undefined) return undefined
  return {
    text: [
      `Note of ${found.at}, under “${clip(found.heading, 80)}”: `,
      clip(found.text.replace(/\s+/g, ' '), longestQuote),
    ],
    at: 'notes',
  }
}

/** Which cells have a note that says why they are there. */
export function cellNotes({ view }: DocumentSource, fits: (id: string) => boolean): Found {
  const noted = view.cells.filter(({ id, note }) => note !== undefined && fits(id))
  if (noted.length === 0) return undefined
  return { text: ['Notes of ', ...names(noted.map(({ id }) => id))], at: 'notes' }
}

/** Names as code, with commas; a long list ends with a count. */
export function names(list: readonly string[], most = 8): readonly (string | { readonly code: string })[] {
  const left = list.length - most
  return [
    ...list.slice(0, most).flatMap((name, i) => (i === 0 ? [code(name)] : [', ', code(name)])),
    ...(left > 0 ? [` and ${formatNumber(left)} more`] : []),
  ]
}
