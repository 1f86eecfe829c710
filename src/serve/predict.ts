import type { Digest } from '../base/digest.ts'
import { fail } from '../base/errors.ts'
import type { Json, JsonObject } from '../base/json.ts'
import { nearest } from '../base/nearest.ts'
import type { Model } from '../model/index.ts'

export interface ServedModel {
  readonly name: string
  readonly version: string
  readonly digest: Digest
}

/**
 * Rows of a request: `{ "rows": [ { column: value } ] }`.
 *
 * @throws DaybookError SERVE_BAD_REQUEST, SERVE_TOO_MANY_ROWS
 */
export function rowsOf(body: unknown, limit: number): readonly JsonObject[] {
  if (!isRecord(body)) throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not an object' }, { hint })
  for (const key of Object.keys(body)) {
    if (key === 'rows') continue
    const near = nearest(key, ['rows'])
    throw fail(
      'SERVE_BAD_REQUEST',
      { reason: 'the body holds more than `rows`' },
      { hint: near ? 'Did you mean `rows`?' : hint },
    )
  }
  const { rows } = body
  if (!Array.isArray(rows)) throw fail('SERVE_BAD_REQUEST', { reason: '`rows` is not a list' }, { hint })
  if (rows.length === 0) throw fail('SERVE_BAD_REQUEST', { reason: '`rows` is empty' }, { hint })
  if (rows.length > limit) throw fail('SERVE_TOO_MANY_ROWS', { rows: rows.length, limit })
  rows.forEach((row, i) => {
    if (!isRecord(row))
      throw fail('SERVE_BAD_REQUEST', { reason: `row ${i} is not an object of columns` }, { hint, values: { row: i } })
  })
  return rows as JsonObject[]
}

const hint = 'Send { "rows": [ { "column": value } ] }.'

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Predictions of rows in the form that `POST /predict` answers. */
export function predictAnswer(model: Model, rows: readonly JsonObject[], served: ServedModel): JsonObject {
  const scored = model.predictRows(rows)
  const column = (name: 'probabilities' | 'score' | 'distance'): Json => scored.map((row) => row[name] as Json)
  return {
    predictions: scored.map((row) => row.prediction),
    ...(model.signature.output === 'probabilities' && { probabilities: column('probabilities') }),
    ...(model.signature.output === 'scores' && { scores: column('score') }),
    ...(model.signature.output === 'clusters' && { distances: column('distance') }),
    model: { ...served },
  }
}
