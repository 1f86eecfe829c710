import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type KMeansFunctions = {
  kMeansNearest(
    values: number,
    n: number,
    features: number,
    centroids: number,
    clusters: number,
    width: number,
    scratch: number,
    found: number,
  ): void
}

/** Rows of a training in kernel memory. */
export interface ClusteredRows {
  /** f32 [rows, features]. */
  readonly values: Float32Array
  readonly rows: number
  readonly features: number
  /** f32 [rows]; undefined where every row counts 1. */
  readonly weight: Float32Array | undefined
}

/** What a pass over all rows found. */
export interface AssignedRows {
  /** Sum of weight times squared distance; of an exact pass alone. */
  readonly inertia: number
  /** Rows whose label is another than before. */
  readonly changed: number
  /** f64 [clusters, features]: weight times row, summed by label. */
  readonly sums: Float64Array
  /** f64 [clusters]: sum of the weights by label. */
  readonly masses: Float64Array
}

/** Most chunks of rows, and fewest rows of one but the last. */
const CHUNKS = 256
const CHUNK_ROWS = 1024
/** Most bytes of the sums of all chunks together, as far as more than one chunk is concerned. */
const SUM_BYTES = 2 ** 28
/** Multiplications of the chunks that a thread is handed at a time, so that a cancel arrives in between. */
const BATCH_WORK = 4e7

/** Columns of a centroid matrix: even. */
function widthOf(clusters: number): number {
  return clusters + (clusters % 2)
}

/** Rows of a chunk: by the size of the problem alone. */
function chunkRows(rows: number, features: number, clusters: number): number {
  const affordable = Math.max(1, Math.floor(SUM_BYTES / (8 * clusters * features)))
  return Math.max(CHUNK_ROWS, Math.ceil(rows / Math.min(CHUNKS, affordable)))
}

/**
 * Bytes of a scope that {@link ClusterPasses} takes beside the rows.
 *
 * @param draws candidates that are weighed at a time while first centroids are chosen
 */
export function clusterPassBytes(rows: number, features: number, clusters: number, draws: number): number {
  const chunks = Math.ceil(rows / chunkRows(rows, features, clusters))
  const width = widthOf(Math.max(clusters, draws))
  return (
    alignUp(8 * features * width) +
    alignUp(8 * chunks * width) +
    alignUp(4 * rows) +
    2 * alignUp(8 * rows) +
    alignUp(8 * draws * rows) +
    alignUp(8 * chunks * clusters * features) +
    alignUp(8 * chunks * clusters) +
    alignUp(8 * chunks * draws) +
    alignUp(16 * chunks) +
    alignUp(8 * (clusters + 2))
  )
}

/**
 * Passes of k-means over rows in kernel memory. Rows go in chunks that the size of the problem fixes, the sums of the chunks
 * are added in their order: no result depends on the number of threads. Each method yields between batches of work.
 */
export class ClusterPasses {
  /** Cluster of each row, i32 [rows]. */
  readonly labels: Int32Array
  /**
   * f64 [rows]. While first centroids are chosen: squared distances from the nearest so far. In passes: at least the distance
   * from the own centroid, just that after an exact pass.
   */
  readonly distances: Float64Array
  readonly #kernels: Kernels
  readonly #rows: ClusteredRows
  readonly #clusters: number
  readonly #draws: number
  readonly #width: number
  readonly #chunkRows: number
  readonly #chunks: number
  readonly #centroids: Float64Array
  readonly #scratch: Float64Array
  readonly #lower: Float64Array
  readonly #nearer: Float64Array
  readonly #sums: Float64Array
  readonly #masses: Float64Array
  readonly #potentials: Float64Array
  readonly #totals: Float64Array
  readonly #moves: Float64Array
  /** Centroids of the last pass; undefined where bounds say nothing. */
  #last: Float64Array | undefined

