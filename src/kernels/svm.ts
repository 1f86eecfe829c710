import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

/** Vectors of a tile. */
export const SVM_TILE = 16

/** Features of kernel values that are worth a call of their own, for threads to share out. */
const WORTHWHILE = 5e5

const KINDS = ['linear', 'rbf', 'polynomial', 'sigmoid'] as const

/**
 * A kernel function: x·y, exp(-gamma |x - y|²), (gamma x·y + coef0)^degree or tanh(gamma x·y + coef0), in f32. `degree` is a
 * whole number.
 */
export interface SvmKernel {
  readonly kind: (typeof KINDS)[number]
  readonly gamma: number
  readonly coef0: number
  readonly degree: number
}

/**
 * Vectors in tiles: 16 of them, feature by feature, f32 [count / 16, features, 16]. `count` is the number of vectors rounded
 * up to 16; the places left over hold zeros.
 */
export interface SvmTiles {
  readonly values: Float32Array
  readonly count: number
  readonly features: number
}

/** A number of vectors, rounded up to whole tiles. */
export function wholeTiles(vectors: number): number {
  return Math.ceil(vectors / SVM_TILE) * SVM_TILE
}

/** Index of feature 0 of a vector in tiles; feature f follows 16 f later. */
export function placeInTiles(vector: number, features: number): number {
  return Math.floor(vector / SVM_TILE) * SVM_TILE * features + (vector % SVM_TILE)
}

/** Copies a kernel into memory of a scope, 16 bytes; gives its address. */
export function enterKernel(memory: KernelMemory, { kind, gamma, coef0, degree }: SvmKernel): number {
  const numbers = memory.f32(4)
  new Int32Array(numbers.buffer, numbers.byteOffset, 2).set([KINDS.indexOf(kind), degree])
  numbers.set([gamma, coef0], 2)
  return numbers.byteOffset
}

/** Decision functions over shared vectors: each is an intercept and coefficients for two runs of the vectors. */
export interface SvmDecisionRule {
  readonly kernel: SvmKernel
  readonly tiles: SvmTiles
  /** i32 [functions, 4]: first vector and count, twice. */
  readonly runs: Int32Array
  /** f64: those of the first function's two runs, then of the second's, … */
  readonly coefficients: Float64Array
  /** f64 [functions]. */
  readonly intercepts: Float64Array
}

/** Bytes of a scope that `SvmDecisions` takes, for at most `rows` rows at a time. */
export function svmDecisionBytes({ threads }: Kernels, rule: SvmDecisionRule, rows: number): number {
  const { tiles, runs, coefficients, intercepts } = rule
  const entered = [tiles.values, runs, coefficients, intercepts].map(({ byteLength }) => alignUp(byteLength))
  const scratch = threads * alignUp(4 * tiles.count)
  const own = 16 + scratch + alignUp(4 * rows * tiles.features) + alignUp(8 * rows * intercepts.length)
  return entered.reduce((sum, bytes) => sum + bytes, own)
}

/** Decision functions in memory of a scope, ready to be called for rows. */
export class SvmDecisions {
  /** f32 [rows, features]: what is decided on. */
  readonly x: Float32Array
  readonly #kernels: Kernels
  readonly #out: Float64Array
  readonly #kernel: number
  readonly #arguments: readonly number[]
  readonly #scratch: readonly number[]
  readonly #features: number
  readonly #functions: number
  /** Rows that are worth a call of their own. */
  readonly #least: number

  constructor(kernels: Kernels, memory: KernelMemory, rule: SvmDecisionRule, rows: number) {
    const { tiles } = rule
    this.#kernels = kernels
    this.#features = tiles.features
    this.#functions = rule.intercepts.length
    this.#least = Math.ceil(WORTHWHILE / ((tiles.count + 1) * (tiles.features + 5)))
    this.x = memory.f32(rows * tiles.features)
    this.#out = memory.f64(rows * this.#functions)
    this.#kernel = enterKernel(memory, rule.kernel)
    this.#arguments = [
      memory.put(tiles.values).byteOffset,
      tiles.count,
      this.#functions,
      memory.put(rule.runs).byteOffset,
      memory.put(rule.coefficients).byteOffset,
      memory.put(rule.intercepts).byteOffset,
    ]
    this.#scratch = Array.from({ length: kernels.threads }, () => memory.f32(tiles.count).byteOffset)
  }

  /** Values f64 [rows, functions] of the first rows of `x`: a view, valid until the next call. A row's bits depend on it alone. */
  decide(rows: number): Float64Array {
    const parts = Math.max(1, Math.min(this.#scratch.length, Math.floor(rows / this.#least)))
    const edge = (part: number): number => Math.floor((part * rows) / parts)
    this.#kernels.parallel(
      'svmDecisions',
      Array.from({ length: parts }, (_, part) => [
        this.#kernel,
        this.x.byteOffset + 4 * this.#features * edge(part),
        edge(part + 1) - edge(part),
        this.#features,
        ...this.#arguments,
        this.#scratch[part] as number,
        this.#out.byteOffset + 8 * this.#functions * edge(part),
      ]),
    )
    return this.#out.subarray(0, rows * this.#functions)
  }
}
