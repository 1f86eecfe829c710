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

/**
 * Vectors of few values each: vector i holds `indices[starts[i] … starts[i+1])`, ascending; what is not stored is 0. `count` is
 * their number rounded up to 16.
 */
export interface SvmSparseVectors {
  readonly starts: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
  readonly count: number
  readonly features: number
}

/** Sparse vectors in kernel memory; the ends and squared lengths may come to stand there later. */
export interface EnteredVectors {
  /** u32 [count, 2]: where the values of each vector begin and end. */
  readonly bounds: Uint32Array
  readonly indices: Uint32Array
  readonly values: Float32Array
  /** f64 [count]: squared lengths. */
  readonly norms: Float64Array
}

/** Bytes that a kernel takes in memory of a scope. */
export const SVM_KERNEL_BYTES = 32

/** Copies a kernel into memory of a scope; gives its address. */
export function enterKernel(
  memory: KernelMemory,
  { kind, gamma, coef0, degree }: SvmKernel,
  sparse?: EnteredVectors,
): number {
  const numbers = memory.f32(SVM_KERNEL_BYTES / 4)
  const words = new Int32Array(numbers.buffer, numbers.byteOffset, numbers.length)
  words.set([KINDS.indexOf(kind), degree])
  numbers.set([gamma, coef0], 2)
  if (sparse !== undefined) {
    const { bounds, indices, values, norms } = sparse
    words.set(
      [bounds, indices, values, norms].map(({ byteOffset }) => byteOffset),
      4,
    )
  }
  return numbers.byteOffset
}

/** Squared length of the stored values [from, to), in their order. */
export function squaredLength(values: Float32Array, from: number, to: number): number {
  let sum = 0
  for (let s = from; s < to; s++) sum += (values[s] as number) * (values[s] as number)
  return sum
}

function vectorBytes(vectors: SvmTiles | SvmSparseVectors): number {
  const values = alignUp(vectors.values.byteLength)
  if (!('starts' in vectors)) return values
  return values + alignUp(vectors.indices.byteLength) + 2 * alignUp(8 * vectors.count)
}

function enterSparse(memory: KernelMemory, vectors: SvmSparseVectors): EnteredVectors {
  const { starts, count } = vectors
  const bounds = memory.u32(2 * count)
  const norms = memory.f64(count)
  for (let i = 0; i + 1 < starts.length; i++) {
    const [from, to] = [starts[i] as number, starts[i + 1] as number]
    bounds.set([from, to], 2 * i)
    norms[i] = squaredLength(vectors.values, from, to)
  }
  return { bounds, norms, indices: memory.put(vectors.indices), values: memory.put(vectors.values) }
}

/** Decision functions over shared vectors: each is an intercept and coefficients for two runs of the vectors. */
export interface SvmDecisionRule {
  readonly kernel: SvmKernel
  readonly vectors: SvmTiles | SvmSparseVectors
  /** i32 [functions, 4]: first vector and count, twice. */
  readonly runs: Int32Array
  /** f64: those of the first function's two runs, then of the second's, … */
  readonly coefficients: Float64Array
  /** f64 [functions]. */
  readonly intercepts: Float64Array
}

/** Bytes of a scope that `SvmDecisions` takes, for at most `rows` rows at a time. */
export function svmDecisionBytes({ threads }: Kernels, rule: SvmDecisionRule, rows: number): number {
  const { vectors, runs, coefficients, intercepts } = rule
  const entered = [runs, coefficients, intercepts].map(({ byteLength }) => alignUp(byteLength))
  const scratch = threads * alignUp(4 * vectors.count)
  const own = alignUp(4 * rows * vectors.features) + alignUp(8 * rows * intercepts.length)
  return entered.reduce((sum, bytes) => sum + bytes, SVM_KERNEL_BYTES + vectorBytes(vectors) + scratch + own)
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
    const { vectors } = rule
    const sparse = 'starts' in vectors ? enterSparse(memory, vectors) : undefined
    const perVector = sparse === undefined ? vectors.features : (6 * vectors.values.length) / (vectors.count + 1)
    this.#kernels = kernels
    this.#features = vectors.features
    this.#functions = rule.intercepts.length
    this.#least = Math.ceil(WORTHWHILE / ((vectors.count + 1) * (perVector + 5)))
    this.x = memory.f32(rows * vectors.features)
    this.#out = memory.f64(rows * this.#functions)
    this.#kernel = enterKernel(memory, rule.kernel, sparse)
    this.#arguments = [
      sparse === undefined ? memory.put(vectors.values).byteOffset : 0,
      vectors.count,
      this.#functions,
      memory.put(rule.runs).byteOffset,
      memory.put(rule.coefficients).byteOffset,
      memory.put(rule.intercepts).byteOffset,
    ]
    this.#scratch = Array.from({ length: kernels.threads }, () => memory.f32(vectors.count).byteOffset)
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
