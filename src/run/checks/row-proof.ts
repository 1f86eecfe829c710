import { createHash } from 'node:crypto'
import { byCodeUnit, canonicalJson } from '../../base/canonical.ts'
import type { Digest } from '../../base/digest.ts'
import type { RowProof, RowSet } from '../../store/checks.ts'
import { rowsOf, rowsOfFold, type Split, TEST, TRAIN, VALIDATION } from '../split/split.ts'

/**
 * Holds the sets of rows, as cells are handed them, against each other: training, validation and test rows are apart and
 * together all; no fold scores a row that trained it, nor trains on one that is no training row; no training row is scored
 * twice, and where folds do not go forward in time none is left out of a fold.
 *
 * @param keys identity of each row
 */
export function proveRows(split: Split, keys: readonly string[], key: string | undefined): RowProof {
  const setOf = rowSets(keys)
  const parts = [rowsOf(split, TRAIN), rowsOf(split, VALIDATION), rowsOf(split, TEST)] as const
  const [train, validation, test] = parts
  let [shared, left] = [0, 0]

  const owner = new Int8Array(keys.length).fill(-1)
  for (const [part, rows] of parts.entries()) {
    for (const row of rows) {
      if (owner[row] !== -1) shared++
      owner[row] = part
    }
  }
  for (const part of owner) if (part === -1) left++

  const scoredBefore = new Uint8Array(keys.length)
  const folds = Array.from({ length: split.foldCount }, (_, i) => {
    const { trained, scored } = rowsOfFold(split, i + 1)
    const inFold = new Uint8Array(keys.length)
    for (const row of trained) {
      inFold[row] = 1
      if (owner[row] !== TRAIN) shared++
    }
    for (const row of scored) {
      if (inFold[row] === 1 || owner[row] !== TRAIN || scoredBefore[row] === 1) shared++
      scoredBefore[row] = 1
    }
    if (!split.forward) left += Math.max(0, train.length - trained.length - scored.length)
    return { fold: i + 1, trained: setOf(trained), scored: setOf(scored) }
  })
  if (split.foldCount > 0 && !split.forward) for (const row of train) if (scoredBefore[row] === 0) left++

  return {
    rows: keys.length,
    key: key ?? null,
    train: setOf(train),
    validation: validation.length === 0 ? null : setOf(validation),
    test: setOf(test),
    folds,
    shared,
    left,
    holds: shared === 0 && left === 0,
  }
}

/** Digests of sets of rows, as `digestOfRows` makes them; the keys are sorted once for all sets. */
function rowSets(keys: readonly string[]): (rows: Uint32Array) => RowSet {
  const order = Uint32Array.from(keys, (_, row) => row).sort((a, b) => byCodeUnit(keys[a] as string, keys[b] as string))
  const texts = Array.from(order, (row) => canonicalJson(keys[row] as string))
  return (rows) => {
    const chosen = new Uint8Array(keys.length)
    for (let i = 0; i < rows.length; i++) chosen[rows[i] as number] = 1
    return { rows: rows.length, keys: `sha256:${digestOf(order, chosen, texts)}` }
  }
}

/** SHA-256 of the canonical JSON of the chosen keys in order, a piece at a time. */
function digestOf(order: Uint32Array, chosen: Uint8Array, texts: readonly string[]): Digest {
  const hash = createHash('sha256')
  let piece = '['
  let first = true
  for (let i = 0; i < order.length; i++) {
    if (chosen[order[i] as number] === 0) continue
    piece += first ? texts[i] : `,${texts[i]}`
    first = false
    if (piece.length < 1 << 16) continue
    hash.update(piece)
    piece = ''
  }
  return hash.update(`${piece}]`).digest('hex')
}
