import { parseDate } from './date.ts'

/** Most distinct texts of a category that nobody declared: 50, or 5 % of the rows. */
export function categoryLimit(rows: number): number {
  return Math.max(50, Math.floor(rows / 20))
}

/**
 * The type of texts that nobody declared and that are not all numbers: date if every one is ISO 8601, category if few are
 * distinct, else text. `true` and `false` make a category: booleans are declared, or typed by their source.
 */
export function inferType(texts: readonly (string | null)[]): 'date' | 'category' | 'text' {
  for (const text of texts) {
    if (text !== null && parseDate(text) === undefined) return isCategory(texts) ? 'category' : 'text'
  }
  return 'date'
}

/** True where few of the texts are distinct. */
export function isCategory(texts: readonly (string | null)[]): boolean {
  const limit = categoryLimit(texts.length)
  const seen = new Set<string>()
  for (const text of texts) {
    if (text === null) continue
    seen.add(text)
    if (seen.size > limit) return false
  }
  return true
}
