/**
 * Gauss-Legendre rules on (0, 1) of 2, 4, … 2 * `halves` points, one after the other, each as its points, then its weights.
 * n points integrate polynomials of degree 2 n - 1 exactly. The roots of the Legendre polynomial of one degree lie between
 * those of the degree before, so bisection finds them, by arithmetic that is the same everywhere.
 */
export function gaussLegendreRules(halves: number): Float64Array {
  const rules: number[] = []
  let roots: number[] = []
  for (let degree = 1; degree <= 2 * halves; degree++) {
    const ends = [-1, ...roots, 1]
    roots = ends.slice(1).map((high, i) => rootBetween(degree, ends[i] as number, high))
    if (degree % 2 === 1) continue
    rules.push(...roots.map((x) => (1 + x) / 2))
    rules.push(...roots.map((x) => 1 / ((1 - x * x) * legendre(degree, x).slope ** 2)))
  }
  return Float64Array.from(rules)
}

function rootBetween(degree: number, low: number, high: number): number {
  const rises = legendre(degree, high).value > 0 || high === 1
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (legendre(degree, middle).value > 0 === rises) high = middle
    else low = middle
  }
}

/** Legendre polynomial and its slope at -1 < x < 1, by Bonnet's recursion. */
function legendre(degree: number, x: number): { value: number; slope: number } {
  let before = 1
  let value = x
  for (let k = 2; k <= degree; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k
    before = value
    value = next
  }
  return { value, slope: (degree * (before - x * value)) / (1 - x * x) }
}
