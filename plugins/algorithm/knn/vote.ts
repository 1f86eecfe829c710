import type { Features } from 'daybook/frame'
import { type Kernels, NearestVectors, nearestBytes, wholeTiles } from 'daybook/kernels'

/** Rows that are looked at between two copies of rows. */
const BATCH = 256

export type KnnModel = {
  readonly k: number
  readonly weights: 'uniform' | 'distance'
  readonly features: number
  /** 0 in regression. */
  readonly classes: number
  /** Training rows: f32 [rows / 16 rounded up, features, 16], the last tile filled up with zeros. */
  readonly rows: Float32Array
  /** Class codes i32 [rows] or values f32 [rows]. */
  readonly targets: Int32Array | Float32Array
  /** What each row's vote counts, f32 [rows]; empty where all count 1. */
  readonly counts: Float32Array
}

/** Shares of the votes f64 [rows, classes], or weighted means f64 [rows] in regression. */
export function votesOf(model: KnnModel, X: Features, kernels: Kernels): Float64Array {
  const { k, features, classes, targets } = model
  const width = Math.max(1, classes)
  const out = new Float64Array(X.rows * width)
  const tiles = { values: model.rows, count: wholeTiles(targets.length), features }
  const rows = Math.min(BATCH, X.rows)
  return kernels.scope(nearestBytes(kernels, tiles, k, rows), (memory) => {
    const nearest = new NearestVectors(kernels, memory, tiles, { vectors: targets.length, k, rows })
    for (let from = 0; from < X.rows; from += rows) {
      const count = Math.min(rows, X.rows - from)
      nearest.x.set(X.values.subarray(from * features, (from + count) * features))
      nearest.find(count)
      for (let row = 0; row < count; row++) {
        const own = out.subarray((from + row) * width, (from + row + 1) * width)
        vote(model, nearest.indices, nearest.distances, row * k, own)
      }
    }
    return out
  })
}

/** Adds up the votes of the neighbours that stand from `at` on. */
function vote(
  { k, weights, classes, targets, counts }: KnnModel,
  indices: Uint32Array,
  distances: Float32Array,
  at: number,
  out: Float64Array,
): void {
  // A row that lies exactly there leaves no say to those that do not.
  const exact = weights === 'distance' && distances[at] === 0
  let total = 0
  for (let n = at; n < at + k; n++) {
    const distance = distances[n] as number
    if (exact && distance > 0) break
    const index = indices[n] as number
    const nearness = weights === 'uniform' || exact ? 1 : 1 / Math.sqrt(distance)
    const say = nearness * (counts[index] ?? 1)
    const place = classes === 0 ? 0 : (targets[index] as number)
    out[place] = (out[place] as number) + (classes === 0 ? say * (targets[index] as number) : say)
    total += say
  }
  for (let place = 0; place < out.length; place++) out[place] = (out[place] as number) / total
}
