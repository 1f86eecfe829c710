/** A leaf of a finished tree: its rows stand at [begin, end) of the order, those that are only scored at the others. */
export interface Leaf {
  readonly node: number
  readonly begin: number
  readonly end: number
  readonly otherBegin: number
  readonly otherEnd: number
  /** The Newton step of its rows, within the bounds of monotone promises. */
  readonly weight: number
}

/** The splits of a tree: children stand behind their parents, right ones behind their left siblings. */
export interface TreeShape {
  /** Feature of a node's split; -1 in a leaf. */
  readonly feature: ArrayLike<number>
  /** Left child; 0 in a leaf. */
  readonly left: ArrayLike<number>
}

/**
 * Values of leaves that are renewed from their rows: J. Friedman, "Greedy function approximation" (2001), algorithm 3.
 * `bestOf` gives the best value of the rows at [begin, end) of the order. At a split on a feature with a promise (`monotone`:
 * 1, -1 or 0 a feature) the middle between the two sides' best values bounds the leaves of both.
 */
export function renewedValues(
  { feature, left }: TreeShape,
  leaves: readonly Leaf[],
  monotone: Int8Array,
  bestOf: (begin: number, end: number) => number,
): Float64Array {
  const nodes = feature.length
  const begin = new Uint32Array(nodes)
  const end = new Uint32Array(nodes)
  for (const leaf of leaves) {
    begin[leaf.node] = leaf.begin
    end[leaf.node] = leaf.end
  }
  for (let node = nodes - 1; node >= 0; node--) {
    const child = left[node] as number
    if (child === 0) continue
    begin[node] = begin[child] as number
    end[node] = end[child + 1] as number
  }
  const best = (node: number): number => bestOf(begin[node] as number, end[node] as number)

  const values = new Float64Array(nodes)
  const lowest = new Float64Array(nodes).fill(Number.NEGATIVE_INFINITY)
  const highest = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY)
  for (let node = 0; node < nodes; node++) {
    const low = lowest[node] as number
    const high = highest[node] as number
    const child = left[node] as number
    if (child === 0) {
      values[node] = within(best(node), low, high)
      continue
    }
    lowest.fill(low, child, child + 2)
    highest.fill(high, child, child + 2)
    const direction = monotone[feature[node] as number] as number
    if (direction === 0) continue
    const middle = within((best(child) + best(child + 1)) / 2, low, high)
    highest[direction > 0 ? child : child + 1] = middle
    lowest[direction > 0 ? child + 1 : child] = middle
  }
  return values
}

function within(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
