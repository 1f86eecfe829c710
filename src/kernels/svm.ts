import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type SvmFunctions = {
  svmDecisions(
    kernel: number,
    x: number,
    rows: number,
    features: number,
    tiles: number,
    count: number,
    pairs: number,
    runs: number,
    coefficients: number,
    intercepts: number,
    row: number,
    out: number,
  ): void
}

const of = (kernels: Kernels): SvmFunctions => kernels.functions as unknown as SvmFunctions

/** Vectors of a tile. */
export const SVM_TILE = 16

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
export function svmDecisionBytes(rule: SvmDecisionRule, rows: number): number {
  const { tiles, runs, coefficients, intercepts } = rule
  const entered = [tiles.values, runs, coefficients, intercepts].map(({ byteLength }) => alignUp(byteLength))
  const own = 16 + alignUp(4 * tiles.count) + alignUp(4 * rows * tiles.features) + alignUp(8 * rows * intercepts.length)
  return entered.reduce((sum, bytes) => sum + bytes, own)
}

/** Decision functions in memory of a scope, ready to be called for rows. */
export class SvmDecisions {
  /** f32 [rows, features]: what is decided on. */
  readonly x: Float32Array
  readonly #kernels: Kernels
  readonly #out: Float64Array
  readonly #arguments: readonly number[]
  readonly #features: number
  readonly #pairs: number

  constructor(kernels: Kernels, memory: KernelMemory, rule: SvmDecisionRule, rows: number) {
    const { tiles } = rule
    this.#kernels = kernels
    this.#features = tiles.features
    this.#pairs = rule.intercepts.length
    this.x = memory.f32(rows * tiles.features)
    this.#out = memory.f64(rows * this.#pairs)
    this.#arguments = [
      memory.put(tiles.values).byteOffset,
      tiles.count,
      this.#pairs,
      memory.put(rule.runs).byteOffset,
      memory.put(rule.coefficients).byteOffset,
      memory.put(rule.intercepts).byteOffset,
      memory.f32(tiles.count).byteOffset,
      this.#out.byteOffset,
      enterKernel(memory, rule.kernel),
    ]
  }

  /** Values f64 [rows, functions] of the first rows of `x`: a view, valid until the next call. A row's bits depend on it alone. */
  decide(rows: number): Float64Array {
    const [tiles, count, pairs, runs, coefficients, intercepts, row, out, kernel] = this.#arguments as number[]
    of(this.#kernels).svmDecisions(
      kernel as number,
      this.x.byteOffset,
      rows,
      this.#features,
      tiles as number,
      count as number,
      pairs as number,
      runs as number,
      coefficients as number,
      intercepts as number,
      row as number,
      out as number,
    )
    return this.#out.subarray(0, rows * this.#pairs)
  }
}
