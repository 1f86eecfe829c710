import { cardOf } from './card.ts'
import { setMarkdown } from './set-markdown.ts'
import type { DocumentSource } from './source.ts'

/** The model card of a run, as Markdown. */
export function modelCard(source: DocumentSource): string {
  const { title, lead, sections } = cardOf(source)
  return setMarkdown(title, lead, sections)
}
