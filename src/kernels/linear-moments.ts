import type { KernelMemory, Kernels } from './kernels.ts'
import { type LinearRows, type RowShape, rowPointers } from './linear.ts'
import { alignUp } from './memory.ts'
import { inBatches, type RowPart, rowParts } from './row-parts.ts'

/** Weighted means of features and sums of squared distances from them, f64 [features]. */
export interface FeatureMoments {
  /** Sum of the weights. */
  readonly weight: number
  readonly means: Float64Array
  readonly squares: Float64Array
}

/** Bytes that {@link featureMoments} takes from a scope. */
export function featureMomentBytes(shape: RowShape): number {
  const { parts, sums } = planOf(shape)
  return parts.length * alignUp(8 * sums)
}

/** Moments of rows; those of sparse rows without making them dense. All 0 where nothing has any weight. */
export async function featureMoments(
  kernels: Kernels,
  memory: KernelMemory,
  x: LinearRows,
  weight: Float32Array | undefined,
  turn: () => Promise<void>,
): Promise<FeatureMoments> {
  const { parts, sums, work } = planOf({ ...x, stored: x.values.length })
  const results = parts.map(() => memory.f64(sums))
  const calls = parts.map(({ from, to }, i) => [
    ...rowPointers(x),
    x.columns,
    from,
    to,
    weight?.byteOffset ?? 0,
    results[i]?.byteOffset as number,
  ])
  const name = x.form === 'dense' ? 'linearDenseMoments' : 'linearSparseMoments'
  await inBatches(kernels, name, calls, work / parts.length, turn)
  return merged(x, results)
}

function merged({ form, columns }: LinearRows, parts: readonly Float64Array[]): FeatureMoments {
  const means = new Float64Array(columns)
  const squares = new Float64Array(columns)
  const weights = new Float64Array(columns)
  let total = 0
  for (const part of parts) {
    const all = part.at(-1) as number
    total += all
    for (let f = 0; f < columns; f++) {
      const own = form === 'dense' ? all : (part[2 * columns + f] as number)
      if (own === 0) continue
      const before = weights[f] as number
      const after = before + own
      const apart = (part[f] as number) - (means[f] as number)
      means[f] = (means[f] as number) + apart * (own / after)
      squares[f] = (squares[f] as number) + (part[columns + f] as number) + apart * apart * (before * (own / after))
      weights[f] = after
    }
  }
  if (form === 'sparse' && total > 0) {
    for (let f = 0; f < columns; f++) {
      const share = (weights[f] as number) / total
      const mean = means[f] as number
      squares[f] = (squares[f] as number) + mean * mean * (share * Math.max(total - (weights[f] as number), 0))
      means[f] = mean * share
    }
  }
  return { weight: total, means, squares }
}

function planOf({ form, rows, columns, stored }: RowShape): { parts: RowPart[]; sums: number; work: number } {
  const sums = (form === 'dense' ? 2 : 3) * columns + 1
  const work = 2 * stored + rows
  return { sums, work, parts: rowParts(rows, work, 8 * sums) }
}
