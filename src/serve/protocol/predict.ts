import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import { nearest } from '../../base/nearest.ts'
import { checkReasons } from '../../model/index.ts'
import { errorBody } from '../error-answer.ts'
import { isUtf8 } from '../media-type.ts'
import { answerText } from './answer-text.ts'
import type { Protocol } from './protocol.ts'
import { isObject, readJson } from './read-json.ts'
import { reasonsAsked } from './reasons-asked.ts'

/** Daybook's own: `{ "rows": [ { column: value } ] }` to `{ "predictions", "probabilities", "model" }`. */
export const predict: Protocol = {
  name: 'predict',
  takes: (type) => type?.essence === 'application/json' && isUtf8(type),
  read(body, _type, { served, rows: limit, query }) {
    const reasons = query === '' ? undefined : reasonsAsked(query)
    if (reasons !== undefined) checkReasons(served.model.signature, reasons)
    const rows = rowsOf(readJson(body), limit)
    return {
      rows: { form: 'rows', rows },
      reasons,
      answer(scored, added) {
        const { model, name, version } = served
        const { predictions, numbers } = answerText(model.signature)
        const about = JSON.stringify({ name, version, digest: model.digest })
        const more = numbers === undefined ? '' : `,"${numbers.name}":${numbers.list(scored)}`
        const why = added?.reasons === undefined ? '' : `,"reasons":${JSON.stringify(added.reasons)}`
        const receipts = added?.receipts === undefined ? '' : `,"receipts":${JSON.stringify(added.receipts)}`
        return `{"predictions":${predictions(scored)}${more}${why}${receipts},"model":${about}}`
      },
    }
  },
  error: (error) => ({ type: 'application/json; charset=utf-8', text: JSON.stringify(errorBody(error)) }),
}

const hint = 'Send { "rows": [ { "column": value } ] }.'

function rowsOf(body: unknown, limit: number): readonly JsonObject[] {
  if (!isObject(body)) throw fail('SERVE_BAD_REQUEST', { reason: 'the body is not an object' }, { hint })
  for (const key of Object.keys(body)) {
    if (key === 'rows') continue
    const near = nearest(key.slice(0, 20), ['rows'])
    throw fail(
      'SERVE_BAD_REQUEST',
      { reason: 'the body holds more than `rows`' },
      { hint: near ? 'Did you mean `rows`?' : hint },
    )
  }
  const { rows } = body
  if (!Array.isArray(rows)) throw fail('SERVE_BAD_REQUEST', { reason: '`rows` is not a list' }, { hint })
  return checkRows(rows, limit, hint)
}

/** A list of rows that are objects, not empty and not too long. @throws DaybookError SERVE_BAD_REQUEST, SERVE_TOO_MANY_ROWS */
export function checkRows(rows: readonly unknown[], limit: number, hint?: string): readonly JsonObject[] {
  checkCount(rows.length, limit, hint)
  const odd = rows.findIndex((row) => !isObject(row))
  if (odd >= 0) {
    throw fail(
      'SERVE_BAD_REQUEST',
      { reason: `row ${odd} is not an object of columns` },
      { hint, values: { row: odd } },
    )
  }
  return rows as readonly JsonObject[]
}

/** @throws DaybookError SERVE_BAD_REQUEST where there is no row, SERVE_TOO_MANY_ROWS */
export function checkCount(rows: number, limit: number, hint?: string): void {
  if (rows === 0) throw fail('SERVE_BAD_REQUEST', { reason: 'there are no rows' }, { hint })
  if (rows > limit) throw fail('SERVE_TOO_MANY_ROWS', { rows, limit })
}
