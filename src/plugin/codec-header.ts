import { byCodeUnit, canonicalJson } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { type Dtype, dtypes, readTensor } from './codec-tensor.ts'
import type { Tensor } from './state.ts'

/** What the header says of one tensor. */
export type TensorHeader = {
  readonly data_offsets: readonly [number, number]
  readonly dtype: Dtype
  readonly shape: readonly [number]
}

interface ParsedHeader {
  /** Headers of the tensors by name. */
  readonly header: ReadonlyMap<string, TensorHeader>
  /** The state with null in place of its tensors. */
  readonly state: Json
  /** Where the tensors begin. */
  readonly start: number
}

/**
 * Reads and checks the header of a stored state. Only canonical text passes, so a key cannot stand twice.
 *
 * @throws DaybookError STATE_CORRUPT
 */
export function parseHeader(bytes: Uint8Array): ParsedHeader {
  if (bytes.length < 8) throw corrupt('it ends within the length of its header')
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > BigInt(bytes.length - 8)) throw corrupt('it ends within its header')
  if (length % 8n !== 0n) throw corrupt('its tensors are not aligned')
  const start = 8 + Number(length)
  const header = parseCanonical(decodeText(bytes.subarray(8, start)), 'header', 8)
  if (!isObject(header)) throw corrupt('its header is no object')
  const { __metadata__: metadata, ...tensors } = header
  if (!isObject(metadata) || Object.keys(metadata).length !== 2) throw corrupt('it is no state of Daybook')
  if (metadata.format !== 'daybook-state-1') throw corrupt('its format is another')
  if (typeof metadata.state !== 'string') throw corrupt('its structure is absent')
  const state = parseCanonical(metadata.state, 'structure', 1)
  for (const [name, tensor] of Object.entries(tensors)) checkTensor(name, tensor)
  return { header: new Map(Object.entries(tensors)) as unknown as Map<string, TensorHeader>, state, start }
}

/** The tensors by name, each with memory of its own. They must fill the bytes behind the header without gap or overlap. */
export function* readTensors(
  header: ReadonlyMap<string, TensorHeader>,
  bytes: Uint8Array,
  start: number,
): Generator<[string, Tensor]> {
  let at = 0
  for (const name of [...header.keys()].sort(byCodeUnit)) {
    const { data_offsets: offsets, dtype, shape } = header.get(name) as TensorHeader
    const [from, to] = offsets
    if (from !== at) throw corrupt(`tensor \`${name}\` begins at ${from}, not at ${at}`)
    if (to - from !== shape[0] * dtypes[dtype].BYTES_PER_ELEMENT)
      throw corrupt(`tensor \`${name}\` has another size than its shape`)
    if (to > bytes.length - start) throw corrupt(`tensor \`${name}\` ends behind the last byte`)
    yield [name, readTensor(dtype, bytes.subarray(start + from, start + to))]
    at = to
  }
  if (start + at !== bytes.length) throw corrupt('there are bytes behind its last tensor')
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt('its header is not UTF-8')
  }
}

/** Parses JSON that must be canonical, apart from spaces that fill it up to a multiple of `align`. */
function parseCanonical(text: string, part: string, align: number): Json {
  let value: Json
  let canonical: string
  try {
    value = JSON.parse(text) as Json
    refuseProto(value)
    canonical = canonicalJson(value)
  } catch {
    throw corrupt(`its ${part} is not canonical JSON`)
  }
  const fill = text.slice(canonical.length)
  if (!text.startsWith(canonical) || fill.length >= align || /[^ ]/.test(fill))
    throw corrupt(`its ${part} is not canonical JSON`)
  return value
}

function refuseProto(value: Json): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('the key __proto__ is refused')
  for (const inner of Object.values(value)) refuseProto(inner as Json)
}

function checkTensor(name: string, tensor: unknown): void {
  if (name !== '' && !name.startsWith('/')) throw corrupt(`\`${name}\` is no name of a tensor`)
  if (!isObject(tensor) || Object.keys(tensor).length !== 3) throw corrupt(`tensor \`${name}\` is not described`)
  const { data_offsets: offsets, dtype, shape } = tensor
  if (typeof dtype !== 'string' || !Object.hasOwn(dtypes, dtype))
    throw corrupt(`tensor \`${name}\` has an unknown dtype`)
  if (!isSizes(shape, 1) || !isSizes(offsets, 2)) throw corrupt(`tensor \`${name}\` has no valid shape and offsets`)
}

function isSizes(value: unknown, length: number): boolean {
  return (
    Array.isArray(value) && value.length === length && value.every((size) => Number.isSafeInteger(size) && size >= 0)
  )
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function corrupt(reason: string): Error {
  return fail('STATE_CORRUPT', { reason })
}
