import type { Tensor } from './state.ts'

/** Array type of every dtype, by the name that safetensors gives it. */
export const dtypes = {
  F32: Float32Array,
  F64: Float64Array,
  I8: Int8Array,
  I16: Int16Array,
  I32: Int32Array,
  U8: Uint8Array,
  U16: Uint16Array,
  U32: Uint32Array,
} as const

export type Dtype = keyof typeof dtypes

const namesByTag = new Map(Object.entries(dtypes).map(([name, type]) => [type.name, name as Dtype]))

/** Name of an array's dtype, or undefined where it is no tensor. A subclass such as Buffer counts as what it extends. */
export function dtypeOf(array: Tensor): Dtype
export function dtypeOf(array: ArrayBufferView): Dtype | undefined
export function dtypeOf(array: ArrayBufferView): Dtype | undefined {
  return namesByTag.get(Object.prototype.toString.call(array).slice(8, -1))
}

/** Writes a tensor's bytes at `at`, NaN and -0 made canonical, and gives the place behind it. */
export function writeTensor(bytes: Uint8Array, at: number, tensor: Tensor): number {
  const end = at + tensor.byteLength
  const raw = new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength)
  bytes.set(raw, at)
  if (tensor instanceof Float32Array || tensor instanceof Float64Array) {
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    for (let i = 0; i < tensor.length; i++) {
      const value = tensor[i] as number
      if (value === 0) bytes.fill(0, at + i * tensor.BYTES_PER_ELEMENT, at + (i + 1) * tensor.BYTES_PER_ELEMENT)
      else if (Number.isNaN(value)) writeNaN(view, at + i * tensor.BYTES_PER_ELEMENT, tensor.BYTES_PER_ELEMENT)
    }
  }
  return end
}

/** The bits are written as integers: engines choose the payload of a NaN that they store. */
function writeNaN(view: DataView, at: number, size: number): void {
  if (size === 4) view.setUint32(at, 0x7fc00000, true)
  else {
    view.setUint32(at, 0, true)
    view.setUint32(at + 4, 0x7ff80000, true)
  }
}

/** A tensor of its own memory from bytes at any alignment. */
export function readTensor(dtype: Dtype, bytes: Uint8Array): Tensor {
  return new dtypes[dtype](new Uint8Array(bytes).buffer) // a slice of a Buffer would share its memory
}
