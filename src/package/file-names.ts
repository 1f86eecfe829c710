/**
 * Letters of other scripts that look like one of the Latin script, small and capital: as they stand in the two texts, letter
 * by letter. Enough to tell names apart that a person would take for one.
 */
const lookAlikes = new Map<string, string>()
for (const [others, latin] of [
  ['аАвВеЕѕЅіІјЈкКмМнНоОрРсСтТуУхХһԁԛԝ', 'aABBeEsSiIjJkKMMHHoOpPcCTTyYxXhdqw'], // Cyrillic
  ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυ', 'ABEZHIKMNOPTYXaivopu'], // Greek
] as const) {
  const letters = [...latin]
  for (const [i, letter] of [...others].entries()) lookAlikes.set(letter, letters[i] as string)
}

const longestName = 4096

/**
 * What is wrong with the name of a file in a signed folder or an archive: undefined for a relative path of plain names, which
 * mean the same on every system and look like what they are.
 */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.length > longestName) return 'is too long'
  if (/^[/\\]/.test(name) || /^[A-Za-z]:/.test(name)) return 'is absolute'
  if (name.includes('\\')) return 'holds a backslash'
  if (!name.isWellFormed() || name.includes('\ufffd')) return 'is not Unicode'
  // Controls, and signs that are not seen: of no width, of direction, for private use.
  if (/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u.test(name)) return 'holds a sign that cannot be seen'
  for (const part of name.split('/')) {
    if (part === '' || part === '.' || part === '..') return `holds the part \`${part}\``
    if (/[ .]$/.test(part)) return 'has a part that ends in a space or a dot'
    for (const word of part.match(/\p{L}[\p{L}\p{M}]*/gu) ?? []) {
      const disguised = [...word].some((letter) => lookAlikes.has(letter))
      if (disguised && /\p{Script=Latin}/u.test(word)) return `mixes scripts in \`${word}\`, whose letters look alike`
    }
  }
  return undefined
}

/** Two names of a list that a person would take for one, such as one with a Cyrillic letter; equal names too. */
export function lookAlikeNames(names: Iterable<string>): readonly [string, string] | undefined {
  const seen = new Map<string, string>()
  for (const name of names) {
    const form = [...name.normalize('NFKC')].map((letter) => lookAlikes.get(letter) ?? letter).join('')
    const before = seen.get(form)
    if (before !== undefined) return [before, name]
    seen.set(form, name)
  }
  return undefined
}

/** A name as it is printed: what cannot be seen, or would move the cursor, is written out. */
export function shownName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`)
}
