import { fail } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import { DEEPEST_JSON, jsonDepth } from './json-depth.ts'

/** A row of a file and where it stands, such as `loans.jsonl:17`. */
export interface PlacedRow {
  readonly row: JsonObject
  readonly place: string
}

/**
 * Rows of JSON text: one object a line, or one list of objects.
 *
 * @param file how errors name it
 * @throws DaybookError SCORE_BAD_LINE
 */
export function* jsonRows(text: string, file: string): Generator<PlacedRow> {
  if (/^\s*\[/.test(text)) yield* listedRows(text, file)
  else yield* linedRows(text, file)
}

function* listedRows(text: string, file: string): Generator<PlacedRow> {
  const rows = parse(text, file)
  if (!Array.isArray(rows)) throw fail('SCORE_BAD_LINE', { place: file, reason: 'not a list of rows' })
  for (const [i, row] of rows.entries()) {
    const place = `${file}, row ${i + 1}`
    yield { row: objectOf(row, place), place }
  }
}

function* linedRows(text: string, file: string): Generator<PlacedRow> {
  let line = 0
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf('\n', start)
    const content = text.slice(start, end < 0 ? undefined : end).trim()
    start = end < 0 ? text.length + 1 : end + 1
    line++
    if (content === '') continue
    const place = `${file}:${line}`
    yield { row: objectOf(parse(content, place), place), place }
  }
}

function parse(text: string, place: string): unknown {
  if (jsonDepth(text) > DEEPEST_JSON)
    throw fail('SCORE_BAD_LINE', { place, reason: `nested deeper than ${DEEPEST_JSON} levels` })
  try {
    return JSON.parse(text)
  } catch {
    throw fail('SCORE_BAD_LINE', { place, reason: 'not JSON' })
  }
}

function objectOf(value: unknown, place: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject
  throw fail('SCORE_BAD_LINE', { place, reason: 'not an object of columns' })
}
