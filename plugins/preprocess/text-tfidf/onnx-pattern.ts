import { isWordCharacter, lowerCase, rangesOfWords } from './letters.ts'

/** Characters between two word characters that belong to the word. */
export const apostrophes = ["'", '\u2019'] as const

/** Whitespace of ASCII. */
export const whitespace = '\t\n\v\f\r '

/** What else parts words: the rest of ASCII, Latin-1, the usual punctuation of Europe and East Asia, signs of money. */
export const separators: readonly string[] = [
  ...'!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~',
  ...'\u00a0¡¢£¤¥¦§¨©«¬®¯°±´¶·¸»¿×÷',
  ...'\u2002\u2003\u2009‐‑‒–—―‘‚“”„†‡•…\u2028\u2029\u202f‰′″‹›€₹№™−',
  ...'\u3000、。〈〉《》「」『』【】・！（），．：；？～',
]

/**
 * A regular expression (RE2) of the texts that the graph reads as the model does. What is neither a separator nor part of words
 * may stand by itself between separators. Lower-casing beyond ASCII differs between engines, so that capitals there may only
 * begin a word or stand in a word of capitals: these spellings are in the dictionary.
 */
export function textPattern(toLowerCase: boolean): string {
  const parting = `[${classOf(codesOf([...whitespace, ...separators]))}]+`
  const apostrophe = `[${classOf(codesOf(apostrophes))}]+`
  const word = toLowerCase ? casedWord() : `[${classOf(rangesOfWords())}]*`
  const piece = `(?:${word}(?:${apostrophe}${word})*|${strangers()})`
  return `(?:${piece}${parting})*${piece}`
}

/** A regular expression of what is no word and no separator. */
export function strangers(): string {
  return `[^${classOf([...rangesOfWords(), ...codesOf([...whitespace, ...separators, ...apostrophes])])}]+`
}

function casedWord(): string {
  const large = classOf([...capitals().values()].sort((a, b) => a - b).map(pair))
  const lower = classOf(withoutCased(rangesOfWords()))
  return `(?:[${large}]?[${lower}]*|[${large}A-Z]+)`
}

function codesOf(texts: Iterable<string>): Range[] {
  return Array.from(texts, (text) => pair(text.codePointAt(0) as number))
}

type Range = readonly [number, number]

function pair(code: number): Range {
  return [code, code]
}

function classOf(ranges: readonly Range[]): string {
  return ranges.map(([start, end]) => (start === end ? hex(start) : `${hex(start)}-${hex(end)}`)).join('')
}

function hex(code: number): string {
  return `\\x{${code.toString(16).toUpperCase()}}`
}

/** Word characters without those beyond ASCII that have another lower case. */
function withoutCased(ranges: readonly Range[]): Range[] {
  return ranges.flatMap(([start, end]) => {
    const kept: [number, number][] = []
    for (let code = start; code <= end; code++) {
      if (code >= 0x80 && lowerCase(code) !== code) continue
      const last = kept.at(-1)
      if (last !== undefined && last[1] === code - 1) last[1] = code
      else kept.push([code, code])
    }
    return kept
  })
}

let known: ReadonlyMap<number, number> | undefined

/** Upper-case letters beyond ASCII that texts may hold, the first of each, by their lower case. Found when first asked for. */
export function capitals(): ReadonlyMap<number, number> {
  known ??= capitalsByLower()
  return known
}

function capitalsByLower(): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const [start, end] of rangesOfWords()) {
    for (let code = Math.max(start, 0x80); code <= end; code++) {
      const lower = lowerCase(code)
      if (lower !== code && lower >= 0x80 && isWordCharacter(lower) && !found.has(lower)) found.set(lower, code)
    }
  }
  return found
}
