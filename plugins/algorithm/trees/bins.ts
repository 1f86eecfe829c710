import type { DenseFeatures } from 'daybook/frame'
import {
  alignUp,
  type BinnedColumns,
  type BinnedFeatures,
  binCategories,
  binNumbers,
  type KernelMemory,
  type Kernels,
} from 'daybook/kernels'

/** How one feature is cut into bins. The bin behind the last value bin holds missing values. */
export type FeatureBins = NumberBins | CategoryBins

export interface NumberBins {
  readonly kind: 'number'
  /** Value bins. */
  readonly count: number
  /** Ascending; bin b holds values in (cuts[b - 1], cuts[b]]. */
  readonly cuts: Float32Array
}

export interface CategoryBins {
  readonly kind: 'category'
  readonly count: number
  /** Bin of a code; `count` (as missing values) for a level without a training row. */
  readonly binOf: Uint8Array
}

/** Chooses the bins of every feature from the training rows: at most `most` (<= 255) for values. */
export async function chooseBins(X: DenseFeatures, most: number, turn: () => Promise<void>): Promise<FeatureBins[]> {
  const bins: FeatureBins[] = []
  for (const [f, feature] of X.features.entries()) {
    const column = columnOf(X, f)
    if (feature.kind === 'category') bins.push(categoryBins(column, feature.levels?.length ?? 0, most))
    else {
      const cuts = numberCuts(column, most)
      bins.push({ kind: 'number', count: cuts.length + 1, cuts })
    }
    await turn()
  }
  return bins
}

/** Bytes that `layOut` takes from a scope. */
export function binBytes(rows: number, bins: readonly FeatureBins[]): number {
  const stride = strideOf(bins)
  const maps = bins.map((bin) => alignUp((bin.kind === 'category' ? bin.binOf : bin.cuts).byteLength))
  const tables = 2 * alignUp(4 * stride) + 2 * alignUp(stride)
  return alignUp(rows * stride) + tables + alignUp(4 * rows) + maps.reduce((sum, bytes) => sum + bytes, 0)
}

/** Bins of all columns together, those of the padding columns among them. */
export function pairsOf(bins: readonly FeatureBins[]): number {
  return bins.reduce((sum, bin) => sum + bin.count + 1, 0) + strideOf(bins) - bins.length
}

/** Bins the rows of one or more tables of the same features, one below the other, in memory of a scope. */
export async function layOut(
  kernels: Kernels,
  memory: KernelMemory,
  tables: readonly DenseFeatures[],
  bins: readonly FeatureBins[],
  turn: () => Promise<void>,
): Promise<BinnedFeatures> {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const stride = strideOf(bins)
  const features: BinnedFeatures = {
    bins: memory.u8(rows * stride),
    stride,
    offsets: memory.u32(stride),
    binCounts: memory.i32(stride),
    kinds: memory.u8(stride),
    monotone: memory.u8(stride),
    pairs: pairsOf(bins),
  }
  const column = memory.f32(rows)
  let pairs = 0
  for (let f = 0; f < stride; f++) {
    const bin = bins[f]
    features.offsets[f] = 16 * pairs
    pairs += bin === undefined ? 1 : bin.count + 1
    if (bin === undefined) continue // a padding column: all its rows fall into its one bin
    features.binCounts[f] = bin.count
    features.kinds[f] = bin.kind === 'category' ? 1 : 0
    features.monotone[f] = (tables[0]?.features[f]?.monotone ?? 0) & 255
    let at = 0
    for (const table of tables) {
      for (let i = 0; i < table.rows; i++) column[at++] = table.values[i * table.features.length + f] as number
    }
    if (bin.kind === 'number') binNumbers(kernels, features, f, column, memory.put(bin.cuts))
    else binCategories(kernels, features, f, column, memory.put(bin.binOf), bin.count)
    await turn()
  }
  return features
}

/** Bins the rows of a table column by column, in memory of a scope: at most `binBytes` of it. */
export async function layOutColumns(
  kernels: Kernels,
  memory: KernelMemory,
  X: DenseFeatures,
  bins: readonly FeatureBins[],
  turn: () => Promise<void>,
): Promise<BinnedColumns> {
  const columns: BinnedColumns = {
    bins: memory.u8(X.rows * bins.length),
    binCounts: memory.put(Int32Array.from(bins, ({ count }) => count)),
    kinds: memory.put(Uint8Array.from(bins, ({ kind }) => (kind === 'category' ? 1 : 0))),
  }
  const column = memory.f32(X.rows)
  for (const [f, bin] of bins.entries()) {
    const into = { bins: columns.bins.subarray(f * X.rows), stride: 1 }
    column.set(columnOf(X, f))
    if (bin.kind === 'number') binNumbers(kernels, into, 0, column, memory.put(bin.cuts))
    else binCategories(kernels, into, 0, column, memory.put(bin.binOf), bin.count)
    await turn()
  }
  return columns
}

function strideOf(bins: readonly FeatureBins[]): number {
  return Math.max(4, Math.ceil(bins.length / 4) * 4)
}

function columnOf(X: DenseFeatures, f: number): Float32Array {
  const width = X.features.length
  const column = new Float32Array(X.rows)
  for (let i = 0; i < X.rows; i++) column[i] = X.values[i * width + f] as number
  return column
}

/**
 * Cuts between the values of a column (NaN left out): one between any two distinct values where there are at most `most`,
 * else such that bins hold about equally many rows and a frequent value has a bin of its own. Order of rows is no matter.
 */
export function numberCuts(column: Float32Array, most: number): Float32Array {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort()
  const values = new Float32Array(sorted.length) // distinct ones, with their counts beside
  const counts = new Uint32Array(sorted.length)
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number
    if (distinct === 0 || value !== values[distinct - 1]) values[distinct++] = value
    counts[distinct - 1] = (counts[distinct - 1] as number) + 1
  }
  const cuts: number[] = []
  let rows = sorted.length
  let binsLeft = most
  let inBin = 0
  for (let v = 0; v + 1 < distinct; v++) {
    inBin += counts[v] as number
    const target = rows / binsLeft
    const full = inBin >= target || (counts[v + 1] as number) >= target
    if (distinct > most && (!full || binsLeft === 1)) continue
    cuts.push(between(values[v] as number, values[v + 1] as number))
    rows -= inBin
    binsLeft -= 1
    inBin = 0
  }
  return Float32Array.from(cuts)
}

/** A f32 in [low, high), in the middle where there is one. */
function between(low: number, high: number): number {
  const middle = Math.fround((low + high) / 2)
  return (middle < high ? middle : low) + 0 // -0 is 0
}

/** A bin for every level that has rows; where those are more than `most`, the rarest share one. */
function categoryBins(column: Float32Array, levels: number, most: number): CategoryBins {
  const counts = new Uint32Array(levels)
  for (const code of column) if (code >= 0 && code < levels) counts[code] = (counts[code] as number) + 1
  const present = Array.from(counts.keys()).filter((code) => (counts[code] as number) > 0)
  const byCount = present.toSorted((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
  const own = (present.length <= most ? byCount : byCount.slice(0, most - 1)).toSorted((a, b) => a - b)
  const count = Math.min(present.length, most)
  const binOf = new Uint8Array(levels).fill(count)
  for (const code of present) binOf[code] = count - 1
  own.forEach((code, bin) => {
    binOf[code] = bin
  })
  return { kind: 'category', count, binOf }
}
