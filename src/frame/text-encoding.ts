import { isUtf8 } from 'node:buffer'
import { fail } from '../base/errors.ts'

/** Encodings that a text file may have. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | 'latin1'

/** Longest text that every supported engine holds in one string. */
export const MAX_TEXT = 2 ** 29 - 32

/** Characters of windows-1252 at 0x80 … 0x9f; five places are empty there. */
const windows = '€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ'

/**
 * Text of a file. A byte order mark is taken off. Own tables for the single-byte encodings: engines differ in what they
 * call latin1.
 *
 * @throws DaybookError DATA_BAD_ENCODING (with the line), DATA_BINARY, DATA_TOO_LARGE
 */
export function decodeText(bytes: Uint8Array, encoding: TextEncoding, file: string): string {
  refuseBinary(bytes, encoding, file)
  if (bytes.length > MAX_TEXT * (encoding.startsWith('utf-16') ? 2 : 1)) {
    throw fail('DATA_TOO_LARGE', { file, limit: MAX_TEXT }, { hint: 'Store it as Parquet, or read less of it.' })
  }
  const text = decodeWith(bytes, encoding, file)
  const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const zero = plain.indexOf('\0')
  if (zero >= 0) throw fail('DATA_BINARY', { file, what: `a zero byte in line ${lineAt(plain, zero)}` })
  return plain
}

function decodeWith(bytes: Uint8Array, encoding: TextEncoding, file: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (encoding) {
    case 'utf-8':
      if (!isUtf8(bytes)) throw fail('DATA_BAD_ENCODING', { file, line: firstBadLine(buffer), encoding })
      return buffer.toString('utf8')
    case 'utf-16le':
    case 'utf-16be': {
      const even = buffer.length % 2 === 0
      const text = (encoding === 'utf-16be' && even ? Buffer.from(buffer).swap16() : buffer).toString('utf16le')
      if (!even || !text.isWellFormed()) {
        const bad = even ? text.toWellFormed().indexOf('\ufffd') : text.length
        throw fail('DATA_BAD_ENCODING', { file, line: lineAt(text, bad), encoding })
      }
      return text
    }
    case 'latin1':
      return buffer.toString('latin1')
    case 'windows-1252': {
      const text = buffer.toString('latin1')
      return text.replace(/[\u0080-\u009f]/g, (character, at: number) => {
        const meant = windows[character.charCodeAt(0) - 0x80] as string
        if (meant === '\0') throw fail('DATA_BAD_ENCODING', { file, line: lineAt(text, at), encoding })
        return meant
      })
    }
  }
}

function refuseBinary(bytes: Uint8Array, encoding: TextEncoding, file: string): void {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1')
  if (start === 'PAR1')
    throw fail('DATA_BINARY', { file, what: 'a Parquet file' }, { hint: 'Read it with `use: parquet`.' })
  if (start === 'PK\u0003\u0004')
    throw fail('DATA_BINARY', { file, what: 'a zip archive or a spreadsheet' }, { hint: 'Save it as CSV.' })
  const mark =
    encoding === 'utf-8' && (start.startsWith('ÿþ') ? 'utf-16le' : start.startsWith('þÿ') ? 'utf-16be' : undefined)
  if (mark)
    throw fail(
      'DATA_BAD_ENCODING',
      { file, line: 1, encoding },
      { hint: `It begins as UTF-16 does: set \`encoding: ${mark}\`.` },
    )
}

function firstBadLine(buffer: Buffer): number {
  let line = 1
  for (let at = 0; at < buffer.length; line++) {
    const end = buffer.indexOf(10, at)
    if (end < 0 || !isUtf8(buffer.subarray(at, end))) return line
    at = end + 1
  }
  return line
}

function lineAt(text: string, at: number): number {
  let line = 1
  for (let end = text.indexOf('\n'); end >= 0 && end < at; end = text.indexOf('\n', end + 1)) line++
  return line
}
