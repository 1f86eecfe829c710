import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { OnnxAttribute, OnnxType, OnnxValues } from '../../plugin/api.ts'

// The messages of onnx.proto that a model of ours needs, written field by field: equal data gives equal bytes. Field numbers
// and codes are those of the public schema, https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.

/** A tensor's name, element type and shape: an axis is a number, or a name where its length is open. */
export interface ValueInfo {
  readonly name: string
  readonly type: OnnxType
  /** Undefined: not said, as inside of loops. */
  readonly shape?: readonly (number | string)[]
}

export interface Initializer {
  readonly name: string
  readonly type: OnnxType
  readonly shape: readonly number[]
  readonly values: OnnxValues
}

export interface GraphNode {
  readonly operator: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute | { readonly graph: GraphFile }>>
}

export interface GraphFile {
  readonly name: string
  readonly nodes: readonly GraphNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

export interface OnnxFile {
  readonly irVersion: number
  readonly producer: string
  /** Version of each domain of operators; '' is ONNX itself. */
  readonly domains: readonly (readonly [domain: string, version: number])[]
  readonly doc: string
  readonly metadata: readonly (readonly [key: string, value: string])[]
  readonly graph: GraphFile
}

/** Codes of element types (TensorProto.DataType). */
export const typeCodes: Readonly<Record<OnnxType, number>> = { float: 1, int64: 7, string: 8, bool: 9, double: 11 }

/** The bytes of an ONNX file: one message, no data beside it. */
export function encodeOnnx(file: OnnxFile): Uint8Array {
  const out = new BinaryWriter()
  int(out, 1, file.irVersion)
  text(out, 2, file.producer)
  text(out, 6, file.doc)
  message(out, 7, () => writeGraph(out, file.graph))
  for (const [domain, version] of file.domains)
    message(out, 8, () => {
      text(out, 1, domain)
      int(out, 2, version)
    })
  for (const [key, value] of file.metadata)
    message(out, 14, () => {
      text(out, 1, key)
      text(out, 2, value)
    })
  return out.finish()
}

function writeGraph(out: BinaryWriter, { name, nodes, initializers, inputs, outputs }: GraphFile): void {
  for (const node of nodes) message(out, 1, () => writeNode(out, node))
  text(out, 2, name)
  for (const tensor of initializers) message(out, 5, () => writeTensor(out, tensor))
  for (const input of inputs) message(out, 11, () => writeValueInfo(out, input))
  for (const output of outputs) message(out, 12, () => writeValueInfo(out, output))
}

function writeNode(out: BinaryWriter, { operator, domain, inputs, outputs, attributes }: GraphNode): void {
  for (const input of inputs) text(out, 1, input)
  for (const output of outputs) text(out, 2, output)
  text(out, 3, outputs[0] as string)
  text(out, 4, operator)
  for (const [name, attribute] of Object.entries(attributes))
    message(out, 5, () => {
      text(out, 1, name)
      writeAttribute(out, attribute)
    })
  if (domain !== '') text(out, 7, domain)
}

/** The value, then (field 20) the code of its type (AttributeProto.AttributeType). */
function writeAttribute(out: BinaryWriter, attribute: OnnxAttribute | { readonly graph: GraphFile }): void {
  if ('float' in attribute) {
    out.tag(2, WireType.Bit32).float(attribute.float)
    int(out, 20, 1)
  } else if ('int' in attribute) {
    int(out, 3, attribute.int)
    int(out, 20, 2)
  } else if ('text' in attribute) {
    text(out, 4, attribute.text)
    int(out, 20, 3)
  } else if ('graph' in attribute) {
    message(out, 6, () => writeGraph(out, attribute.graph))
    int(out, 20, 5)
  } else if ('floats' in attribute) {
    bytes(out, 7, bytesOf(attribute.floats))
    int(out, 20, 6)
  } else if ('ints' in attribute) {
    bytes(out, 8, varintsOf(attribute.ints))
    int(out, 20, 7)
  } else {
    for (const value of attribute.texts) text(out, 9, value)
    int(out, 20, 8)
  }
}

function writeTensor(out: BinaryWriter, { name, type, shape, values }: Initializer): void {
  for (const length of shape) int(out, 1, length)
  int(out, 2, typeCodes[type])
  if (Array.isArray(values)) {
    if (type === 'string') for (const value of values) text(out, 6, value as string)
    else
      bytes(
        out,
        9,
        Uint8Array.from(values, (value) => (value === true ? 1 : 0)),
      )
  } else bytes(out, 9, bytesOf(values as Float32Array | Float64Array | BigInt64Array))
  text(out, 8, name)
}

function writeValueInfo(out: BinaryWriter, { name, type, shape }: ValueInfo): void {
  text(out, 1, name)
  message(out, 2, () =>
    message(out, 1, () => {
      int(out, 1, typeCodes[type])
      if (shape === undefined) return
      message(out, 2, () => {
        for (const length of shape)
          message(out, 1, () => (typeof length === 'number' ? int(out, 1, length) : text(out, 2, length)))
      })
    }),
  )
}

function message(out: BinaryWriter, field: number, write: () => void): void {
  out.tag(field, WireType.LengthDelimited).fork()
  write()
  out.join()
}

function int(out: BinaryWriter, field: number, value: number): void {
  out.tag(field, WireType.Varint).int64(value)
}

function text(out: BinaryWriter, field: number, value: string): void {
  out.tag(field, WireType.LengthDelimited).string(value)
}

function bytes(out: BinaryWriter, field: number, value: Uint8Array): void {
  out.tag(field, WireType.LengthDelimited).bytes(value)
}

/** Whole numbers as varints, one behind the other; trees have millions of them, so most are written without a bigint. */
function varintsOf(ints: ArrayLike<number>): Uint8Array {
  const packed = new Uint8Array(10 * ints.length)
  let at = 0
  for (let i = 0; i < ints.length; i++) {
    let rest = ints[i] as number
    if (rest >= 0) {
      for (; rest > 0x7f; rest = Math.floor(rest / 128)) packed[at++] = (rest % 128) + 128
      packed[at++] = rest
    } else {
      let bits = BigInt.asUintN(64, BigInt(rest)) // two's complement
      for (; bits > 0x7fn; bits >>= 7n) packed[at++] = Number(bits & 0x7fn) + 128
      packed[at++] = Number(bits)
    }
  }
  return packed.slice(0, at)
}

/** Little-endian bytes of numbers: a view, since Node runs on little-endian machines alone. */
function bytesOf(values: Float32Array | Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
