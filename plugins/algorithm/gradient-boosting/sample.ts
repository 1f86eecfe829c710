import type { FitContext } from 'daybook/plugin'

/** What a round learns from: the first `learning` rows of the order, and the features it may split on. */
export interface Sample {
  readonly learning: number
  readonly chosen: Int32Array
}

/**
 * Draws the rows and features of a round. `order` holds all rows, of which the first `rows` may be learned from; a round's
 * sample is moved to its front. `features` is memory for the chosen features. Row i is taken by number i of the round's own
 * stream, so the draw depends on nothing but the round and the row.
 */
export function samplerOf(
  { subsample, columnSample }: { readonly subsample: number; readonly columnSample: number },
  ctx: FitContext,
  rows: number,
  order: Uint32Array,
  features: Int32Array,
): (round: number) => Sample {
  const rowStream = subsample < 1 ? ctx.random('rows') : undefined
  const columnStream = columnSample < 1 ? ctx.random('columns') : undefined
  const allRows = Uint32Array.from(order, (_, row) => row)
  const allFeatures = Int32Array.from(features, (_, f) => f)
  const taken = new Uint32Array(order.length)
  const left = new Uint32Array(order.length)

  const drawRows = (round: number): number => {
    if (rowStream === undefined) {
      order.set(allRows)
      return rows
    }
    const stream = rowStream.derive(`round ${round}`)
    let learning = 0
    let rest = 0
    for (let row = 0; row < order.length; row++) {
      if (row < rows && stream.uniform(row) < subsample) taken[learning++] = row
      else left[rest++] = row
    }
    order.set(taken.subarray(0, learning))
    order.set(left.subarray(0, rest), learning)
    return learning
  }
  const drawFeatures = (round: number): Int32Array => {
    if (columnStream === undefined) {
      features.set(allFeatures)
      return features
    }
    const count = Math.max(1, Math.round(columnSample * features.length))
    const drawn = columnStream.derive(`round ${round}`).permutation(features.length)
    features.set(drawn.subarray(0, count).sort())
    return features.subarray(0, count)
  }
  return (round) => ({ learning: drawRows(round), chosen: drawFeatures(round) })
}
