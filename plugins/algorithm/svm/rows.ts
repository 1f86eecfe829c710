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
  return sourceOf(X, countTo(X.rows))
}

/** 0 … count-1. */
export function countTo(count: number): Uint32Array<ArrayBuffer> {
  const numbers = new Uint32Array(count)
  for (let i = 0; i < count; i++) numbers[i] = i
  return numbers
}

/** Some rows of a source, by their index in it. */
export function someOf({ X, chosen }: RowSource, rows: Uint32Array): RowSource {
  const own = new Uint32Array(rows.length)
  for (let k = 0; k < rows.length; k++) own[k] = chosen[rows[k] as number] as number
  return sourceOf(X, own)
}

/** Writes a row of a source to out[at], out[at + stride], …, where zeros stand. */
export function writeRow(
  { X, chosen, features }: RowSource,
  row: number,
  out: Float32Array,
  at: number,
  stride: number,
) {
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

/** Bytes that `enterRowsOf` takes from a scope. */
export function enteredBytes({ X, chosen, rows, features }: RowSource): number {
  if (X.form === 'dense') return alignUp(4 * rows * features)
  return alignUp(4 * (rows + 1)) + 2 * alignUp(4 * storedIn(X.starts, chosen))
}

/** Values that the rows of a source store. */
export function storedValues({ X, chosen, rows, features }: RowSource): number {
  return X.form === 'dense' ? rows * features : storedIn(X.starts, chosen)
}

/** Values that are copied between two turns of the event loop. */
const CHUNK = 4_000_000

/** Copies the rows of a source into kernel memory, in the form that they have. */
export async function enterRowsOf(
  memory: KernelMemory,
  source: RowSource,
  turn: () => Promise<void>,
): Promise<LinearRows> {
  const { X, chosen, rows, features } = source
  const size = { rows, columns: features }
  const whole = rows === X.rows && chosen.every((own, row) => own === row)
  if (X.form === 'dense') {
    if (whole) return { form: 'dense', ...size, values: await entered(memory, X.values, turn) }
    const values = await roomOf((length) => memory.f32(length), rows * features, turn)
    const part = Math.ceil(CHUNK / (features + 1))
    for (let row = 0; row < rows; row++) {
      if (row % part === part - 1) await turn()
      const from = (chosen[row] as number) * features
      values.set(X.values.subarray(from, from + features), row * features)
    }
    return { form: 'dense', ...size, values }
  }
  if (whole) {
    const starts = await entered(memory, X.starts, turn)
    const indices = await entered(memory, X.indices, turn)
    return { form: 'sparse', ...size, starts, indices, values: await entered(memory, X.values, turn) }
  }
  const stored = storedIn(X.starts, chosen)
  const starts = memory.u32(rows + 1)
  const indices = await roomOf((length) => memory.u32(length), stored, turn)
  const values = await roomOf((length) => memory.f32(length), stored, turn)
  let end = 0
  let sinceTurn = 0
  for (let row = 0; row < rows; row++) {
    const from = X.starts[chosen[row] as number] as number
    const to = X.starts[(chosen[row] as number) + 1] as number
    indices.set(X.indices.subarray(from, to), end)
    values.set(X.values.subarray(from, to), end)
    end += to - from
    starts[row + 1] = end
    sinceTurn += to - from + 16
    if (sinceTurn < CHUNK) continue
    sinceTurn = 0
    await turn()
  }
  return { form: 'sparse', ...size, starts, indices, values }
}

/** An array, copied piece by piece into views of a scope that follow each other without a gap. */
async function entered<T extends Float32Array | Uint32Array>(
  memory: KernelMemory,
  array: T,
  turn: () => Promise<void>,
): Promise<T> {
  return roomOf((length, from) => memory.put(array.subarray(from, from + length) as T), array.length, turn)
}

/** Room for an array of four-byte numbers, taken piece by piece. */
async function roomOf<T extends Float32Array | Uint32Array>(
  take: (length: number, from: number) => T,
  length: number,
  turn: () => Promise<void>,
): Promise<T> {
  const first = take(Math.min(CHUNK, length), 0)
  for (let from = CHUNK; from < length; from += CHUNK) {
    await turn()
    take(Math.min(CHUNK, length - from), from)
  }
  const View = first.constructor as new (memory: ArrayBufferLike, at: number, length: number) => T
  return new View(first.buffer, first.byteOffset, length)
}

function storedIn(starts: Uint32Array, chosen: Uint32Array): number {
  let stored = 0
  for (const row of chosen) stored += (starts[row + 1] as number) - (starts[row] as number)
  return stored
}
