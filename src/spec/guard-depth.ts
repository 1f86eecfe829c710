import { CST, Lexer } from 'yaml'
import { fail, type Place } from '../base/errors.ts'

/** Levels that a page may nest. */
const depthLimit = 64

/** Words and signs that a page may hold: what is more would keep the parser busy for seconds. */
const tokenLimit = 50_000

/**
 * Checks a text before it is parsed.
 *
 * @throws DaybookError SPEC_TOO_DEEP, SPEC_TOO_MANY_VALUES, SPEC_YAML for a quote that is never closed
 */
export function guardText(text: string, toPlace: (range: readonly [number, number]) => Place): void {
  const fault = faultOf(text)
  if (fault === undefined) return
  const details = { at: toPlace([fault.at, fault.at + 1]) }
  if (fault.type === 'deep') throw fail('SPEC_TOO_DEEP', { limit: depthLimit }, details)
  if (fault.type === 'long') throw fail('SPEC_TOO_MANY_VALUES', { limit: tokenLimit }, details)
  throw fail('SPEC_YAML', { reason: 'this quote is never closed' }, details)
}

/**
 * Where and how a text is too much for the parser, or undefined.
 *
 * The YAML parser recurses on nesting, and a page of two kilobytes of `[` aborts the whole process beyond any `catch`.
 * Its lexer does not: so its tokens are counted first. Flow collections count by brackets, block ones by the columns that
 * lines, `-`, `?` and compact `key: key:` start at.
 */
function faultOf(text: string): { readonly type: 'deep' | 'long' | 'quote'; readonly at: number } | undefined {
  const columns: number[] = []
  let flow = 0
  let offset = 0
  let lineStart = 0
  let fresh = true // nothing but space since the line began
  let colons = 0
  let tokens = 0
  for (const token of new Lexer().lex(text)) {
    const type = CST.tokenType(token)
    if (type === 'doc-mode' || type === 'flow-error-end' || type === 'scalar') {
      if (type === 'flow-error-end') flow = 0
      continue // marks without text
    }
    if (type === 'newline') {
      fresh = true
      colons = 0
      lineStart = offset + token.length
    } else if (type !== 'space' && type !== 'comment' && flow === 0) {
      const column = offset - lineStart
      if (type === 'map-value-ind') colons++
      const opens =
        fresh || type === 'seq-item-ind' || type === 'explicit-key-ind' || (type === 'map-value-ind' && colons > 1)
      if (fresh) while (columns.length > 0 && (columns.at(-1) as number) >= column) columns.pop()
      if (opens && column > (columns.at(-1) ?? -1)) columns.push(column)
      fresh = false
    }
    if (type === 'flow-map-start' || type === 'flow-seq-start') flow++
    if (type === 'flow-map-end' || type === 'flow-seq-end') flow = Math.max(0, flow - 1)
    if (columns.length + flow > depthLimit) return { type: 'deep', at: offset }
    if (type !== 'space' && type !== 'newline' && ++tokens > tokenLimit) return { type: 'long', at: offset }
    if (isOpenQuote(token, type)) return { type: 'quote', at: offset }
    offset += token.length
    const lastBreak = token.lastIndexOf('\n')
    if (type !== 'newline' && lastBreak >= 0) {
      lineStart = offset - (token.length - lastBreak - 1)
      fresh = true
      colons = 0
    }
  }
  return undefined
}

function isOpenQuote(token: string, type: string | null): boolean {
  if (type === 'single-quoted-scalar') return token.length < 2 || !token.endsWith("'")
  return type === 'double-quoted-scalar' && (token.length < 2 || !token.endsWith('"'))
}
