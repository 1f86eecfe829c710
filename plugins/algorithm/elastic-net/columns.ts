import type { Features, SparseFeatures } from 'daybook/frame'
import type { FeatureColumns } from 'daybook/kernels'
import { sparseOf } from '../linear/rows.ts'

/** Values between two turns for the event loop. */
const VALUES_A_TURN = 2 ** 21

/** Features by column; zeros of dense rows are left out. */
export async function columnsOf(X: Features, turn: () => Promise<void>): Promise<FeatureColumns> {
  const from = X.form === 'sparse' ? X : sparseOf(X)
  await turn()
  const width = X.features.length
  const starts = new Uint32Array(width + 1)
  for (const f of from.indices) starts[f + 1] = (starts[f + 1] as number) + 1
  for (let f = 0; f < width; f++) starts[f + 1] = (starts[f + 1] as number) + (starts[f] as number)
  await turn()
  const columns = {
    starts,
    rows: new Uint32Array(from.values.length),
    values: new Float32Array(from.values.length),
  }
  const next = starts.slice(0, width)
  const step = Math.max(1, Math.floor((VALUES_A_TURN * X.rows) / Math.max(from.values.length, 1)))
  for (let row = 0; row < X.rows; row += step) {
    placeRows(from, row, Math.min(row + step, X.rows), next, columns)
    await turn()
  }
  return columns
}

/** Places the values of rows [first, last) behind those that stand in their columns; `next` says where. */
function placeRows(
  { starts, indices, values }: SparseFeatures,
  first: number,
  last: number,
  next: Uint32Array,
  to: FeatureColumns,
): void {
  for (let row = first; row < last; row++) {
    const end = starts[row + 1] as number
    for (let s = starts[row] as number; s < end; s++) {
      const f = indices[s] as number
      const at = next[f] as number
      to.rows[at] = row
      to.values[at] = values[s] as number
      next[f] = at + 1
    }
  }
}
