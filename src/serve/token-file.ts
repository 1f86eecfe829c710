import { randomBytes } from 'node:crypto'
import { fail, failAll, type Place } from '../base/errors.ts'
import { nearest } from '../base/nearest.ts'
import { parseDate } from '../frame/date.ts'
import { hashOf, type Scope, type StoredToken, scopes } from './access.ts'

/** A new token, and the line that a token file keeps of it. */
export interface NewToken {
  /** Shown once: it stands nowhere. */
  readonly token: string
  readonly line: string
}

/**
 * Makes a token of 256 random bits.
 *
 * @param until first day on which it is no longer taken, `2027-06-30`
 * @param note what it is for
 * @throws DaybookError SERVE_BAD_TOKEN
 */
export function newToken(allowed: readonly string[], until?: string, note?: string): NewToken {
  const token = `daybook_${randomBytes(32).toString('base64url')}`
  const words = [hashOf(token).toString('hex'), allowed.join(',')]
  if (until !== undefined) words.push(`until=${until}`)
  if (note !== undefined) words.push(`# ${note.replace(/\s+/g, ' ')}`)
  const line = words.join(' ')
  readLine(line, undefined)
  return { token, line }
}

/**
 * Reads a token file: one token a line, as SHA-256, scopes and perhaps the day on which it ends; what follows `#` is a note.
 *
 * @param file how errors name it
 * @throws DaybookError SERVE_BAD_TOKEN, all of them at once
 */
export function readTokens(text: string, file: string): readonly StoredToken[] {
  const errors: ReturnType<typeof fail>[] = []
  const tokens: StoredToken[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const shown = line.replace(/\S{20,}/g, (word) => `${word.slice(0, 8)}…`) // a token may stand where its hash should
    const at: Place = { file, line: i + 1, col: 1, endCol: Math.max(2, shown.length + 1), text: shown }
    try {
      const token = readLine(line, at)
      if (token !== undefined) tokens.push(token)
    } catch (thrown) {
      errors.push(thrown as ReturnType<typeof fail>)
    }
  }
  if (errors.length > 0) throw failAll(errors)
  return tokens
}

function readLine(line: string, at: Place | undefined): StoredToken | undefined {
  const bad = (reason: string, hint?: string) => fail('SERVE_BAD_TOKEN', { reason }, { at, hint })
  const words = line
    .replace(/(^|\s)#.*$/, '')
    .trim()
    .split(/\s+/)
  if (words[0] === '') return undefined
  const [hash = '', list = '', ...rest] = words
  if (!/^[0-9a-f]{64}$/i.test(hash)) throw bad('a line starts with the SHA-256 of the token, 64 hexadecimal digits')
  const allowed = list.split(',')
  for (const scope of allowed) {
    if ((scopes as readonly string[]).includes(scope)) continue
    const near = nearest(scope, scopes)
    throw bad(`\`${scope}\` is no scope, there are ${scopes.join(', ')}`, near && `Did you mean \`${near}\`?`)
  }
  let until: number | undefined
  for (const word of rest) {
    const day = /^until=(.+)$/.exec(word)?.[1]
    until = day === undefined ? undefined : parseDate(day)
    if (until === undefined)
      throw bad(`\`${word}\` is not understood`, 'Write `until=2027-06-30`, or a note after `#`.')
  }
  return { hash: Buffer.from(hash, 'hex'), scopes: allowed as Scope[], until }
}
