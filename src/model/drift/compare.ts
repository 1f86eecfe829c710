import type { Expected } from './baseline.ts'
import { binLabels, binShares } from './bins.ts'
import { chancePsi, type DriftWord, driftWord, psiOf } from './psi.ts'

/** How one quantity lies beside the training rows. */
export interface QuantityDrift {
  /** Raw column, or `score` / `score of <class>` / `prediction` / `cluster`. */
  readonly name: string
  /** Population stability index; null where no rows came. */
  readonly psi: number | null
  /** The index that equal rows seldom exceed by chance. */
  readonly chance: number | null
  readonly word: DriftWord | null
  /** Kolmogorov-Smirnov: largest difference of the shares at or below one of the cuts; null where there are none. */
  readonly ks: number | null
  readonly missing: { readonly train: number; readonly now: number }
  /** Share of levels that training did not see; null for numbers, dates and text. */
  readonly unseen: number | null
  readonly bins: readonly { readonly label: string; readonly train: number; readonly now: number }[]
}

/**
 * Holds counts of rows against what training had there.
 *
 * @param counts by bin, unseen levels behind them
 * @param training rows that the expected shares are of
 */
export function compareCounts(
  expected: Expected,
  counts: Float64Array,
  training: number,
  log: (x: number) => number,
): QuantityDrift {
  const rows = counts.reduce((sum, count) => sum + count, 0)
  const { name, type, cuts, shares } = expected
  const now = binShares(counts)
  const all = binLabels(expected).map((label, i) => ({ label, train: shares[i] as number, now: now[i] as number }))
  const bins = all.filter((bin) => bin.train > 0 || bin.now > 0)
  const last = all.at(-1) as (typeof all)[number]
  const psi = rows === 0 || training === 0 ? null : psiOf(shares, now, log)
  const chance = psi === null ? null : chancePsi(bins.length, training, rows)
  return {
    name,
    psi,
    chance,
    word: psi === null || chance === null ? null : driftWord(psi, chance),
    ks: psi === null || cuts.length === 0 ? null : largestGap(shares, now),
    missing: { train: last.train, now: last.now },
    unseen: type === 'level' ? (rows === 0 ? 0 : (counts.at(-1) as number) / rows) : null,
    bins,
  }
}

/** Over the bins of values, of the rows that have one. */
function largestGap(before: readonly number[], after: readonly number[]): number {
  const [present, presentNow] = [1 - (before.at(-1) as number), 1 - (after.at(-1) as number)]
  if (present <= 0 || presentNow <= 0) return 0
  let [sum, sumNow, most] = [0, 0, 0]
  for (let bin = 0; bin < before.length - 2; bin++) {
    sum += (before[bin] as number) / present
    sumNow += (after[bin] as number) / presentNow
    most = Math.max(most, Math.abs(sum - sumNow))
  }
  return most
}

/** Is the index above `limit`, and above what so few rows reach by chance? */
export function exceeds({ psi, chance }: QuantityDrift, limit: number): boolean {
  return psi !== null && psi > limit && psi > (chance ?? 0)
}
