// Pairs (weight * (base - target), weight) of f64: what forests sum over the rows of a node.
import { weightOf } from './row-weight'
import { exponentAbove, powerOfTwo } from './trees-gradients'

/** Exponent of the grid on which n numbers of size <= `largest` have sums of at most 2^52 steps. */
// @ts-ignore: decorator
@inline
function gridExponent(largest: f64, n: i32): i32 {
  if (!(largest > 1e-290)) return -1000
  const doublings = 32 - <i32>clz<u32>(<u32>max(n - 1, 1))
  return max(exponentAbove(largest) + doublings - 52, -1000)
}

/**
 * Writes the pairs of n targets f32 to `pairs`, rounded to grids: powers of two chosen from the exact largest of each kind and
 * from n, so that the f64 sum of any of them is exact and depends on no order.
 */
export function treePairs(y: usize, base: f64, weight: usize, n: i32, pairs: usize): void {
  let largestG: f64 = 0
  let largestH: f64 = 0
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const g = (base - <f64>load<f32>(y + (<usize>i << 2))) * w
    const at = pairs + (<usize>i << 4)
    store<f64>(at, g)
    store<f64>(at, w, 8)
    largestG = max(largestG, abs(g))
    largestH = max(largestH, w)
  }
  const eG = gridExponent(largestG, n)
  const eH = gridExponent(largestH, n)
  const grid = f64x2(powerOfTwo(eG), powerOfTwo(eH))
  const inverse = f64x2(powerOfTwo(-eG), powerOfTwo(-eH))
  for (let at = pairs, end = pairs + (<usize>n << 4); at < end; at += 16) {
    v128.store(at, f64x2.mul(f64x2.nearest(f64x2.mul(v128.load(at), inverse)), grid))
  }
}

/** Sum of the first n pairs into `out` f64 [2]. */
export function treeSumPairs(pairs: usize, n: i32, out: usize): void {
  let sum = f64x2.splat(0)
  for (let at = pairs, end = pairs + (<usize>n << 4); at < end; at += 16) sum = f64x2.add(sum, v128.load(at))
  v128.store(out, sum)
}
