import type { FitContext } from 'daybook/plugin'

/** What a round learns from: the first `learning` rows of the order, and the features it may split on. */
export interface Sample {
  readonly learning: number
  readonly chosen: Uint32Array
}

/** Features that a tree may use at least, where no share is given. */
const LEAST_FEATURES = 8

function featuresFor(columnSample: number | null, features: number): number {
  if (columnSample === null) return Math.min(features, Math.max(LEAST_FEATURES, Math.ceil(features / 2)))
  return Math.min(features, Math.max(1, Math.round(columnSample * features)))
}

/**
 * Draws the rows and features of a round. `order` holds all rows in their own order, of which the first `rows` may be learned
 * from; a round's sample is moved to its front, both parts ascending. Row i is taken by number i of the round's own stream, so
 * the draw depends on nothing but the round and the row.
 */
export function samplerOf(
  { subsample, columnSample }: { readonly subsample: number; readonly columnSample: number | null },
  ctx: FitContext,
  rows: number,
  order: Uint32Array,
  features: number,
): (round: number) => Sample {
  const rowStream = subsample < 1 ? ctx.random('rows') : undefined
  const count = featuresFor(columnSample, features)
  const columnStream = count < features ? ctx.random('columns') : undefined
  const all = Uint32Array.from({ length: features }, (_, f) => f)
  const left = new Uint32Array(rowStream === undefined ? 0 : rows)

  const drawRows = (round: number): number => {
    if (rowStream === undefined) return rows
    const stream = rowStream.derive(`round ${round}`)
    let learning = 0
    let rest = 0
    for (let row = 0; row < rows; row++) {
      if (stream.uniform(row) < subsample) order[learning++] = row
      else left[rest++] = row
    }
    order.set(left.subarray(0, rest), learning)
    return learning
  }
  const drawFeatures = (round: number): Uint32Array => {
    if (columnStream === undefined) return all
    return columnStream.derive(`round ${round}`).permutation(features).slice(0, count)
  }
  return (round) => ({ learning: drawRows(round), chosen: drawFeatures(round) })
}
