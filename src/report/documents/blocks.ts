/** A piece of a line: text, or a name that is set as code. */
export type Piece = string | { readonly code: string }

/** A line of text; a list of pieces is set one after the other. */
export type Line = Piece | readonly Piece[]

export interface TableColumn {
  readonly name: string
  /** Set to the right, so that figures line up. */
  readonly numeric?: boolean
}

/** What a document is made of, before it is set as Markdown or HTML. */
export type Block =
  /** The page's own prose, in Markdown. */
  | { readonly kind: 'prose'; readonly text: string }
  | { readonly kind: 'line'; readonly text: Line }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  | { readonly kind: 'facts'; readonly rows: readonly (readonly [string, Line])[] }
  | {
      readonly kind: 'table'
      readonly title: string
      readonly columns: readonly TableColumn[]
      readonly rows: readonly (readonly Line[])[]
    }
  | { readonly kind: 'yaml'; readonly text: string }
  /** What nobody said, and how to say it: silence is no answer. */
  | { readonly kind: 'missing'; readonly what: string; readonly add: Line }

/** A titled part of a document. */
export interface Section {
  readonly id: string
  readonly title: string
  readonly blocks: readonly Block[]
}

/** A name as code. */
export function code(text: string): Piece {
  return { code: text }
}

/** A message of the engine or of a plugin, its `names` as code. */
export function quoted(message: string): readonly Piece[] {
  return message.split(/`([^`\n]{1,200})`/).map((part, i) => (i % 2 === 1 ? code(part) : part))
}

/** The pieces of a line. */
export function pieces(line: Line): readonly Piece[] {
  return Array.isArray(line) ? line : [line as Piece]
}

/** A column of figures. */
export function figures(name: string): TableColumn {
  return { name, numeric: true }
}

/** Blocks of which some are absent. */
export function blocks(...given: readonly (Block | undefined | false)[]): readonly Block[] {
  return given.filter((block): block is Block => block !== undefined && block !== false)
}
