// The bytes of an ONNX file, read back by a reader of protobuf that knows nothing of ours.
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import t from 'tap'
import { encodeOnnx, type OnnxFile } from '../../../src/model/onnx/wire.ts'

type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array | number)[]>

/** The fields of a message by number, unread. */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes)
  const fields = new Map<number, (bigint | Uint8Array | number)[]>()
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    const value =
      type === WireType.Varint ? BigInt(reader.int64()) : type === WireType.Bit32 ? reader.float() : reader.bytes()
    fields.set(field, [...(fields.get(field) ?? []), value])
  }
  return fields
}

const inner = (fields: Fields, field: number, index = 0): Fields => fieldsOf(fields.get(field)?.[index] as Uint8Array)
const bytesAt = (fields: Fields, field: number): Uint8Array => (fields.get(field) ?? [])[0] as Uint8Array
const text = (fields: Fields, field: number, index = 0): string =>
  new TextDecoder().decode(fields.get(field)?.[index] as Uint8Array)

function packed(bytes: Uint8Array): bigint[] {
  const reader = new BinaryReader(bytes)
  const values: bigint[] = []
  while (reader.pos < reader.len) values.push(BigInt(reader.int64()))
  return values
}

const empty: OnnxFile = {
  irVersion: 8,
  producer: 'daybook',
  domains: [['', 17]],
  doc: '',
  metadata: [],
  graph: { name: 'g', nodes: [], initializers: [], inputs: [], outputs: [] },
}

t.test('a model with a tensor of each type and an attribute of each kind', async (t) => {
  const file: OnnxFile = {
    ...empty,
    domains: [
      ['', 17],
      ['ai.onnx.ml', 3],
    ],
    metadata: [['key', 'värde']],
    graph: {
      name: 'small',
      nodes: [
        {
          operator: 'Own',
          domain: 'ai.onnx.ml',
          inputs: ['x', 'c'],
          outputs: ['y'],
          attributes: {
            a: { int: -3 },
            b: { float: 0.5 },
            c: { text: 'é' },
            d: { floats: Float32Array.of(1, Number.NaN) },
            e: { texts: ['p', 'q'] },
            f: {
              graph: { name: 'body', nodes: [], initializers: [], inputs: [{ name: 'i', type: 'bool' }], outputs: [] },
            },
          },
        },
      ],
      initializers: [
        { name: 'f', type: 'float', shape: [2], values: Float32Array.of(1, 2) },
        { name: 'd', type: 'double', shape: [], values: Float64Array.of(0.1) },
        { name: 'i', type: 'int64', shape: [1, 1], values: BigInt64Array.of(-1n) },
        { name: 's', type: 'string', shape: [2], values: ['a', ''] },
        { name: 'b', type: 'bool', shape: [2], values: [true, false] },
      ],
      inputs: [{ name: 'x', type: 'double', shape: ['rows', 1] }],
      outputs: [{ name: 'y', type: 'int64', shape: ['rows'] }],
    },
  }
  const model = fieldsOf(encodeOnnx(file))
  t.same(model.get(1), [8n])
  t.equal(text(model, 2), 'daybook')
  t.same([text(inner(model, 8, 1), 1), inner(model, 8, 1).get(2)], ['ai.onnx.ml', [3n]])
  t.same([text(inner(model, 14), 1), text(inner(model, 14), 2)], ['key', 'värde'])

  const graph = inner(model, 7)
  const node = inner(graph, 1)
  t.same(
    [text(node, 1), text(node, 1, 1), text(node, 2), text(node, 4), text(node, 7)],
    ['x', 'c', 'y', 'Own', 'ai.onnx.ml'],
  )
  const attribute = (index: number): Fields => inner(node, 5, index)
  t.same([text(attribute(0), 1), attribute(0).get(3), attribute(0).get(20)], ['a', [-3n], [2n]])
  t.same([attribute(1).get(2), attribute(1).get(20)], [[0.5], [1n]])
  t.same([text(attribute(2), 4), attribute(2).get(20)], ['é', [3n]])
  t.same([bytesAt(attribute(3), 7).length, attribute(3).get(20)], [8, [6n]])
  t.same([text(attribute(4), 9, 1), attribute(4).get(20)], ['q', [8n]])
  t.same([text(inner(attribute(5), 6), 2), attribute(5).get(20)], ['body', [5n]])

  const tensor = (index: number): Fields => inner(graph, 5, index)
  t.same(
    [0, 1, 2, 3, 4].map((i) => tensor(i).get(2)?.[0]),
    [1n, 11n, 7n, 8n, 9n],
    'codes of the types',
  )
  t.same(tensor(2).get(1), [1n, 1n])
  t.same(tensor(1).get(1), undefined, 'one number has no axis')
  t.equal(new DataView(bytesAt(tensor(1), 9).slice().buffer).getFloat64(0, true), 0.1)
  t.same([text(tensor(3), 6, 0), text(tensor(3), 6, 1)], ['a', ''])
  t.same([...bytesAt(tensor(4), 9)], [1, 0])
  const shape = inner(inner(inner(inner(graph, 11), 2), 1), 2)
  t.equal(text(inner(shape, 1, 0), 2), 'rows')
  t.same(inner(shape, 1, 1).get(1), [1n])
})

t.test('whole numbers of any size', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger()), (ints) => {
      const node = { operator: 'Own', domain: '', inputs: [], outputs: ['y'], attributes: { a: { ints } } }
      const model = fieldsOf(encodeOnnx({ ...empty, graph: { ...empty.graph, nodes: [node] } }))
      const bytes = inner(inner(inner(model, 7), 1), 5).get(8)?.[0] as Uint8Array
      return JSON.stringify(packed(bytes).map(Number)) === JSON.stringify(ints.map((int) => int + 0))
    }),
  )
  t.pass()
})
