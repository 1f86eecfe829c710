import { fail } from '../../base/errors.ts'

/** How events are sent. */
export interface PostOptions {
  /** Bearer token. It goes into the header and nowhere else. */
  readonly token?: string | undefined
  /** For each event. */
  readonly timeoutMs?: number
}

/** Characters of an answer's body that an error repeats, and bytes of it that are read. */
const longestSaid = 160
const mostRead = 4096

/**
 * Sends events to a collector, one after the other, each as one POST of JSON. It stops at the first that is not taken.
 *
 * @param lines events, one JSON document a line
 * @throws DaybookError POST_…; none of them holds the token, what stands behind the address's `?`, or control characters
 */
export async function postEvents(lines: string, address: string, options: PostOptions = {}): Promise<number> {
  const url = checkUrl(address, options.token !== undefined)
  const events = lines.split('\n').filter((line) => line !== '')
  for (const [i, event] of events.entries()) await postOne(url, event, `${i + 1}`, `${events.length}`, options)
  return events.length
}

async function postOne(
  url: URL,
  body: string,
  event: string,
  events: string,
  { token, timeoutMs = 10_000 }: PostOptions,
): Promise<void> {
  const shown = `${url.origin}${url.pathname}`
  const headers = {
    'content-type': 'application/json',
    ...(token !== undefined && { authorization: `Bearer ${checkToken(token)}` }),
  }
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const status = String(answer.status)
    if (answer.status >= 300 && answer.status < 400) {
      await answer.body?.cancel()
      throw fail('POST_REFUSED', { url: shown, status, event, events, said: ': redirects are not followed' })
    }
    const text = answer.ok ? '' : await beginningOf(answer)
    await answer.body?.cancel().catch(() => undefined)
    if (!answer.ok) throw fail('POST_REFUSED', { url: shown, status, event, events, said: saidOf(text, token) })
  } catch (thrown) {
    if (isOurs(thrown)) throw thrown
    throw fail('POST_FAILED', { url: shown, reason: reasonOf(thrown, timeoutMs) })
  }
}

/** An address that events may go to. @throws DaybookError POST_BAD_URL */
function checkUrl(address: string, withToken: boolean): URL {
  const bad = (reason: string) => fail('POST_BAD_URL', { reason })
  if (!URL.canParse(address)) throw bad('it is no address')
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw bad('only http and https are spoken')
  if (url.username !== '' || url.password !== '')
    throw bad('a password does not stand in an address; set DAYBOOK_OPENLINEAGE_TOKEN')
  if (withToken && url.protocol === 'http:' && !isLoopback(url.hostname))
    throw bad('over http anybody on the way could read the token; use https')
  return url
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host)
}

/** @throws DaybookError POST_BAD_TOKEN, which does not show it */
function checkToken(token: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw fail('POST_BAD_TOKEN', {})
  return token
}

/** The first bytes of an answer, however long it is. */
async function beginningOf({ body }: Response): Promise<string> {
  const reader = body?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder()
  let [text, read] = ['', 0]
  while (read < mostRead) {
    const { done, value } = await reader.read()
    if (done) break
    read += value.length
    text += decoder.decode(value.subarray(0, mostRead), { stream: true })
  }
  await reader.cancel()
  return text
}

/** A short piece of what a collector said: one line of visible text, without the token should it repeat it. */
function saidOf(text: string, token: string | undefined): string {
  const clean = (token === undefined ? text : text.replaceAll(token, '…'))
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  if (clean === '') return ''
  const piece = Array.from(clean.slice(0, 2 * longestSaid))
    .slice(0, longestSaid)
    .join('')
  return `: “${piece}${piece.length < clean.length ? '…' : ''}”`
}

function isOurs(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('POST_')
}

/** What the network said, without what was sent. */
function reasonOf(thrown: unknown, timeoutMs: number): string {
  if (!(thrown instanceof Error)) return 'an unknown fault'
  if (thrown.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  const { cause } = thrown
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return /^[A-Z][A-Z0-9_]+$/.test(code) ? code : 'the connection failed'
}
