import {
  activate,
  activateBack,
  addColumnSums,
  addProduct,
  addTransposedProduct,
  alignUp,
  dropout,
  fillRows,
  type KernelMemory,
  type Kernels,
  randomBits,
  transpose,
} from 'daybook/kernels'
import type { RandomStream } from 'daybook/plugin'
import type { DenseShape, DropoutShape, NetworkShape } from './shape.ts'

/**
 * Rows that go through the network at a time. A batch of more rows goes in several chunks whose gradients add up: sums run
 * over the rows in order, so the bits do not depend on this number, except that dropout counts its random numbers by it.
 */
export const CHUNK = 1024

/** Bytes of a scope that a {@link Network} takes for `rows` rows at a time; with `back`, for its gradients too. */
export function networkBytes(shape: NetworkShape, rows: number, back: boolean): number {
  const values = (units: number): number => alignUp(4 * rows * units)
  let bytes = 0
  for (const { units } of shape.layers) bytes += values(units)
  if (!back) return bytes
  for (const { kind, units } of shape.layers) if (kind === 'dropout') bytes += values(units)
  return bytes + alignUp(4 * largestWeights(shape)) + 2 * values(widestLayer(shape))
}

/** The network over memory of a kernel instance: values of a chunk of rows, forwards and back. */
export class Network {
  readonly #kernels: Kernels
  readonly #shape: NetworkShape
  readonly #parameters: Float32Array
  readonly #outputs: readonly Float32Array[]
  readonly #bits: readonly (Uint32Array | undefined)[]
  readonly #transposed: Float32Array | undefined
  readonly #gradients: readonly [Float32Array, Float32Array] | undefined
  readonly #drawn: number[]

  /** `parameters` lie in the memory of `kernels`; `memory` has {@link networkBytes} left. */
  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    { shape, parameters, rows, back }: { shape: NetworkShape; parameters: Float32Array; rows: number; back: boolean },
  ) {
    this.#kernels = kernels
    this.#shape = shape
    this.#parameters = parameters
    this.#outputs = shape.layers.map(({ units }) => memory.f32(rows * units))
    this.#bits = shape.layers.map(({ kind, units }) =>
      back && kind === 'dropout' ? memory.u32(upToFour(rows * units)) : undefined,
    )
    this.#drawn = shape.layers.map(() => 0)
    if (!back) return
    const widest = rows * widestLayer(shape)
    this.#transposed = memory.f32(largestWeights(shape))
    this.#gradients = [memory.f32(widest), memory.f32(widest)]
  }

  /** Raw outputs [rows, outputs] of `input` [rows, inputs]. With `streams`, one a layer, dropout drops. */
  forward(input: Float32Array, rows: number, streams?: readonly (RandomStream | undefined)[]): Float32Array {
    let values = input
    this.#shape.layers.forEach((layer, index) => {
      if (layer.kind === 'dense') {
        const output = (this.#outputs[index] as Float32Array).subarray(0, rows * layer.units)
        fillRows(this.#kernels, output, this.#bias(layer), rows)
        addProduct(this.#kernels, output, values, this.#weights(layer), rows, layer.units, layer.inputs)
        activate(this.#kernels, layer.activation, output)
        values = output
      } else if (streams !== undefined) {
        values = this.#drop(layer, index, values, streams[index] as RandomStream)
      }
    })
    return values
  }

  /** Adds the gradients by the parameters to `into`, told from the gradients `d` by the outputs of the last `forward`. */
  backward(input: Float32Array, rows: number, d: Float32Array, into: Float32Array): void {
    const [one, other] = this.#gradients as readonly [Float32Array, Float32Array]
    let gradient = d
    for (let index = this.#shape.layers.length - 1; index >= 0; index--) {
      const layer = this.#shape.layers[index] as DenseShape | DropoutShape
      if (layer.kind === 'dropout') {
        dropout(this.#kernels, gradient, gradient, this.#bits[index] as Uint32Array, layer.rate)
        continue
      }
      const values = index === 0 ? input : (this.#outputs[index - 1] as Float32Array)
      const output = (this.#outputs[index] as Float32Array).subarray(0, rows * layer.units)
      activateBack(this.#kernels, layer.activation, gradient, output)
      const { inputs, units, weightsAt, biasAt } = layer
      addTransposedProduct(this.#kernels, into.subarray(weightsAt, biasAt), values, gradient, inputs, units, rows)
      addColumnSums(this.#kernels, into.subarray(biasAt, biasAt + units), gradient, rows)
      if (!this.#learnsBelow(index)) return
      const turned = this.#transposed as Float32Array
      transpose(this.#kernels, turned, this.#weights(layer), inputs, units)
      const next = (gradient.byteOffset === one.byteOffset ? other : one).subarray(0, rows * inputs)
      addProduct(this.#kernels, next.fill(0), gradient, turned, rows, inputs, units)
      gradient = next
    }
  }

  #drop(layer: DropoutShape, index: number, values: Float32Array, stream: RandomStream): Float32Array {
    const drawn = this.#drawn[index] as number
    const bits = (this.#bits[index] as Uint32Array).subarray(0, upToFour(values.length))
    randomBits(this.#kernels, bits, stream.words, drawn)
    this.#drawn[index] = drawn + bits.length
    const output = (this.#outputs[index] as Float32Array).subarray(0, values.length)
    dropout(this.#kernels, output, values, bits, layer.rate)
    return output
  }

  #learnsBelow(index: number): boolean {
    return this.#shape.layers.slice(0, index).some(({ kind }) => kind === 'dense')
  }

  #weights({ weightsAt, biasAt }: DenseShape): Float32Array {
    return this.#parameters.subarray(weightsAt, biasAt)
  }

  #bias({ biasAt, units }: DenseShape): Float32Array {
    return this.#parameters.subarray(biasAt, biasAt + units)
  }
}

function widestLayer({ inputs, layers }: NetworkShape): number {
  return Math.max(inputs, ...layers.map(({ units }) => units))
}

function largestWeights({ layers }: NetworkShape): number {
  return Math.max(...layers.map((layer) => (layer.kind === 'dense' ? layer.inputs * layer.units : 0)))
}

function upToFour(n: number): number {
  return Math.ceil(n / 4) * 4
}
