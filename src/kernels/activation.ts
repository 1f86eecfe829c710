import type { Kernels } from './kernels.ts'

/** Activations in the order of their codes in the kernels. `leaky-relu` has slope 0.01 below 0, `elu` alpha 1. */
export const activations = ['linear', 'relu', 'leaky-relu', 'elu', 'tanh', 'sigmoid'] as const
export type Activation = (typeof activations)[number]

type ActivationFunctions = {
  activate(kind: number, z: number, n: number): void
  activateBack(kind: number, d: number, a: number, n: number): void
  dropout(out: number, from: number, bits: number, n: number, threshold: number, factor: number): void
  randomBits(out: number, start: number, n: number, k0: number, k1: number): void
}

const of = (kernels: Kernels): ActivationFunctions => kernels.functions as unknown as ActivationFunctions

/** Values z become f(z). */
export function activate(kernels: Kernels, activation: Activation, z: Float32Array): void {
  if (activation !== 'linear') of(kernels).activate(activations.indexOf(activation), z.byteOffset, z.length)
}

/** Gradients d by f(z) become gradients by z, told from the outputs a = f(z). */
export function activateBack(kernels: Kernels, activation: Activation, d: Float32Array, a: Float32Array): void {
  if (d.length !== a.length) throw new TypeError('activateBack: gradients and outputs differ in length')
  if (activation !== 'linear')
    of(kernels).activateBack(activations.indexOf(activation), d.byteOffset, a.byteOffset, d.length)
}

/**
 * Inverted dropout: out = from / (1 - rate) where the value's random bits keep it, else 0. The same call with the same
 * bits takes gradients back.
 */
export function dropout(
  kernels: Kernels,
  out: Float32Array,
  from: Float32Array,
  bits: Uint32Array,
  rate: number,
): void {
  if (out.length < from.length || bits.length < from.length) throw new TypeError('dropout: an array is too short')
  const threshold = Math.floor(rate * 2 ** 32)
  of(kernels).dropout(out.byteOffset, from.byteOffset, bits.byteOffset, from.length, threshold, 1 / (1 - rate))
}

/**
 * Numbers `start … start + out.length - 1` of the random stream with the key `words`: what RandomStream.bits gives.
 * `start` and the length of `out` are multiples of 4.
 */
export function randomBits(kernels: Kernels, out: Uint32Array, words: readonly [number, number], start: number): void {
  if (start % 4 !== 0 || out.length % 4 !== 0) throw new TypeError('randomBits: start and length are multiples of 4')
  of(kernels).randomBits(out.byteOffset, start, out.length, words[0], words[1])
}
