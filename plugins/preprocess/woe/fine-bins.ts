/** Ascending values cut into runs: bin i holds cuts[i - 1] <= x < cuts[i]. */
export type Cuts = Float64Array

/**
 * Cuts ascending values into about `count` bins of equal size. A value that fills a bin alone gets one of its own, so that
 * a spike (no savings, no late payment) is not mixed with its neighbours. Each cut is the shortest number between the values
 * that it parts.
 */
export function fineCuts(sorted: Float64Array, count: number): Cuts {
  const step = sorted.length / count
  const cuts: number[] = []
  let size = 0
  for (let at = 0; at < sorted.length; ) {
    const value = sorted[at] as number
    let end = at + 1
    while (end < sorted.length && sorted[end] === value) end++
    const same = end - at
    if (size > 0 && (size >= step || same >= step)) {
      cuts.push(shortestBetween(sorted[at - 1] as number, value))
      size = 0
    }
    size += same
    at = end
  }
  return Float64Array.from(cuts)
}

/** Number of the bin of a value. */
export function binOf(cuts: Cuts, value: number): number {
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cuts[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The number of the fewest digits in (below, value]. */
function shortestBetween(below: number, value: number): number {
  const middle = below / 2 + value / 2
  for (let digits = 1; digits <= 17; digits++) {
    for (const near of [value, middle]) {
      const rounded = Number.isFinite(near) ? Number(near.toPrecision(digits)) : value
      if (rounded > below && rounded <= value) return rounded + 0
    }
  }
  return value
}

/** The bins of cuts in words. */
export function textsOfCuts(cuts: Cuts): string[] {
  if (cuts.length === 0) return ['any value']
  return Array.from({ length: cuts.length + 1 }, (_, bin) => {
    if (bin === 0) return `< ${cuts[0]}`
    if (bin === cuts.length) return `>= ${cuts[bin - 1]}`
    return `${cuts[bin - 1]} to < ${cuts[bin]}`
  })
}
