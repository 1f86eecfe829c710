import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'
import type { SvmTiles } from './svm.ts'

/** Bytes that a thread needs beside its results. */
const SCRATCH = 64
/** Features of distances that are worth a call of their own, for threads to share out. */
const WORTHWHILE = 5e5

/** Bytes of a scope that `NearestVectors` takes, for at most `rows` rows at a time. */
export function nearestBytes({ threads }: Kernels, tiles: SvmTiles, k: number, rows: number): number {
  return (
    alignUp(tiles.values.byteLength) +
    alignUp(4 * rows * tiles.features) +
    2 * alignUp(4 * rows * k) +
    threads * SCRATCH
  )
}

/** Vectors in memory of a scope, ready to be asked which of them are nearest to rows. */
export class NearestVectors {
  /** f32 [rows, features]: the rows that are asked for. */
  readonly x: Float32Array
  /** u32 [rows, k] and squared distances f32 [rows, k], nearest first, equal distances by index. */
  readonly indices: Uint32Array
  readonly distances: Float32Array
  readonly #kernels: Kernels
  readonly #arguments: readonly number[]
  readonly #scratch: readonly number[]
  readonly #k: number
  readonly #features: number
  /** Rows that are worth a call of their own. */
  readonly #least: number

  /** `vectors`: how many there are, k of them at least; the tiles hold as many, rounded up to 16. */
  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    tiles: SvmTiles,
    { vectors, k, rows }: { vectors: number; k: number; rows: number },
  ) {
    this.#kernels = kernels
    this.#k = k
    this.#features = tiles.features
    this.#least = Math.ceil(WORTHWHILE / ((vectors + 1) * (tiles.features + 1)))
    this.x = memory.f32(rows * tiles.features)
    this.indices = memory.u32(rows * k)
    this.distances = memory.f32(rows * k)
    this.#arguments = [tiles.features, memory.put(tiles.values).byteOffset, vectors, k]
    this.#scratch = Array.from({ length: kernels.threads }, () => memory.u8(SCRATCH).byteOffset)
  }

  /** Finds the nearest vectors of the first rows of `x`. What is found for a row depends on it alone. */
  find(rows: number): void {
    const parts = Math.max(1, Math.min(this.#scratch.length, Math.floor(rows / this.#least)))
    const edge = (part: number): number => Math.floor((part * rows) / parts)
    this.#kernels.parallel(
      'nearestVectors',
      Array.from({ length: parts }, (_, part) => [
        this.x.byteOffset + 4 * this.#features * edge(part),
        edge(part + 1) - edge(part),
        ...this.#arguments,
        this.indices.byteOffset + 4 * this.#k * edge(part),
        this.distances.byteOffset + 4 * this.#k * edge(part),
        this.#scratch[part] as number,
      ]),
    )
  }
}
