import { apostrophes, capitals } from './onnx-pattern.ts'

/**
 * The spellings in which the words of terms can stand behind splitting, and the word of each: capitals that lower-casing may
 * leave, either apostrophe inside, one before and one behind that is no part of the word.
 */
export function canonicalWords(
  terms: readonly string[],
  toLowerCase: boolean,
): { readonly texts: readonly string[]; readonly words: readonly string[] } {
  const wordOf = new Map<string, string>()
  for (const word of new Set(terms.flatMap((term) => term.split(' ')))) {
    const cased = toLowerCase ? [word, capitalized(word), shouted(word)] : [word]
    for (const spelling of new Set(cased.flatMap(withApostrophes)))
      for (const before of ['', ...apostrophes])
        for (const behind of ['', ...apostrophes]) wordOf.set(before + spelling + behind, word)
  }
  return { texts: [...wordOf.keys()], words: [...wordOf.values()] }
}

function capitalized(word: string): string {
  const first = String.fromCodePoint(word.codePointAt(0) as number)
  return shouted(first) + word.slice(first.length)
}

/** The word with its letters beyond ASCII as capitals; those of ASCII are lower-cased everywhere alike. */
function shouted(word: string): string {
  return Array.from(word, (letter) => {
    const code = letter.codePointAt(0) as number
    return String.fromCodePoint(capitals().get(code) ?? code)
  }).join('')
}

/** The word with each of its apostrophes written in either way. */
function withApostrophes(word: string): string[] {
  const at = word.indexOf("'")
  if (at < 0) return [word]
  const [before, rest] = [word.slice(0, at), withApostrophes(word.slice(at + 1))]
  return apostrophes.flatMap((apostrophe) => rest.map((behind) => before + apostrophe + behind))
}
