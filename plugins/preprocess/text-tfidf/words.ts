import { isWordCharacter, lowerCase } from './letters.ts'

const apostrophe = 0x27
const typographicApostrophe = 0x2019

/**
 * The words of a text: longest runs of letters, marks and digits of any script, in lower case where asked for. An apostrophe
 * between two of them belongs to the word (`don't`, written with either character).
 */
export function wordsOf(text: string, toLowerCase: boolean): string[] {
  const words: string[] = []
  let word = ''
  let at = 0
  while (at < text.length) {
    const code = text.codePointAt(at) as number
    at += code > 0xffff ? 2 : 1
    if (isWordCharacter(code)) {
      word += String.fromCodePoint(toLowerCase ? lowerCase(code) : code)
    } else if (
      word !== '' &&
      isApostrophe(code) &&
      at < text.length &&
      isWordCharacter(text.codePointAt(at) as number)
    ) {
      word += "'"
    } else if (word !== '') {
      words.push(word)
      word = ''
    }
  }
  if (word !== '') words.push(word)
  return words
}

/** The terms of a text: its words, and its runs of up to `longest` words, joined by a space. */
export function termsOf(text: string, toLowerCase: boolean, longest: number): string[] {
  const words = wordsOf(text, toLowerCase)
  const terms = [...words]
  for (let length = 2; length <= longest; length++)
    for (let i = 0; i + length <= words.length; i++) terms.push(words.slice(i, i + length).join(' '))
  return terms
}

function isApostrophe(code: number): boolean {
  return code === apostrophe || code === typographicApostrophe
}
