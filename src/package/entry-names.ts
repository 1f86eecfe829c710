import { fail } from '../base/errors.ts'

/** Longest name of an entry: what a plain header holds of it. */
const longest = 255

/** Names that are devices on Windows, whatever follows a dot. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/**
 * What is wrong with the name of an entry, or undefined. The alphabet is closed: of all that looks alike, has several
 * Unicode forms, escapes a folder or means something to a shell, nothing can be written with it.
 */
export function faultOfName(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > longest) return `it has ${name.length} characters, ${longest} are allowed`
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'it is absolute'
  if (name.includes('\\')) return 'it has a backslash'
  if (name.includes('\0')) return 'it has a NUL character'
  const parts = name.split('/')
  if (parts.includes('..')) return 'it leads out of its folder'
  for (const part of parts) {
    if (part === '' || part === '.') return 'it has an empty part'
    if (!/^[\w.@+-]+( [\w.@+-]+)*$/.test(part)) return 'it has characters that look like others or mean something'
    if (part.endsWith('.')) return 'a part of it ends with a dot'
    if (devices.test(part)) return `${part} is a device on some systems`
  }
  return undefined
}

/** A name that came from elsewhere, fit to be printed: nothing that a terminal obeys or that hides, and not too long. */
export function shownName(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]/g, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
  return plain.length > 200 ? `${plain.slice(0, 197)}...` : plain
}

/** The names of one archive: each once, and none that another system takes for another one. */
export class EntryNames {
  /** As they were first spelled, by folded path: of files and of the folders above them. */
  readonly #files = new Map<string, string>()
  readonly #folders = new Map<string, string>()

  /** @throws DaybookError TAR_BAD_NAME, TAR_TWIN_NAME */
  add(name: string): void {
    const reason = faultOfName(name)
    if (reason !== undefined) throw fail('TAR_BAD_NAME', { name: shownName(name), reason })
    const parts = name.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      const fold = folder.toLowerCase() // ASCII alone, so that no language of the machine has a say
      const twin = this.#files.get(fold) ?? this.#folders.get(fold)
      if (twin !== undefined && (twin !== folder || this.#files.has(fold))) throw twins(name, twin)
      this.#folders.set(fold, folder)
    }
    const fold = name.toLowerCase()
    const twin = this.#files.get(fold) ?? this.#folders.get(fold)
    if (twin !== undefined) throw twins(name, twin)
    this.#files.set(fold, name)
  }
}

function twins(name: string, other: string) {
  return fail('TAR_TWIN_NAME', { name: shownName(name), other: shownName(other) })
}
