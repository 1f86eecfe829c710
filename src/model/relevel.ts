import { MISSING, UNSEEN } from '../frame/index.ts'
import type { SignatureColumn } from './manifest.ts'

/** Gives the code of a text (null: missing); `refuse` makes the error where it has none. */
export type LevelCoder = (text: string | null, refuse: (text: string) => Error) => number

/**
 * Codes of texts by the levels of a signature column. A text that is no level becomes MISSING under `unseen: missing`,
 * UNSEEN under `unseen: other` or where the caller is lenient; otherwise `refuse` is asked for the error to throw.
 */
export function levelCoder(column: SignatureColumn, lenient: boolean): LevelCoder {
  const codes = new Map((column.levels ?? []).map((level, code) => [level, code]))
  const passes = lenient || column.unseen !== 'error'
  const unseen = column.unseen === 'missing' ? MISSING : UNSEEN
  return (text, refuse) => {
    if (text === null) return MISSING
    const code = codes.get(text)
    if (code !== undefined) return code
    if (!passes) throw refuse(text)
    return unseen
  }
}
