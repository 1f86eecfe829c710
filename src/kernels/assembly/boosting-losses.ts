// Losses of boosting for values beside the squared one, and the quantiles that settle their leaves. `scores` f64 [n]; `y` f32
// [n]; `weight` f32 [n], or 0 where every row counts 1; `gradients` holds one pair (g, h) of f64 a row.
import { exp, log } from './math'
import { weightOf } from './row-weight'

/**
 * Pinball loss: a score costs `under` for each unit below its target and `over` for each above. The hessian is the row's
 * weight, so that a node's sum of them is that of its weights. A score on the target is at a minimum: gradient 0.
 */
export function boostPinballGradients(
  scores: usize,
  y: usize,
  weight: usize,
  n: i32,
  under: f64,
  over: f64,
  gradients: usize,
): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const above = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    const slope = above > 0 ? over : above < 0 ? -under : 0
    store<f64>(gradients + (<usize>i << 4), slope * w)
    store<f64>(gradients + (<usize>i << 4), w, 8)
  }
}

/** Poisson loss of scores that are logarithms of means; `y` >= 0. */
export function boostPoissonGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const mean = exp(load<f64>(scores + (<usize>i << 3)))
    store<f64>(gradients + (<usize>i << 4), (mean - <f64>load<f32>(y + (<usize>i << 2))) * w)
    store<f64>(gradients + (<usize>i << 4), mean * w, 8)
  }
}

/** Weighted sum of pinball losses, in the order of the rows. */
export function boostPinballLoss(scores: usize, y: usize, weight: usize, n: i32, under: f64, over: f64): f64 {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const above = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    sum += weightOf(weight, i) * (above > 0 ? over * above : -under * above)
  }
  return sum
}

/** Weighted sum of Poisson deviances, in the order of the rows. */
export function boostPoissonLoss(scores: usize, y: usize, weight: usize, n: i32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const score = load<f64>(scores + (<usize>i << 3))
    const target = <f64>load<f32>(y + (<usize>i << 2))
    const saved = target > 0 ? target * (log(target) - score) : 0
    sum += weightOf(weight, i) * 2.0 * (saved - target + exp(score))
  }
  return sum
}

// Pairs of a selection: i64 key, f64 weight.

/** A key that sorts as the value does: negative numbers have all bits turned but the sign. */
// @ts-ignore: decorator
@inline
function keyOf(x: f64): i64 {
  const bits = reinterpret<i64>(x + 0.0) // -0 is 0
  return bits ^ ((bits >> 63) & 0x7fffffffffffffff)
}

// @ts-ignore: decorator
@inline
function valueOf(key: i64): f64 {
  return reinterpret<f64>(key ^ ((key >> 63) & 0x7fffffffffffffff))
}

/** Parts the pairs [from, to) into those below `pivot` and the others; gives where the others begin. */
function part(from: usize, to: usize, pivot: i64): usize {
  let low = from
  let high = to
  while (true) {
    while (low < high && load<i64>(low) < pivot) low += 16
    while (low < high && load<i64>(high - 16) >= pivot) high -= 16
    if (low >= high) return low
    const pair = v128.load(low)
    v128.store(low, v128.load(high - 16))
    v128.store(high - 16, pair)
  }
}

/**
 * The weighted quantile of what rows lack, target less score: the least of these numbers such that it and those below it
 * hold at least the share `level` of the weight. `rows` u32 [count]. A weight counts as nearest(weight * unit), so that the
 * caller can see to it that sums are exact and the order of rows does not matter. Rows of weight 0 are left out; NaN where
 * there are no others. `scratch`: 16 bytes a row.
 *
 * The range of keys is halved until one key is left, so there are at most 64 passes over the pairs, whatever the numbers are;
 * as every pass starts from the range that is in use, there are about as many as for a random pivot.
 */
export function boostQuantile(
  scores: usize,
  y: usize,
  weight: usize,
  unit: f64,
  rows: usize,
  count: i32,
  level: f64,
  scratch: usize,
): f64 {
  let to = scratch
  let total: f64 = 0
  for (let i = 0; i < count; i++) {
    const row = <usize>load<u32>(rows + (<usize>i << 2))
    const w = weight == 0 ? 1.0 : nearest(<f64>load<f32>(weight + (row << 2)) * unit)
    if (w == 0) continue
    store<i64>(to, keyOf(<f64>load<f32>(y + (row << 2)) - load<f64>(scores + (row << 3))))
    store<f64>(to, w, 8)
    to += 16
    total += w
  }
  if (to == scratch) return NaN
  const wanted = level * total
  let from = scratch
  let below: f64 = 0
  while (true) {
    let least = load<i64>(from)
    let most = least
    for (let at = from; at < to; at += 16) {
      const key = load<i64>(at)
      least = min(least, key)
      most = max(most, key)
    }
    if (least == most) return valueOf(least)
    const middle = most - <i64>(<u64>(most - least) >> 1) // in (least, most], without overflow
    const split = part(from, to, middle)
    let lower: f64 = 0
    for (let at = from; at < split; at += 16) lower += load<f64>(at, 8)
    if (below + lower >= wanted) {
      to = split
    } else {
      below += lower
      from = split
    }
  }
}
