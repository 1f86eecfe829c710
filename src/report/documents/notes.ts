import type { RunView } from '../view.ts'

/** A piece of the page's prose. */
export interface Note {
  /** Where it stands: `the page`, or the id of a cell. */
  readonly at: string
  readonly text: string
}

/** All prose of the page, in order. */
export function notesOf({ page, cells }: RunView): readonly Note[] {
  const own = page.text(['note'])
  return [
    ...(own === undefined ? [] : [{ at: 'the page', text: own }]),
    ...cells.flatMap(({ id, note }) => (note === undefined ? [] : [{ at: id, text: note }])),
  ]
}

/** Prose that a note holds under a heading. */
export interface Passage extends Note {
  readonly heading: string
}

/**
 * What the notes say under a heading of one of these names, whatever its level and case: so the page answers what no key of
 * it asks for. Undefined where no note has such a heading with words below it.
 */
export function passage(notes: readonly Note[], names: readonly string[]): Passage | undefined {
  const wanted = new Set(names.map(plain))
  for (const { at, text } of notes) {
    const lines = text.replace(/\r\n?/g, '\n').split('\n')
    const fenced = insideFences(lines)
    for (const [i, line] of lines.entries()) {
      const title = fenced[i] ? undefined : headingOf(line)
      if (title === undefined || !wanted.has(plain(title.text))) continue
      const rest = lines.slice(i + 1)
      const end = rest.findIndex((line, k) => !fenced[i + 1 + k] && (headingOf(line)?.level ?? 7) <= title.level)
      const content = (end < 0 ? rest : rest.slice(0, end)).join('\n').trim()
      if (content !== '') return { at, heading: title.text, text: content }
    }
  }
  return undefined
}

function headingOf(line: string): { readonly level: number; readonly text: string } | undefined {
  const found = /^ {0,3}(#{1,6})[ \t]+(.{1,200}?)[ \t#]*$/.exec(line)
  return found ? { level: (found[1] as string).length, text: found[2] as string } : undefined
}

function insideFences(lines: readonly string[]): readonly boolean[] {
  let open = false
  return lines.map((line) => {
    const mark = /^ {0,3}(?:`{3}|~{3})/.test(line)
    if (mark) open = !open
    return mark || open
  })
}

function plain(title: string): string {
  return title
    .replace(/[*_`]/g, '')
    .replace(/[\s:?.]+/g, ' ')
    .trim()
    .toLowerCase()
}
