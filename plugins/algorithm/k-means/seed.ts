import type { ClusteredRows, ClusterPasses } from 'daybook/kernels'
import { fail, type RandomStream } from 'daybook/plugin'
import { type Drive, rowOf } from './rows.ts'

/**
 * First centroids by k-means++: each is a row drawn with a chance that is proportional to its weight times its squared
 * distance from the nearest centroid so far. Of a few draws the one stays that leaves the smallest sum of those (the greedy
 * variant of D. Arthur's and S. Vassilvitskii's paper).
 *
 * @returns f64 [k, features]
 * @throws DaybookError FIT_TOO_FEW_ROWS where fewer than k rows of any weight differ
 */
export async function seedCentroids(
  passes: ClusterPasses,
  rows: ClusteredRows,
  k: number,
  { draws, random, drive }: { readonly draws: number; readonly random: RandomStream; readonly drive: Drive },
): Promise<Float64Array> {
  const { features } = rows
  const centroids = new Float64Array(k * features)
  let drawn = 0
  /** Makes the best of some rows the next centroid. @returns the potential that it leaves, chunk by chunk */
  const place = async (c: number, drawnRows: readonly number[]): Promise<Float64Array> => {
    const potentials = await drive(passes.weigh(Float64Array.from(drawnRows.flatMap((row) => [...rowOf(rows, row)]))))
    const best = potentials.indexOf(Math.min(...potentials))
    centroids.set(rowOf(rows, drawnRows[best] as number), c * features)
    return passes.take(best)
  }
  passes.reset()
  let left = await place(0, [firstRow(rows, random.uniform(drawn++))])
  for (let c = 1; c < k; c++) {
    const total = left.reduce((sum, part) => sum + part, 0)
    if (!(total > 0)) throw fail('FIT_TOO_FEW_ROWS', { clusters: k, distinct: c })
    const draw = (): number => drawRow(passes, rows, left, random.uniform(drawn++) * total)
    left = await place(c, Array.from({ length: draws }, draw))
  }
  return centroids
}

/** A row drawn by weight alone; `share` in [0, 1). */
function firstRow({ weight, rows }: ClusteredRows, share: number): number {
  if (weight === undefined) return Math.floor(share * rows)
  let total = 0
  for (const w of weight) total += w
  let sum = 0
  let last = 0
  for (let row = 0; row < rows; row++) {
    if (weight[row] === 0) continue
    sum += weight[row] as number
    last = row
    if (sum > share * total) return row
  }
  return last
}

/** The row in which the running sum of weight times squared distance passes `target`; `left` holds the sums of the chunks. */
function drawRow(passes: ClusterPasses, { weight, rows }: ClusteredRows, left: Float64Array, target: number): number {
  let chunk = 0
  let sum = 0
  const lastChunk = left.findLastIndex((part) => part > 0)
  while (chunk < lastChunk && sum + (left[chunk] as number) <= target) sum += left[chunk++] as number
  let last = 0
  for (let row = passes.startOf(chunk); row < Math.min(passes.startOf(chunk + 1), rows); row++) {
    const part = (weight === undefined ? 1 : (weight[row] as number)) * (passes.distances[row] as number)
    if (part === 0) continue
    sum += part
    last = row
    if (sum > target) break
  }
  return last
}