  /** @param memory a scope with {@link clusterPassBytes} left */
  constructor(kernels: Kernels, memory: KernelMemory, rows: ClusteredRows, clusters: number, draws: number) {
    this.#kernels = kernels
    this.#rows = rows
    this.#clusters = clusters
    this.#draws = draws
    this.#width = widthOf(Math.max(clusters, draws))
    this.#chunkRows = chunkRows(rows.rows, rows.features, clusters)
    this.#chunks = Math.ceil(rows.rows / this.#chunkRows)
    this.#centroids = memory.f64(rows.features * this.#width)
    this.#scratch = memory.f64(this.#chunks * this.#width)
    this.labels = memory.i32(rows.rows)
    this.distances = memory.f64(rows.rows)
    this.#lower = memory.f64(rows.rows)
    this.#nearer = memory.f64(draws * rows.rows)
    this.#sums = memory.f64(this.#chunks * clusters * rows.features)
    this.#masses = memory.f64(this.#chunks * clusters)
    this.#potentials = memory.f64(this.#chunks * draws)
    this.#totals = memory.f64(2 * this.#chunks)
    this.#moves = memory.f64(clusters + 2)
  }

  /** Forgets centroids: the next candidates are the first, the next pass measures every row. */
  reset(): void {
    this.distances.fill(Number.POSITIVE_INFINITY)
    this.#last = undefined
  }

