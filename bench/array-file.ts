import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { BenchData, BenchRows } from './data.ts'

/**
 * The file that both sides read: a line of JSON `{ arrays: { name: { type, offset, length } }, … }`, filled up with blanks
 * to 64 bytes, then the arrays, little-endian, each at a multiple of 64 bytes from the end of that line.
 */
export interface ArrayFile {
  readonly header: Readonly<Record<string, unknown>>
  readonly arrays: Readonly<Record<string, FileArray>>
}

export type FileArray = Float32Array | Float64Array | Uint32Array

const types = { f32: Float32Array, f64: Float64Array, u32: Uint32Array } as const

export function writeArrays(path: string, { header, arrays }: ArrayFile): void {
  let end = 0
  const places = Object.entries(arrays).map(([name, array]) => {
    const offset = end
    end += aligned(array.byteLength)
    const type = array instanceof Float32Array ? 'f32' : array instanceof Float64Array ? 'f64' : 'u32'
    return [name, { type, offset, length: array.length }] as const
  })
  const line = JSON.stringify({ ...header, arrays: Object.fromEntries(places) })
  const file = openSync(path, 'w')
  writeAll(file, Buffer.from(`${line.padEnd(aligned(line.length + 1) - 1)}\n`))
  for (const array of Object.values(arrays)) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
    writeAll(file, bytes)
    writeAll(file, new Uint8Array(aligned(bytes.length) - bytes.length))
  }
  closeSync(file)
}

export function readArrays(path: string): ArrayFile {
  const bytes = readFileSync(path)
  const start = bytes.indexOf(10) + 1
  const { arrays, ...header } = JSON.parse(bytes.toString('utf8', 0, start)) as {
    arrays: Record<string, { readonly type: keyof typeof types; readonly offset: number; readonly length: number }>
  }
  const views = Object.entries(arrays).map(([name, { type, offset, length }]) => [
    name,
    new types[type](bytes.buffer as ArrayBuffer, bytes.byteOffset + start + offset, length),
  ])
  return { header, arrays: Object.fromEntries(views) as Record<string, FileArray> }
}

/** Writes data as arrays `train.y`, `train.values`, … */
export function writeData(path: string, { train, test, features }: BenchData): void {
  writeArrays(path, {
    header: { form: train.form, features, train: train.rows, test: test.rows },
    arrays: { ...named('train', train), ...named('test', test) },
  })
}

export function readData(path: string): BenchData {
  const { header, arrays } = readArrays(path)
  const part = (name: 'train' | 'test'): BenchRows => {
    const own = Object.entries(arrays).filter(([key]) => key.startsWith(`${name}.`))
    const plain = Object.fromEntries(own.map(([key, array]) => [key.slice(name.length + 1), array]))
    return { form: header.form, rows: header[name], ...plain } as unknown as BenchRows
  }
  return { train: part('train'), test: part('test'), features: header.features as number }
}

function named(part: string, rows: BenchRows): Record<string, FileArray> {
  const { y, values } = rows
  if (rows.form === 'dense') return { [`${part}.values`]: values, [`${part}.y`]: y }
  return {
    [`${part}.starts`]: rows.starts,
    [`${part}.indices`]: rows.indices,
    [`${part}.values`]: values,
    [`${part}.y`]: y,
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done)
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
