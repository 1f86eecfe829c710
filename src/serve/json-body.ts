import { fail } from '../base/errors.ts'
import { DEEPEST_JSON, jsonDepth } from '../model/json-depth.ts'

/**
 * Reads a request's body: JSON in UTF-8, checked for depth before it is parsed, since what recurses over deep JSON dies of it.
 *
 * @throws DaybookError SERVE_BAD_REQUEST
 */
export function parseBody(bytes: Uint8Array): unknown {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not UTF-8' })
  }
  if (text.trim() === '') throw fail('SERVE_BAD_REQUEST', { reason: 'the body is empty' })
  if (jsonDepth(text) > DEEPEST_JSON) {
    throw fail('SERVE_BAD_REQUEST', { reason: `the body is nested deeper than ${DEEPEST_JSON} levels` })
  }
  try {
    return JSON.parse(text)
  } catch {
    throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not JSON' }) // the engine's own words quote the body
  }
}
