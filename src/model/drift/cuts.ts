const dayMs = 86_400_000

/**
 * Cuts that part values into bins of equal share, rounded to about a hundredth of where most values lie: so that no row's own
 * value stands in what is kept of the training rows. Equal cuts are one; none lies below all values or above them.
 */
export function roundedCuts(values: Float64Array, bins: number, days: boolean): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort()
  if (sorted.length === 0) return []
  const unit = days ? dayMs : 1
  const at = (share: number): number => quantile(sorted, share) / unit
  const [least, most] = [at(0), at(1)]
  const spread = at(1 - 1 / bins) - at(1 / bins) || most - least
  if (!(spread > 0 && Number.isFinite(spread))) return []
  const digits = 2 - Number(spread.toExponential().split('e')[1])
  const cuts = Array.from({ length: bins - 1 }, (_, i) =>
    rounded(at((i + 1) / bins), days ? Math.min(0, digits) : digits),
  )
  return [...new Set(cuts)].filter((cut) => cut > least && cut <= most).map((cut) => cut * unit)
}

/** Rounded to so many decimals; below 0, to tens and hundreds. Takes no power: powers of ten are written out. */
function rounded(value: number, digits: number): number {
  if (digits >= 0) return Number(value.toFixed(Math.min(100, digits))) + 0
  const step = Number(`1e${-digits}`)
  return Math.round(value / step) * step + 0
}

/** The value below which a share of sorted values lies, interpolated between neighbours (Hyndman and Fan's type 7). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const low = sorted[below] as number
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number
  return low + (high - low) * (at - below)
}
