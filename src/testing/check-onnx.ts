import { DaybookError } from '../base/errors.ts'
import type { Column, DenseFeatures, Features, Frame } from '../frame/index.ts'
import { algorithmFile, preprocessFile } from '../model/onnx/part.ts'
import type { Defined, OnnxType, Plugin, State } from '../plugin/api.ts'
import { algorithmCases } from './checks/algorithm.ts'
import { preprocessCases } from './checks/preprocess.ts'
import type { Finding } from './finding.ts'
import { type CheckOptions, Subject } from './subject.ts'

/** An input tensor of an ONNX file. */
export interface OnnxFeed {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array | BigInt64Array | readonly string[]
}

/** Runs an ONNX file in an engine of your choice; gives the values of each output, row by row. */
export type OnnxRunner = (
  file: Uint8Array,
  feeds: readonly OnnxFeed[],
) => Promise<Readonly<Record<string, ArrayLike<number | bigint | boolean | string>>>>

export interface OnnxCheckOptions extends CheckOptions {
  /** Largest difference of a number, as a share of it where it is above 1. Default 1e-5. */
  readonly tolerance?: number
}

/**
 * Holds what a preprocess or algorithm plugin writes as ONNX against its `apply` or `predict`, on its example and on
 * generated data. It is no part of `conformance`, since it takes an engine of ONNX. What the hook says that it `cannot` write
 * is no finding.
 */
export async function checkOnnx(plugin: Plugin, run: OnnxRunner, options: OnnxCheckOptions = {}): Promise<Finding[]> {
  const { tolerance = 1e-5 } = options
  const subject = new Subject(plugin as Defined<Plugin['kind']>, options)
  const messages: string[] = []
  try {
    const found =
      plugin.kind === 'algorithm'
        ? algorithmFaults(subject as Subject<'algorithm'>, run, tolerance)
        : plugin.kind === 'preprocess'
          ? preprocessFaults(subject as Subject<'preprocess'>, run, tolerance)
          : []
    for await (const message of found) messages.push(message)
  } finally {
    await subject.close()
  }
  return messages.map((message) => ({ check: 'what it writes as ONNX does as it does', message }))
}

async function* algorithmFaults(
  subject: Subject<'algorithm'>,
  run: OnnxRunner,
  tolerance: number,
): AsyncGenerator<string> {
  const { plugin } = subject
  for (const { name, params, data, given } of algorithmCases(subject)) {
    const state: State = await plugin.fit(data, params, subject.context(params))
    const ctx = subject.scoringContext(params)
    const file = writtenBy(() => algorithmFile(plugin, state, given.features, ctx))
    if (file === undefined) continue
    const shape = [given.rows, given.features.length]
    const outputs = await run(file, [{ name: 'X', type: 'float', shape, data: denseValues(given) }])
    const fault = firstFault(plugin.predict(state, given, ctx), outputs.values ?? [], tolerance)
    if (fault !== undefined) yield `${name}: number ${fault}`
  }
}

async function* preprocessFaults(
  subject: Subject<'preprocess'>,
  run: OnnxRunner,
  tolerance: number,
): AsyncGenerator<string> {
  const { plugin } = subject
  for (const { name, params, input, given } of preprocessCases(subject)) {
    const state: State = await plugin.fit(input, params, subject.context(params))
    const ctx = subject.scoringContext(params)
    const file = writtenBy(() => preprocessFile(plugin, state, given.columns, ctx))
    if (file === undefined) continue
    const outputs = await run(file, feedsOf(given))
    const refused = outputs.refused ?? []
    for (const [i, column] of plugin.apply(state, given, ctx).entries()) {
      const expected = valuesOf(column, given.rows)
      const width = expected.length / Math.max(1, given.rows)
      const isRefused = (at: number): boolean => Boolean(refused[refused.length === 1 ? 0 : Math.floor(at / width)])
      const fault = firstFault(expected, outputs[`out ${i}`] ?? [], tolerance, isRefused)
      if (fault !== undefined) yield `${name}: \`${column.name}\`, value ${fault}`
    }
  }
}

/** Undefined where the hook says that it cannot. */
function writtenBy(write: () => Uint8Array): Uint8Array | undefined {
  try {
    return write()
  } catch (thrown) {
    if (thrown instanceof DaybookError && thrown.code === 'MODEL_NOT_ONNX') return undefined
    throw thrown
  }
}

function firstFault(
  expected: ArrayLike<number | string>,
  got: ArrayLike<number | bigint | boolean | string>,
  tolerance: number,
  passes: (at: number) => boolean = () => false,
): string | undefined {
  if (got.length !== expected.length) return `count is ${got.length}, not ${expected.length}`
  for (let at = 0; at < expected.length; at++) {
    const [own, other] = [expected[at] as number | string, got[at]]
    if (passes(at) || isNear(own, typeof own === 'string' ? String(other) : Number(other), tolerance)) continue
    return `${at} is ${other}, not ${own}`
  }
  return undefined
}

function isNear(a: number | string, b: number | string, tolerance: number): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b
  return a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a))
}

function feedsOf(frame: Frame): OnnxFeed[] {
  return frame.columns.map((column, i): OnnxFeed => {
    const values = valuesOf(column, frame.rows)
    const shared = { name: `in ${i}`, shape: [frame.rows, column.type === 'sparse' ? column.features.length : 1] }
    if (column.type === 'text') return { ...shared, type: 'string', data: values as string[] }
    if (column.type === 'category')
      return { ...shared, type: 'int64', data: BigInt64Array.from(values as number[], (code) => BigInt(code)) }
    if (column.type === 'sparse') return { ...shared, type: 'float', data: Float32Array.from(values as number[]) }
    return { ...shared, type: 'double', data: Float64Array.from(values as number[]) }
  })
}

/** A column's values as a graph has them: missing booleans as NaN, missing texts as empty ones, sparse rows written out. */
function valuesOf(column: Column, rows: number): readonly (number | string)[] {
  if (column.type === 'text') return column.values.map((value) => value ?? '')
  if (column.type === 'boolean') return Array.from(column.values, (value) => (value < 0 ? Number.NaN : value))
  if (column.type !== 'sparse') return Array.from(column.values)
  return Array.from(writtenOut(rows, column.features.length, column))
}

function denseValues(X: Features): Float32Array {
  return X.form === 'dense' ? (X as DenseFeatures).values : writtenOut(X.rows, X.features.length, X)
}

function writtenOut(
  rows: number,
  width: number,
  { starts, indices, values }: { starts: Uint32Array; indices: Uint32Array; values: Float32Array },
): Float32Array {
  const all = new Float32Array(rows * width)
  for (let row = 0; row < rows; row++)
    for (let i = starts[row] as number; i < (starts[row + 1] as number); i++)
      all[row * width + (indices[i] as number)] = values[i] as number
  return all
}
