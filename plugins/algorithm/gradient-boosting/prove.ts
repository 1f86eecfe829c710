import type { Feature } from 'daybook/frame'
import { fail } from 'daybook/plugin'
import type { BoostedTrees } from './model.ts'

/**
 * Proves that the trees keep the monotone promises of the features, for all rows that there could be: at every split on such
 * a feature, no leaf on the lower side lies above a leaf on the upper side. A row that moves along the feature changes sides
 * first at one split, all else equal; so no tree's value goes the wrong way, nor does their sum, as rounding keeps order.
 *
 * @throws DaybookError FIT_MONOTONE_BROKEN
 */
export function proveMonotone(model: BoostedTrees, features: readonly Feature[]): void {
  if (features.every(({ monotone }) => monotone === undefined)) return
  const { starts, feature, left, threshold } = model
  const lowest = Float64Array.from(threshold)
  const highest = Float64Array.from(threshold)
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const root = starts[tree] as number
    for (let node = (starts[tree + 1] as number) - 1; node >= root; node--) {
      if (left[node] === 0) continue
      const a = root + (left[node] as number)
      const b = a + 1
      lowest[node] = Math.min(lowest[a] as number, lowest[b] as number)
      highest[node] = Math.max(highest[a] as number, highest[b] as number)
      const { name = '', monotone = 0 } = features[feature[node] as number] ?? {}
      const [below, above] = monotone > 0 ? [a, b] : [b, a]
      if (monotone !== 0 && !((highest[below] as number) <= (lowest[above] as number)))
        throw fail('FIT_MONOTONE_BROKEN', { column: name, tree })
    }
  }
}
