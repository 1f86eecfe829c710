import { fail } from '../../base/errors.ts'

/** Refuses what is not UTF-8; drops no byte order mark, which is no JSON. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of bytes in UTF-8. @throws DaybookError SERVE_BAD_REQUEST */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not UTF-8' })
  }
}

/**
 * Reads a body as JSON in UTF-8. The engine's parser does not recurse, and nobody may recurse over what it gives: a body can
 * be nested as deep as it is long.
 *
 * @throws DaybookError SERVE_BAD_REQUEST
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = textOf(bytes)
  if (text.trim() === '') throw fail('SERVE_BAD_REQUEST', { reason: 'the body is empty' })
  try {
    return JSON.parse(text)
  } catch {
    throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not JSON' }) // the engine's own words quote the body
  }
}

/** A JSON object, as against a list or a plain value. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
