import fc from 'fast-check'
import t from 'tap'
import { digestBytes } from '../../src/base/digest.ts'
import { DaybookError } from '../../src/base/errors.ts'
import { decodeState, encodeState } from '../../src/plugin/codec.ts'
import type { State } from '../../src/plugin/state.ts'

const small: State = {
  kind: 'linear',
  intercept: -0.5,
  coefficients: Float32Array.of(1, -2, 0.5),
  levels: ['a', 'ü'],
  trees: [{ depth: 1, left: Int32Array.of(-1, 7) }, null],
}

t.test('the bytes of a state are what the docs say', async (t) => {
  const bytes = encodeState(small)
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  t.equal(length % 8, 0)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))
  t.same(Object.keys(header), ['/coefficients', '/trees/0/left', '__metadata__'])
  t.same(header['/coefficients'], { data_offsets: [0, 12], dtype: 'F32', shape: [3] })
  t.same(header['/trees/0/left'], { data_offsets: [12, 20], dtype: 'I32', shape: [2] })
  t.equal(
    header.__metadata__.state,
    '{"coefficients":null,"intercept":-0.5,"kind":"linear","levels":["a","ü"],"trees":[{"depth":1,"left":null},null]}',
  )
  t.same([...bytes.subarray(8 + length, 8 + length + 4)], [0, 0, 0x80, 0x3f], '1 as f32, little-endian')
  t.equal(bytes.length, 8 + length + 20)
})

// The digest was taken from this implementation once the bytes above had been checked: it holds the format still.
t.test('golden bytes', async (t) => {
  t.equal(digestBytes(encodeState(small)), '49505c80e5343a4fa40f9fd7b6378bc81a23e728eaf95264c59b8e5571dfff63')
})

t.test('NaN and -0 are canonical in tensors, -0 in JSON', async (t) => {
  const strange = new Float32Array(new Uint32Array([0xffc12345, 0x7f800001]).buffer)
  t.same(encodeState({ x: strange }), encodeState({ x: Float32Array.of(Number.NaN, Number.NaN) }))
  const wide = new Float64Array(new BigUint64Array([0xfff0000000000001n, 0x8000000000000000n]).buffer)
  t.same(encodeState(wide), encodeState(Float64Array.of(Number.NaN, 0)))
  t.same(encodeState([-0]), encodeState([0]))
  const read = decodeState(encodeState(Float64Array.of(Number.NaN, Number.POSITIVE_INFINITY))) as Float64Array
  t.same([...read], [Number.NaN, Number.POSITIVE_INFINITY])
})

t.test('what is not data is refused', async (t) => {
  const cycle: unknown[] = []
  cycle.push(cycle)
  let deep: unknown = 1
  for (let i = 0; i < 5000; i++) deep = [deep]
  const bad: [string, unknown][] = [
    ['NaN', { a: Number.NaN }],
    ['Infinity', [1, Number.POSITIVE_INFINITY]],
    ['function', { f: () => 1 }],
    ['Map', { m: new Map() }],
    ['Date', new Date(0)],
    ['class instance', new (class Tree {})()],
    ['undefined', { a: undefined }],
    ['hole', Array.from({ length: 2 }).concat(new Array(1))],
    ['bigint', { a: 1n }],
    ['symbol', Symbol('a')],
    ['BigInt64Array', new BigInt64Array(1)],
    ['clamped', new Uint8ClampedArray(1)],
    ['DataView', new DataView(new ArrayBuffer(1))],
    ['ArrayBuffer', new ArrayBuffer(1)],
    ['surrogate', '\ud800'],
    ['surrogate key', { '\ud800': 1 }],
    ['__proto__', JSON.parse('{"__proto__":1}')],
    ['cycle', cycle],
    ['depth', deep],
  ]
  for (const [name, state] of bad) {
    t.throws(() => encodeState(state as State, 'ridge'), { code: 'PLUGIN_BAD_STATE', message: /plugin ridge / }, name)
  }
})

t.test('a subclass of a typed array and a view of shared memory are tensors', async (t) => {
  t.same(decodeState(encodeState(Buffer.from([1, 2]))), Uint8Array.of(1, 2))
  const shared = new Float32Array(new SharedArrayBuffer(16), 4, 2)
  shared.set([1, 2])
  t.same(decodeState(encodeState({ shared })), { shared: Float32Array.of(1, 2) })
})

const tensors = fc.oneof(
  fc.float32Array({ noNaN: true }).map((a) => a.map((v) => v + 0)),
  fc.float64Array({ noNaN: true }).map((a) => a.map((v) => v + 0)),
  fc.int8Array(),
  fc.int16Array(),
  fc.int32Array(),
  fc.uint8Array(),
  fc.uint16Array(),
  fc.uint32Array(),
)
const text = fc.string({ unit: 'grapheme' })
const key = text.filter((k) => k !== '__proto__')
const states = fc.letrec<{ state: State }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 4 },
    tensors,
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0),
    text,
    fc.array(tie('state'), { maxLength: 4 }),
    fc.dictionary(key, tie('state'), { maxKeys: 4 }),
  ),
})).state

t.test('round trip', async () => {
  fc.assert(
    fc.property(states, (state) => {
      const bytes = encodeState(state)
      const again = decodeState(bytes)
      if (Buffer.compare(encodeState(again), bytes) !== 0) throw new Error('other bytes for an equal state')
      if (!same(again, state)) throw new Error('another state came back')
    }),
    { numRuns: 300 },
  )
})

