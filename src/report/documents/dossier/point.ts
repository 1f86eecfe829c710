import type { Line } from '../blocks.ts'

/** Something in the record that answers a question, and where in the dossier it stands in full. */
export interface Evidence {
  readonly text: Line
  /** Id of an element of the dossier. */
  readonly at?: string
}

/** One thing that is asked for: evidence of it, or what to add so that there is some. */
export interface Question {
  readonly asks: string
  readonly found: readonly Evidence[]
  /** What to add where nothing was found. */
  readonly add: Line
}

/** A numbered point of a rule or a list. */
export interface Point {
  readonly number: string
  readonly title: string
  readonly questions: readonly Question[]
}

/** A rule or a list, as the dossier follows it. */
export interface Part {
  readonly id: string
  readonly title: string
  /** What it is, in a sentence or two. */
  readonly about: string
  readonly points: readonly Point[]
}

/** How many questions have evidence, and how many have none. */
export function countOf(points: readonly Point[]): { readonly present: number; readonly missing: number } {
  const all = points.flatMap(({ questions }) => questions)
  const present = all.filter(({ found }) => found.length > 0).length
  return { present, missing: all.length - present }
}

/** A question. Evidence that is absent is left out. */
export function question(asks: string, found: readonly (Evidence | undefined)[], add: Line): Question {
  return { asks, found: found.filter((one): one is Evidence => one !== undefined), add }
}
