import { byCodeUnit, canonicalJson } from '../base/canonical.ts'
import { fail } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { parseHeader, readTensors, type TensorHeader } from './codec-header.ts'
import { dtypeOf, writeTensor } from './codec-tensor.ts'
import type { State, Tensor } from './state.ts'

/** Deepest nesting of a state. */
const MAX_DEPTH = 100

/**
 * Stores a state as bytes: equal states give equal bytes, on any machine.
 *
 * The layout is that of safetensors files, so other tools can read the tensors:
 *
 *     8 bytes    length N of the header, unsigned, little-endian
 *     N bytes    header: canonical JSON (RFC 8785), filled up with spaces to a multiple of 8
 *     the rest   tensors, little-endian, one after the other without gaps, in code-unit order of their names
 *
 *     header     { "__metadata__": { "format": "daybook-state-1", "state": "<canonical JSON>" },
 *                  "<name>": { "data_offsets": [from, to], "dtype": "F32", "shape": [length] }, … }
 *
 * A tensor's name is its place in the state as a JSON Pointer (RFC 6901): `/layers/0/weights`, or the empty text where the
 * state is one tensor. The JSON of `state` has null at these places. `data_offsets` count from the end of the header.
 * dtypes: F32 F64 I8 I16 I32 U8 U16 U32. In tensors NaN is canonical and -0 is 0; in JSON, too, -0 is 0.
 *
 * @param plugin named in the error
 * @throws DaybookError PLUGIN_BAD_STATE where the state holds what cannot be stored: functions, class instances (Map,
 *   Date), undefined, NaN or infinities outside of tensors, lone surrogates, cycles
 */
export function encodeState(state: State, plugin = '(unnamed)'): Uint8Array {
  const tensors = new Map<string, Tensor>()
  const skeleton = skeletonOf(state, '', [], tensors, (reason) => fail('PLUGIN_BAD_STATE', { plugin, reason }))
  const header: Record<string, TensorHeader | Json> = {
    __metadata__: { format: 'daybook-state-1', state: canonicalJson(skeleton) },
  }
  const names = [...tensors.keys()].sort(byCodeUnit)
  let size = 0
  for (const name of names) {
    const tensor = tensors.get(name) as Tensor
    header[name] = { data_offsets: [size, size + tensor.byteLength], dtype: dtypeOf(tensor), shape: [tensor.length] }
    size += tensor.byteLength
  }
  const json = new TextEncoder().encode(canonicalJson(header as Json))
  const start = 8 + Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(start + size)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true)
  bytes.fill(0x20, 8, start)
  bytes.set(json, 8)
  let at = start
  for (const name of names) at = writeTensor(bytes, at, tensors.get(name) as Tensor)
  return bytes
}

/** The state as JSON with null in place of its tensors, which are collected by their pointers. */
function skeletonOf(
  value: unknown,
  pointer: string,
  within: readonly object[],
  tensors: Map<string, Tensor>,
  refuse: (reason: string) => Error,
): Json {
  const place = pointer === '' ? 'the state' : `\`${pointer}\``
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw refuse(`${place} is ${value}, which only a typed array can hold`)
    return value === 0 ? 0 : value
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw refuse(`${place} holds half a character (a lone surrogate)`)
    return value
  }
  if (typeof value !== 'object') throw refuse(`${place} is ${value === undefined ? 'undefined' : `a ${typeof value}`}`)
  if (ArrayBuffer.isView(value)) {
    if (dtypeOf(value) === undefined)
      throw refuse(`${place} is a ${value.constructor.name}, which is no type of tensor`)
    tensors.set(pointer, value as Tensor)
    return null
  }
  if (within.includes(value)) throw refuse(`${place} holds itself`)
  if (within.length >= MAX_DEPTH) throw refuse(`${place} is nested more than ${MAX_DEPTH} deep`)
  const inside = [...within, value]
  if (Array.isArray(value)) {
    return Array.from(value, (item, i) => skeletonOf(item, `${pointer}/${i}`, inside, tensors, refuse))
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) {
    throw refuse(`${place} is a ${value.constructor?.name ?? 'class instance'}, not a plain object`)
  }
  const entries = Object.entries(value).map(([key, item]) => {
    if (key === '__proto__') throw refuse(`${place} has the key \`__proto__\``)
    if (!key.isWellFormed()) throw refuse(`${place} has a key with half a character (a lone surrogate)`)
    return [key, skeletonOf(item, `${pointer}/${escapeKey(key)}`, inside, tensors, refuse)] as const
  })
  return Object.fromEntries(entries)
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1')
}

/**
 * Reads what {@link encodeState} wrote. Bytes from elsewhere are checked whole: nothing is trusted, nothing is run.
 *
 * @throws DaybookError STATE_CORRUPT
 */
export function decodeState(bytes: Uint8Array): State {
  const { header, state, start } = parseHeader(bytes)
  let root = state as State
  for (const [name, tensor] of readTensors(header, bytes, start)) {
    if (name === '') root = place(root, tensor)
    else putAt(root, name, tensor)
  }
  return root
}

function putAt(root: State, name: string, tensor: Tensor): void {
  const keys = name.split('/').slice(1).map(unescapeKey)
  const last = keys.pop() as string
  let inside: unknown = root
  for (const key of keys) inside = child(inside, key, name)
  const held = place(child(inside, last, name), tensor)
  ;(inside as Record<string, State>)[last] = held
}

function child(inside: unknown, key: string, name: string): unknown {
  const fits =
    typeof inside === 'object' && inside !== null && !ArrayBuffer.isView(inside) && Object.hasOwn(inside, key)
  // Of an array only its items count: `length` is an own property too.
  if (!fits || (Array.isArray(inside) && !/^(0|[1-9]\d*)$/.test(key))) {
    throw fail('STATE_CORRUPT', { reason: `there is no place for tensor \`${name}\`` })
  }
  return (inside as Record<string, unknown>)[key]
}

function place(held: unknown, tensor: Tensor): Tensor {
  if (held !== null) throw fail('STATE_CORRUPT', { reason: 'a tensor stands where there is something else' })
  return tensor
}

function unescapeKey(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~')
}
