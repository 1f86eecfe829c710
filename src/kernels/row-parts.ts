import type { Kernels } from './kernels.ts'

/** Multiplications below which a call is not worth its start. */
const SMALLEST = 2 ** 17
/** Multiplications of one batch on one thread: some 20 ms, so that a cancel arrives. */
const BATCH = 2 ** 24
/** Bytes that the partial results of all parts may take up. */
const PARTIAL_BYTES = 2 ** 27

/** Rows [from, to) of one call. */
export interface RowPart {
  readonly from: number
  readonly to: number
}

/**
 * Cuts rows into parts of about equal length, whose partial results are added up in order. How many depends on the data alone:
 * `work` multiplications in all, `partialBytes` that each part's result takes up, `most` parts.
 */
export function rowParts(rows: number, work: number, partialBytes: number, most = 64): RowPart[] {
  const affordable = Math.floor(PARTIAL_BYTES / partialBytes)
  const count = Math.max(1, Math.min(most, rows, affordable, Math.floor(work / SMALLEST)))
  return Array.from({ length: count }, (_, i) => ({
    from: Math.floor((rows * i) / count),
    to: Math.floor((rows * (i + 1)) / count),
  }))
}

/** Runs calls of `work` multiplications each in batches, with a `turn` for the event loop after each batch. */
export async function inBatches(
  kernels: Kernels,
  name: string,
  calls: readonly (readonly number[])[],
  work: number,
  turn: () => Promise<void>,
): Promise<void> {
  const batch = kernels.threads * Math.max(1, Math.floor(BATCH / work))
  for (let from = 0; from < calls.length; from += batch) {
    kernels.parallel(name, calls.slice(from, from + batch))
    await turn()
  }
}