/** Equal values and equal types of arrays, whatever the order of keys and the prototype of objects. */
function same(a: State, b: State): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  if (ArrayBuffer.isView(a) || ArrayBuffer.isView(b)) {
    const [x, y] = [a as Float64Array, b as Float64Array]
    return x.constructor === y.constructor && x.length === y.length && x.every((v, i) => v === y[i])
  }
  const [x, y] = [a as Record<string, State>, b as Record<string, State>]
  const keys = Object.keys(x)
  return (
    keys.length === Object.keys(y).length &&
    keys.every((k) => Object.hasOwn(y, k) && same(x[k] as State, y[k] as State))
  )
}

/** A state file with any header and data. */
function file(header: string, data: number[] = []): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + Math.ceil(text.length / 8) * 8 + data.length)
  bytes.fill(0x20, 8)
  bytes.set(text, 8)
  bytes.set(data, bytes.length - data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8 - data.length), true)
  return bytes
}

t.test('a file that is not as it should be is refused', async (t) => {
  const meta = (state: string) => `"__metadata__":{"format":"daybook-state-1","state":${JSON.stringify(state)}}`
  const tensor = (from: number, to: number, length: number, dtype = 'U8') =>
    `{"data_offsets":[${from},${to}],"dtype":"${dtype}","shape":[${length}]}`
  t.same(decodeState(file(`{"/a":${tensor(0, 2, 2)},${meta('{"a":null}')}}`, [1, 2])), { a: Uint8Array.of(1, 2) })
  const bad: Record<string, Uint8Array> = {
    empty: new Uint8Array(0),
    short: new Uint8Array(7),
    'length beyond the end': new Uint8Array([255, 255, 255, 255, 255, 255, 255, 127, 1]),
    'no JSON': file('hello'),
    'no object': file('[]'),
    'no metadata': file('{}'),
    'another format': file('{"__metadata__":{"format":"x","state":"null"}}'),
    'state is no JSON': file(`{${meta('{')}}`),
    'state is not canonical': file(`{${meta('{ "a":1}')}}`),
    'state with a key twice': file(`{${meta('{"a":1,"a":2}')}}`),
    '__proto__ in the state': file(`{${meta('{"__proto__":{"x":1}}')}}`),
    '__proto__ in the header': file(`{${meta('null')},"__proto__":${tensor(0, 0, 0)}}`),
    'tensor twice': file(`{"/a":${tensor(0, 1, 1)},"/a":${tensor(0, 1, 1)},${meta('{"a":null}')}}`, [1]),
    'no place': file(`{"/b":${tensor(0, 1, 1)},${meta('{"a":null}')}}`, [1]),
    'place of a method': file(`{"/toString":${tensor(0, 1, 1)},${meta('{"a":null}')}}`, [1]),
    'place is taken': file(`{"/a":${tensor(0, 1, 1)},${meta('{"a":1}')}}`, [1]),
    'length of an array': file(`{"/a/length":${tensor(0, 1, 1)},${meta('{"a":[]}')}}`, [1]),
    'in a tensor': file(`{"/a":${tensor(0, 1, 1)},"/a/0":${tensor(1, 2, 1)},${meta('{"a":null}')}}`, [1, 2]),
    'bad name': file(`{"a":${tensor(0, 1, 1)},${meta('{"a":null}')}}`, [1]),
    dtype: file(`{"/a":${tensor(0, 1, 1, 'BF16')},${meta('{"a":null}')}}`, [1]),
    'dtype of an object': file(`{"/a":${tensor(0, 1, 1, 'toString')},${meta('{"a":null}')}}`, [1]),
    'size against shape': file(`{"/a":${tensor(0, 2, 1)},${meta('{"a":null}')}}`, [1, 2]),
    'not whole elements': file(`{"/a":${tensor(0, 3, 1, 'F32')},${meta('{"a":null}')}}`, [1, 2, 3]),
    'behind the end': file(`{"/a":${tensor(0, 9, 9)},${meta('{"a":null}')}}`, [1]),
    overlap: file(`{"/a":${tensor(0, 2, 2)},"/b":${tensor(1, 3, 2)},${meta('{"a":null,"b":null}')}}`, [1, 2, 3]),
    gap: file(`{"/a":${tensor(1, 2, 1)},${meta('{"a":null}')}}`, [1, 2]),
    'negative offset': file(`{"/a":${tensor(-1, 0, 1)},${meta('{"a":null}')}}`, [1]),
    'huge offset': file(`{"/a":${tensor(0, 2 ** 60, 2 ** 60)},${meta('{"a":null}')}}`, [1]),
    'bytes behind': file(`{${meta('null')}}`, [1]),
    'not aligned': (() => {
      const bytes = file(`{${meta('null')}}`).slice(0, -1)
      new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 8), true)
      return bytes
    })(),
    'not UTF-8': file(`{${meta('null')}}`).fill(0xff, 12, 13),
    'nested deep': file(`{${meta(`${'['.repeat(50000)}${']'.repeat(50000)}`)}}`),
  }
  for (const [name, bytes] of Object.entries(bad)) t.throws(() => decodeState(bytes), { code: 'STATE_CORRUPT' }, name)
})

t.test('whatever bytes are changed: the error is STATE_CORRUPT, or a state is read', async () => {
  const bytes = encodeState(small)
  fc.assert(
    fc.property(
      fc.nat(bytes.length - 1),
      fc.integer({ min: 0, max: 255 }),
      fc.nat(bytes.length),
      (at, value, length) => {
        const changed = bytes.slice(0, length)
        if (at < length) changed[at] = value
        try {
          decodeState(changed)
        } catch (thrown) {
          if (!(thrown instanceof DaybookError) || thrown.code !== 'STATE_CORRUPT') throw thrown
        }
      },
    ),
    { numRuns: 1000 },
  )
})
