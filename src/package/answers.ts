import { DaybookError } from '../base/errors.ts'
import type { JsonObject } from '../base/json.ts'
import type { Model, Prediction } from '../model/index.ts'

/** What a model or a copy of it answers to a row: its prediction, or the code that it refuses it with. */
export type Answer = Prediction | { readonly error: string }

/** True where the row was refused. */
export function isRefusal(answer: Answer): answer is { readonly error: string } {
  return 'error' in answer
}

/** What a model answers to rows, each for itself: a row that is refused harms no other. */
export function answersOf(model: Pick<Model, 'predictRows'>, rows: readonly JsonObject[]): Answer[] {
  if (rows.length === 0) return []
  try {
    return model.predictRows(rows)
  } catch (thrown) {
    if (!(thrown instanceof DaybookError)) throw thrown
    if (rows.length === 1) return [{ error: thrown.code }]
    // One fault refuses a batch: it is halved until the rows at fault stand alone.
    const middle = rows.length >> 1
    return [...answersOf(model, rows.slice(0, middle)), ...answersOf(model, rows.slice(middle))]
  }
}
