import type { DenseFeatures } from 'daybook/frame'
import {
  alignUp,
  type BinnedColumns,
  type BinnedFeatures,
  binColumns,
  type CutColumn,
  chooseCuts,
  cutScratch,
  type KernelMemory,
  type Kernels,
  layOutBins,
  layoutBytes,
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

/** Rows that are read at a time: what stays in cache while their features are told apart. */
const ROWS_A_TILE = 512

/**
 * Bytes of features as columns of f32, and what working on them takes: as many features at a time as that holds. So memory is
 * bounded, and a cancel arrives in time.
 */
const COLUMN_BYTES = 2 ** 25

/** Chooses the bins of every feature from the training rows: at most `most` (<= 255) for values. */
export async function chooseBins(
  kernels: Kernels,
  X: DenseFeatures,
  most: number,
  turn: () => Promise<void>,
): Promise<FeatureBins[]> {
  const bins: FeatureBins[] = []
  const scratchBytes = cutScratch(kernels, X.rows)
  const bytes = alignUp(4 * X.rows) + alignUp(scratchBytes) + alignUp(4 * most) + 16
  for (const [from, to] of groupsOf(X, bytes, kernels.threads)) {
    kernels.scope((to - from) * bytes, (memory) => {
      const columns = Array.from({ length: to - from }, () => memory.f32(X.rows))
      readColumns([X], from, columns)
      const numbers = new Map<number, CutColumn>()
      columns.forEach((values, i) => {
        if (X.features[from + i]?.kind === 'category') return
        numbers.set(i, { values, cuts: memory.f32(most), scratch: memory.u8(scratchBytes), count: memory.i32(1) })
      })
      chooseCuts(kernels, [...numbers.values()], most)
      columns.forEach((values, i) => {
        const own = numbers.get(i)
        if (own === undefined) bins.push(categoryBins(values, X.features[from + i]?.levels?.length ?? 0, most))
        else {
          const cuts = own.cuts.slice(0, own.count[0])
          bins.push({ kind: 'number', count: cuts.length + 1, cuts })
        }
      })
    })
    await turn()
  }
  return bins
}

/** Bytes that `layOut` takes from a scope. */
export function layOutBytes(rows: number, bins: readonly FeatureBins[]): number {
  return alignUp(rows * bins.length) + layoutBytes(rows, bins.length)
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
  const columns = memory.u8(rows * bins.length)
  await binTables(kernels, columns, tables, bins, turn)
  const features = tables[0]?.features ?? []
  return layOutBins(
    kernels,
    memory,
    columns,
    rows,
    bins.map(({ count, kind }, f) => ({ count, kind, monotone: features[f]?.monotone ?? 0 })),
  )
}

/** Bytes that `layOutColumns` takes from a scope. */
export function binBytes(rows: number, bins: readonly FeatureBins[]): number {
  return alignUp(rows * bins.length) + alignUp(4 * bins.length) + alignUp(bins.length)
}

/** Bins the rows of a table column by column, in memory of a scope. */
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
  await binTables(kernels, columns.bins, [X], bins, turn)
  return columns
}

/** Bins tables, one below the other, into `into` u8 [features, rows]. */
async function binTables(
  kernels: Kernels,
  into: Uint8Array,
  tables: readonly DenseFeatures[],
  bins: readonly FeatureBins[],
  turn: () => Promise<void>,
): Promise<void> {
  const rows = bins.length === 0 ? 0 : into.length / bins.length
  const maps = Math.max(0, ...bins.map((bin) => alignUp((bin.kind === 'category' ? bin.binOf : bin.cuts).byteLength)))
  const bytes = alignUp(4 * rows) + maps
  for (const [from, to] of groupsOf({ features: bins }, bytes, kernels.threads)) {
    kernels.scope((to - from) * bytes, (memory) => {
      const columns = Array.from({ length: to - from }, () => memory.f32(rows))
      readColumns(tables, from, columns)
      const tasks = columns.map((values, i) => {
        const bin = bins[from + i] as FeatureBins
        const own = { values, bins: into.subarray((from + i) * rows, (from + i + 1) * rows) }
        return bin.kind === 'number'
          ? { ...own, cuts: memory.put(bin.cuts) }
          : { ...own, binOf: memory.put(bin.binOf), missingBin: bin.count }
      })
      binColumns(kernels, tasks)
    })
    await turn()
  }
}

/** Ranges [from, to) of features whose columns are worked on together: what memory allows, and something for every thread. */
function groupsOf(
  { features }: { readonly features: readonly unknown[] },
  bytes: number,
  threads: number,
): [number, number][] {
  const size = Math.max(threads, Math.floor(COLUMN_BYTES / bytes))
  const groups: [number, number][] = []
  for (let from = 0; from < features.length; from += size) groups.push([from, Math.min(from + size, features.length)])
  return groups
}

/** Reads the features from `first` on, all rows of the tables one below the other: a column each. */
function readColumns(tables: readonly DenseFeatures[], first: number, columns: readonly Float32Array[]): void {
  let start = 0
  for (const { values, rows, features } of tables) {
    const width = features.length
    for (let from = 0; from < rows; from += ROWS_A_TILE) {
      const to = Math.min(from + ROWS_A_TILE, rows)
      columns.forEach((column, i) => {
        let at = from * width + first + i
        for (let row = from; row < to; row++) {
          column[start + row] = values[at] as number
          at += width
        }
      })
    }
    start += rows
  }
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
