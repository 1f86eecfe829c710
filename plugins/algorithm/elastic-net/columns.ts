import type { Features } from 'daybook/frame'
import type { FeatureColumns } from 'daybook/kernels'

/** Features by column; zeros are left out. */
export function columnsOf(X: Features): FeatureColumns {
  const width = X.features.length
  const starts = new Uint32Array(width + 1)
  const visit = (take: (row: number, feature: number, value: number) => void): void => {
    for (let row = 0; row < X.rows; row++) {
      if (X.form === 'dense') {
        for (let f = 0; f < width; f++) take(row, f, X.values[row * width + f] as number)
      } else {
        const end = X.starts[row + 1] as number
        for (let s = X.starts[row] as number; s < end; s++) take(row, X.indices[s] as number, X.values[s] as number)
      }
    }
  }
  visit((_, f, value) => {
    if (value !== 0) starts[f + 1] = (starts[f + 1] as number) + 1
  })
  for (let f = 0; f < width; f++) starts[f + 1] = (starts[f + 1] as number) + (starts[f] as number)
  const stored = starts[width] as number
  const next = starts.slice(0, width)
  const rows = new Uint32Array(stored)
  const values = new Float32Array(stored)
  visit((row, f, value) => {
    if (value === 0) return
    const at = next[f] as number
    rows[at] = row
    values[at] = value
    next[f] = at + 1
  })
  return { starts, rows, values }
}
