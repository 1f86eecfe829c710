import type { Features } from 'daybook/frame'
import { alignUp, type KernelMemory, type LinearRows } from 'daybook/kernels'

/** Some rows of features, whatever their form. */
export interface RowSource {
  readonly X: Features
  /** Which rows of X. */
  readonly chosen: Uint32Array
  readonly rows: number
  readonly features: number
}

/** The rows of X that `chosen` names. */
export function sourceOf(X: Features, chosen: Uint32Array): RowSource {
  return { X, chosen, rows: chosen.length, features: X.features.length }
}

/** All rows of X. */
export function allRows(X: Features): RowSource {
  return sourceOf(
    X,
    Uint32Array.from({ length: X.rows }, (_, row) => row),
  )
}

/** Some rows of a source, by their index in it. */
export function someOf({ X, chosen }: RowSource, rows: Uint32Array): RowSource {
  return sourceOf(
    X,
    rows.map((row) => chosen[row] as number),
  )
}

/** Writes a row of a source to out[at], out[at + stride], …, where zeros stand. */
export function writeRow({ X, chosen, features }: RowSource, row: number, out: Float32Array, at: number, stride: number) {
  const own = chosen[row] as number
  if (X.form === 'dense') {
    const from = own * features
    for (let f = 0; f < features; f++) out[at + f * stride] = X.values[from + f] as number
    return
  }
  const end = X.starts[own + 1] as number
  for (let s = X.starts[own] as number; s < end; s++)
    out[at + (X.indices[s] as number) * stride] = X.values[s] as number
}

/** Bytes that `enterInOrder` takes from a scope. */
export function orderedBytes({ X, chosen, rows, features }: RowSource): number {
  if (X.form === 'dense') return alignUp(4 * rows * features)
  return alignUp(4 * (rows + 1)) + 2 * alignUp(4 * storedIn(X.starts, chosen))
}

/** Copies the rows of a source into kernel memory, in the order given, in the form that they have. */
export function enterInOrder(memory: KernelMemory, source: RowSource, order: Uint32Array): LinearRows {
  const { X, chosen, rows, features } = source
  if (X.form === 'dense') {
    const values = memory.f32(rows * features)
    for (let k = 0; k < rows; k++) writeRow(source, order[k] as number, values, k * features, 1)
    return { form: 'dense', rows, columns: features, values }
  }
  const stored = storedIn(X.starts, chosen)
  const starts = memory.u32(rows + 1)
  const indices = memory.u32(stored)
  const values = memory.f32(stored)
  let end = 0
  for (let k = 0; k < rows; k++) {
    const own = chosen[order[k] as number] as number
    const from = X.starts[own] as number
    const to = X.starts[own + 1] as number
    indices.set(X.indices.subarray(from, to), end)
    values.set(X.values.subarray(from, to), end)
    end += to - from
    starts[k + 1] = end
  }
  return { form: 'sparse', rows, columns: features, starts, indices, values }
}

function storedIn(starts: Uint32Array, chosen: Uint32Array): number {
  let stored = 0
  for (const row of chosen) stored += (starts[row + 1] as number) - (starts[row] as number)
  return stored
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
