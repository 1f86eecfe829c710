import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { fail } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { type Page, placesIn } from './page.ts'
import { parsePage } from './parse-page.ts'

/** Bytes that a page may have. */
const sizeLimit = 2 ** 20

/**
 * Reads and parses a page. The values are not checked: see `checkPage`.
 *
 * @param file Path as the user named it; errors print it.
 * @throws DaybookError SPEC_… with everything that was found as `.all`
 */
export async function readPage(file: string): Promise<Page> {
  const path = resolve(file)
  const size = sizeOf(path, file)
  if (size > sizeLimit) throw fail('SPEC_FILE_TOO_LARGE', { file, bytes: size, limit: sizeLimit })
  const text = decode(readFileSync(path), file)
  return parsePage(text, file, dirname(path))
}

function sizeOf(path: string, file: string): number {
  try {
    const stat = statSync(path)
    if (stat.isFile()) return stat.size
    const reason = stat.isDirectory() ? 'it is a folder' : 'it is no regular file'
    throw fail('SPEC_FILE_UNREADABLE', { file, reason }, stat.isDirectory() ? { hint: nameAPage(path, file) } : {})
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw fail('SPEC_FILE_MISSING', { file }, { hint: nearestFile(path, file) })
    if (typeof code !== 'string' || code.startsWith('SPEC_')) throw thrown
    throw fail('SPEC_FILE_UNREADABLE', { file, reason: (thrown as Error).message }, { cause: thrown })
  }
}

/** What to do about a file that is not there: the nearest name in its folder. */
export function nearestFile(path: string, shown: string): string | undefined {
  const near = nearest(basename(path), filesOf(dirname(path)))
  if (near === undefined) return isAbsolute(shown) ? undefined : `Looked for ${path}.`
  return `did you mean \`${join(dirname(shown), near)}\`?`
}

function nameAPage(folder: string, shown: string): string | undefined {
  const page = filesOf(folder).find((name) => /\.ya?ml$/.test(name))
  return page === undefined ? 'Name a page: a YAML file.' : `did you mean \`${join(shown, page)}\`?`
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

/** The text of a page, or an error that says where it stops being text. */
function decode(bytes: Uint8Array, file: string): string {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw fail('SPEC_NOT_UTF8', { reason: 'it starts as UTF-16' }, { at: { file, line: 1, col: 1, endCol: 2 } })
  }
  const lenient = new TextDecoder('utf-8').decode(bytes)
  const at = (offset: number) => placesIn(file, lenient)([offset, offset + 1])
  const bad = isUtf8(bytes) ? -1 : lenient.indexOf('\ufffd')
  if (bad >= 0) throw fail('SPEC_NOT_UTF8', { reason: 'these bytes stand for no character' }, { at: at(bad) })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  const control = lenient.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/)
  if (control < 0) return lenient
  const name = `U+${lenient.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0')}`
  throw fail('SPEC_NOT_UTF8', { reason: `it holds the control character ${name}` }, { at: at(control) })
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
