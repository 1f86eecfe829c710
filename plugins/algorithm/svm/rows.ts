import type { Features } from 'daybook/frame'

/** Rows of features that can be written out one by one, whatever their form. */
export interface RowSource {
  readonly rows: number
  readonly features: number
  /** Writes row `row` to out[at], out[at + stride], … over zeros. */
  write(row: number, out: Float32Array, at: number, stride: number): void
}

/** The rows of features that `chosen` names, or all. */
export function sourceOf(X: Features, chosen?: Uint32Array): RowSource {
  const features = X.features.length
  const rows = chosen?.length ?? X.rows
  const original = (row: number): number => (chosen === undefined ? row : (chosen[row] as number))
  if (X.form === 'dense') {
    const { values } = X
    return {
      rows,
      features,
      write(row, out, at, stride) {
        const from = original(row) * features
        for (let f = 0; f < features; f++) out[at + f * stride] = values[from + f] as number
      },
    }
  }
  const { starts, indices, values } = X
  return {
    rows,
    features,
    write(row, out, at, stride) {
      const own = original(row)
      const end = starts[own + 1] as number
      for (let s = starts[own] as number; s < end; s++) out[at + (indices[s] as number) * stride] = values[s] as number
    },
  }
}

/** The rows that `chosen` names, by their index among those of `source`. */
export function someOf(source: RowSource, chosen: Uint32Array): RowSource {
  return {
    rows: chosen.length,
    features: source.features,
    write: (row, out, at, stride) => source.write(chosen[row] as number, out, at, stride),
  }
}

/** Variance of all values of all features, as one list; 0 where all are equal. */
export function varianceOf(X: Features): number {
  const size = X.rows * X.features.length
  let sum = 0
  for (const value of X.values) sum += value
  const mean = sum / size
  let squares = 0
  for (const value of X.values) squares += (value - mean) * (value - mean)
  squares += (size - X.values.length) * mean * mean // values that sparse rows do not store
  return squares / size
}
