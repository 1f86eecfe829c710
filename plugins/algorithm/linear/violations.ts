/** How far coefficients are from the conditions of a minimum (W. Karush, 1939; H. Kuhn and A. Tucker, 1951). */
export interface Violations {
  /** The largest one, as a share of the largest slope that a feature of its size could have. */
  readonly largest: number
  /** Coordinates that are not 0 or that break their condition by more than `tolerance`, ascending. */
  readonly active: Uint32Array
}

/**
 * Reads violations off the slopes of the squared loss (negated derivatives, without the L2 term): a coefficient's slope is
 * l1 * its sign + l2 * itself, and within l1 of 0 where it is 0. `sizes`: by what slopes are measured; a feature of size 0
 * stays out.
 */
export function violationsOf(
  coefficients: Float64Array,
  slopes: Float64Array,
  l1: (f: number) => number,
  l2: (f: number) => number,
  sizes: (f: number) => number,
  tolerance: number,
): Violations {
  let largest = 0
  const active: number[] = []
  for (let f = 0; f < coefficients.length; f++) {
    const size = sizes(f)
    if (!(size > 0)) continue
    const at = coefficients[f] as number
    const slope = (slopes[f] as number) - l2(f) * at
    const over = at === 0 ? Math.max(Math.abs(slope) - l1(f), 0) : Math.abs(slope - Math.sign(at) * l1(f))
    const share = over / size
    if (share > largest) largest = share
    if (at !== 0 || share > tolerance) active.push(f)
  }
  return { largest, active: Uint32Array.from(active) }
}