  /**
   * What each of `candidates` f64 [count <= draws, features] would leave of the sum of weight times squared distance from the
   * nearest centroid, were it the next one.
   */
  *weigh(candidates: Float64Array): Generator<void, Float64Array> {
    const { rows, features } = this.#rows
    const count = candidates.length / features
    const width = transposeInto(this.#centroids, candidates, count, features)
    yield* this.#batches('kMeansSpread', count, (chunk, from) => [
      this.#centroids.byteOffset,
      count,
      width,
      this.#scratch.byteOffset + 8 * this.#width * chunk,
      this.distances.byteOffset + 8 * from,
      this.#potentials.byteOffset + 8 * this.#draws * chunk,
      this.#nearer.byteOffset + 8 * from,
      rows,
    ])
    const found = new Float64Array(count)
    for (let chunk = 0; chunk < this.#chunks; chunk++)
      for (let c = 0; c < count; c++)
        found[c] = (found[c] as number) + (this.#potentials[chunk * this.#draws + c] as number)
    return found
  }

  /** Makes a candidate of the last {@link weigh} a centroid. @returns the sum that it leaves, chunk by chunk */
  take(candidate: number): Float64Array {
    const { rows } = this.#rows
    this.distances.set(this.#nearer.subarray(candidate * rows, (candidate + 1) * rows))
    return Float64Array.from(
      { length: this.#chunks },
      (_, chunk) => this.#potentials[chunk * this.#draws + candidate] as number,
    )
  }

  /**
   * Gives each row the nearest of `centroids` f64 [clusters, features], the first of equally near ones, and sums the rows up by
   * label. `exact`: measures every row, so that `distances` and the inertia are exact.
   */
  *assign(centroids: Float64Array, exact = false): Generator<void, AssignedRows> {
    const { features } = this.#rows
    const clusters = this.#clusters
    const width = transposeInto(this.#centroids, centroids, clusters, features)
    if (exact || this.#last === undefined) this.#lower.fill(-1)
    this.#setMoves(centroids)
    this.#last = centroids.slice()
    this.#sums.fill(0)
    this.#masses.fill(0)
    yield* this.#batches('kMeansAssign', clusters, (chunk, from) => [
      this.#centroids.byteOffset,
      clusters,
      width,
      this.#scratch.byteOffset + 8 * this.#width * chunk,
      this.labels.byteOffset + 4 * from,
      this.distances.byteOffset + 8 * from,
      this.#lower.byteOffset + 8 * from,
      this.#moves.byteOffset,
      this.#sums.byteOffset + 8 * clusters * features * chunk,
      this.#masses.byteOffset + 8 * clusters * chunk,
      this.#totals.byteOffset + 16 * chunk,
    ])
    let inertia = 0
    let changed = 0
    for (let chunk = 0; chunk < this.#chunks; chunk++) {
      inertia += this.#totals[2 * chunk] as number
      changed += this.#totals[2 * chunk + 1] as number
    }
    return { inertia, changed, sums: this.#total(this.#sums), masses: this.#total(this.#masses) }
  }

  /** How far each centroid went, which went farthest, and the next largest move. */
  #setMoves(centroids: Float64Array): void {
    const { features } = this.#rows
    const last = this.#last ?? centroids
    let mover = 0
    let second = 0
    for (let c = 0; c < this.#clusters; c++) {
      let square = 0
      for (let at = c * features; at < (c + 1) * features; at++) {
        const difference = (centroids[at] as number) - (last[at] as number)
        square += difference * difference
      }
      const move = Math.sqrt(square)
      this.#moves[c] = move
      if (c === 0) continue
      const largest = this.#moves[mover] as number
      second = Math.max(second, Math.min(move, largest))
      if (move > largest) mover = c
    }
    this.#moves[this.#clusters] = mover
    this.#moves[this.#clusters + 1] = second
  }

  /** First row of a chunk. */
  startOf(chunk: number): number {
    return chunk * this.#chunkRows
  }

  *#batches(
    name: 'kMeansAssign' | 'kMeansSpread',
    clusters: number,
    rest: (chunk: number, from: number) => readonly number[],
  ): Generator<void, void> {
    const { values, rows, features, weight } = this.#rows
    const batch = this.#kernels.threads * Math.max(1, Math.floor(BATCH_WORK / (this.#chunkRows * features * clusters)))
    for (let first = 0; first < this.#chunks; first += batch) {
      const calls: number[][] = []
      for (let chunk = first; chunk < Math.min(first + batch, this.#chunks); chunk++) {
        const from = this.startOf(chunk)
        calls.push([
          values.byteOffset + 4 * features * from,
          Math.min(this.#chunkRows, rows - from),
          features,
          weight === undefined ? 0 : weight.byteOffset + 4 * from,
          ...rest(chunk, from),
        ])
      }
      this.#kernels.parallel(name, calls)
      yield
    }
  }

  /** Sums of all chunks, in their order. */
  #total(parts: Float64Array): Float64Array {
    const length = parts.length / this.#chunks
    const total = parts.slice(0, length)
    for (let from = length; from < parts.length; from += length)
      for (let i = 0; i < length; i++) total[i] = (total[i] as number) + (parts[from + i] as number)
    return total
  }
}

/** Writes centroids [count, features] as [features, width], infinity beyond the last. @returns the width */
function transposeInto(to: Float64Array, centroids: Float64Array, count: number, features: number): number {
  const width = widthOf(count)
  for (let f = 0; f < features; f++) {
    for (let c = 0; c < count; c++) to[f * width + c] = centroids[c * features + f] as number
    if (width > count) to[f * width + count] = Number.POSITIVE_INFINITY
  }
  return width
}

/** Rows that are scored at a time. */
const SCORED_ROWS = 16_384

/**
 * The nearest of `centroids` f64 [clusters, features] for each row of `values` f32 [rows, features], the first of equally near
 * ones, and its distance: f64 [rows, 2]. A row's bits depend on itself alone, and are those of {@link ClusterPasses}.
 */
export function nearestCentroids(
  kernels: Kernels,
  values: Float32Array,
  centroids: Float64Array,
  features: number,
): Float64Array {
  const rows = features === 0 ? 0 : values.length / features
  const clusters = centroids.length / features
  const width = widthOf(clusters)
  const block = Math.min(rows, SCORED_ROWS)
  const { kMeansNearest } = kernels.functions as unknown as KMeansFunctions
  const found = new Float64Array(2 * rows)
  const bytes = alignUp(4 * block * features) + alignUp(8 * features * width) + alignUp(8 * width) + alignUp(16 * block)
  kernels.scope(bytes, (memory) => {
    const x = memory.f32(block * features)
    const entered = memory.f64(features * width)
    const scratch = memory.f64(width)
    const pairs = memory.f64(2 * block)
    transposeInto(entered, centroids, clusters, features)
    for (let from = 0; from < rows; from += block) {
      const n = Math.min(block, rows - from)
      x.set(values.subarray(from * features, (from + n) * features))
      kMeansNearest(
        x.byteOffset,
        n,
        features,
        entered.byteOffset,
        clusters,
        width,
        scratch.byteOffset,
        pairs.byteOffset,
      )
      found.set(pairs.subarray(0, 2 * n), 2 * from)
    }
  })
  return found
}
