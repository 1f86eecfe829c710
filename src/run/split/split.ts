import { fail } from '../../base/errors.ts'
import type { State, StateObject } from '../../plugin/api.ts'

/** What a row is for. */
export const TRAIN = 0
export const VALIDATION = 1
export const TEST = 2

/** Which rows train, validate and test, and how the training rows fall into folds. */
export interface Split {
  /** TRAIN, VALIDATION or TEST for every row. */
  readonly parts: Uint8Array
  /** Fold (from 1) that a training row is scored in; 0 for rows that are scored in none. */
  readonly folds: Int32Array
  readonly foldCount: number
  /** True where folds go forward in time: a fold is trained on the rows of the folds before it alone. */
  readonly forward: boolean
}

/** Rows of a part, ascending. */
export function rowsOf(split: Split, part: number): Uint32Array {
  return where(split.parts.length, (row) => split.parts[row] === part)
}

/** Rows that a fold is trained on and rows that it scores. */
export function rowsOfFold(
  split: Split,
  fold: number,
): { readonly trained: Uint32Array; readonly scored: Uint32Array } {
  const { parts, folds, forward } = split
  const isScored = (row: number): boolean => parts[row] === TRAIN && folds[row] === fold
  const isTrained = (row: number): boolean =>
    parts[row] === TRAIN && (forward ? (folds[row] as number) < fold : folds[row] !== fold)
  return { trained: where(parts.length, isTrained), scored: where(parts.length, isScored) }
}

export function splitToState({ parts, folds, foldCount, forward }: Split): StateObject {
  return { parts, folds, foldCount, forward }
}

/** @throws DaybookError STATE_CORRUPT */
export function splitFromState(state: State): Split {
  const { parts, folds, foldCount, forward } = state as StateObject
  if (
    parts instanceof Uint8Array &&
    folds instanceof Int32Array &&
    typeof foldCount === 'number' &&
    typeof forward === 'boolean'
  ) {
    return { parts, folds, foldCount, forward }
  }
  throw fail('STATE_CORRUPT', { reason: 'it holds no split' })
}

function where(rows: number, holds: (row: number) => boolean): Uint32Array {
  const chosen = new Uint32Array(rows)
  let count = 0
  for (let row = 0; row < rows; row++) if (holds(row)) chosen[count++] = row
  return chosen.slice(0, count)
}
