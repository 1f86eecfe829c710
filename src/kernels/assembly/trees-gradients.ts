// Gradients and losses of boosting. `scores` f64 [n, outputs]; `weight` f32 [n], or 0 where every row counts 1;
// `gradients` holds one pair (g, h) of f32 a row, until it is put on a grid: then of i32, counted in steps of the grid.
import { putPair } from './gradient-pair'
import { exp, log, log1p } from './math'
import { weightOf } from './row-weight'

/** Smallest hessian of a row, so that a leaf of certain rows has a finite value. */
const LEAST_HESSIAN: f64 = 1e-16

/** e^x of four f32, -87 <= x <= 0, to about their last bit: x = k ln 2 + r, and the series of e^r. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const k = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.4426950408889634)))
  let r = f32x4.sub(x, f32x4.mul(k, f32x4.splat(0.693359375))) // ln 2 in two parts: k times this one is exact
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(-2.12194440054690581e-4)))
  let sum = f32x4.splat(1.0 / 5040.0)
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1))
  return i32x4.add(sum, i32x4.shl(i32x4.trunc_sat_f32x4_s(k), 23)) // * 2^k
}

/**
 * Logistic loss; `y` i32 codes 0 and 1. With e = exp(-|score|), the share of the other class is e / (1 + e) or 1 / (1 + e),
 * which keeps its digits however sure a row is. Four rows side by side, each of them by itself: f32 as the gradients are.
 */
export function boostLogisticGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  const one = f32x4.splat(1)
  const sign = i32x4.splat(1 << 31)
  for (let i = 0; i < n; i += 4) {
    const left = n - i
    const score = scores + (<usize>i << 3)
    const target = y + (<usize>i << 2)
    let s: v128
    let code: v128
    let w = one
    if (left >= 4) {
      s = i32x4.shuffle(
        f32x4.demote_f64x2_zero(v128.load(score)),
        f32x4.demote_f64x2_zero(v128.load(score, 16)),
        0,
        1,
        4,
        5,
      )
      code = v128.load(target)
      if (weight != 0) w = v128.load(weight + (<usize>i << 2))
    } else {
      s = f32x4.splat(<f32>load<f64>(score))
      code = i32x4.splat(load<i32>(target))
      if (weight != 0) w = f32x4.splat(load<f32>(weight + (<usize>i << 2)))
      if (left > 1) {
        s = f32x4.replace_lane(s, 1, <f32>load<f64>(score, 8))
        code = i32x4.replace_lane(code, 1, load<i32>(target, 4))
        if (weight != 0) w = f32x4.replace_lane(w, 1, load<f32>(weight + (<usize>i << 2), 4))
      }
      if (left > 2) {
        s = f32x4.replace_lane(s, 2, <f32>load<f64>(score, 16))
        code = i32x4.replace_lane(code, 2, load<i32>(target, 8))
        if (weight != 0) w = f32x4.replace_lane(w, 2, load<f32>(weight + (<usize>i << 2), 8))
      }
    }
    const e = exp4(f32x4.max(f32x4.neg(f32x4.abs(s)), f32x4.splat(-87)))
    const share = f32x4.div(one, f32x4.add(one, e))
    const flip = v128.and(i32x4.eq(code, i32x4.splat(1)), sign)
    const against = v128.xor(s, flip) // the score of the other class
    const g = v128.bitselect(f32x4.mul(e, share), share, f32x4.lt(against, f32x4.splat(0)))
    const pairG = f32x4.mul(v128.xor(g, flip), w)
    const h = f32x4.max(f32x4.mul(f32x4.mul(e, share), share), f32x4.splat(<f32>LEAST_HESSIAN))
    const pairH = f32x4.mul(h, w)
    const low = i32x4.shuffle(pairG, pairH, 0, 4, 1, 5)
    const high = i32x4.shuffle(pairG, pairH, 2, 6, 3, 7)
    const at = gradients + (<usize>i << 3)
    if (left > 1) v128.store(at, low)
    else v128.store64_lane(at, low, 0)
    if (left > 3) v128.store(at, high, 16)
    else if (left == 3) v128.store64_lane(at, high, 0, 16)
  }
}

/** Squared loss; `y` f32. */
export function boostSquaredGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const rest = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    putPair(gradients, i, rest * w, w)
  }
}

/**
 * Multinomial loss, for class `k` of `classes`; `probabilities` f64 [n, classes] of this round's scores. The hessian's
 * factor K / (K - 1) is that of J. Friedman, "Greedy function approximation" (2001), algorithm 6.
 */
export function boostSoftmaxGradients(
  probabilities: usize,
  y: usize,
  weight: usize,
  n: i32,
  k: i32,
  classes: i32,
  gradients: usize,
): void {
  const factor = <f64>classes / <f64>(classes - 1)
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const p = load<f64>(probabilities + (<usize>(i * classes + k) << 3))
    const target: f64 = load<i32>(y + (<usize>i << 2)) == k ? 1.0 : 0.0
    putPair(gradients, i, (p - target) * w, max(factor * p * (1.0 - p), LEAST_HESSIAN) * w)
  }
}

/** Smallest e with x <= 2^e, for a finite x > 0 that is not subnormal. */
// @ts-ignore: decorator
@inline
export function exponentAbove(x: f64): i32 {
  const bits = reinterpret<i64>(x)
  const exponent = <i32>(bits >> 52) - 1023
  return (bits & 0x000fffffffffffff) == 0 ? exponent : exponent + 1
}

// @ts-ignore: decorator
@inline
export function powerOfTwo(e: i32): f64 {
  return reinterpret<f64>(<i64>(e + 1023) << 52)
}

/**
 * Step of the grid for n numbers of size <= `largest`: a power of two, so that a number is at most 2^30 steps and the sum of
 * any of them at most 2^52.
 */
export function boostStep(largest: f64, n: i32): f64 {
  if (!(largest > 1e-290)) return powerOfTwo(-1000)
  const doublings = 32 - <i32>clz<u32>(<u32>max(n - 1, 1))
  return powerOfTwo(exponentAbove(largest) - min(30, 52 - doublings))
}

/** Largest |g| and largest h of n pairs f32, to `out` f64 [2]. */
export function boostLargest(gradients: usize, n: i32, out: usize): void {
  let largest = f32x4.splat(0)
  const end = gradients + (<usize>n << 3)
  let at = gradients
  for (; at + 16 <= end; at += 16) largest = f32x4.max(largest, f32x4.abs(v128.load(at)))
  if (at < end) largest = f32x4.max(largest, f32x4.abs(v128.load64_zero(at)))
  store<f64>(out, max(<f64>f32x4.extract_lane(largest, 0), <f64>f32x4.extract_lane(largest, 2)))
  store<f64>(out, max(<f64>f32x4.extract_lane(largest, 1), <f64>f32x4.extract_lane(largest, 3)), 8)
}

/**
 * Rounds n pairs f32 to pairs i32, counted in the steps of two grids, in place; their sum goes to `out` f64 [2]. The f64 sum of
 * any of them is exact, so sums depend on no order, no thread and no way of splitting them.
 */
export function boostToGrid(gradients: usize, n: i32, stepG: f64, stepH: f64, out: usize): void {
  const perStep = f64x2(1.0 / stepG, 1.0 / stepH)
  let sum = f64x2.splat(0)
  for (let at = gradients, end = gradients + (<usize>n << 3); at < end; at += 8) {
    const steps = f64x2.nearest(f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at)), perStep))
    sum = f64x2.add(sum, steps)
    v128.store64_lane(at, i32x4.trunc_sat_f64x2_s_zero(steps), 0)
  }
  v128.store(out, f64x2.mul(sum, f64x2(stepG, stepH)))
}

/** Sum of the pairs i32 of some rows (u32 [count]), to `out` f64 [2]. */
export function boostSumRows(gradients: usize, rows: usize, count: i32, stepG: f64, stepH: f64, out: usize): void {
  let sum = f64x2.splat(0)
  for (let at = rows, end = rows + (<usize>count << 2); at < end; at += 4) {
    const pair = v128.load64_zero(gradients + (<usize>load<u32>(at) << 3))
    sum = f64x2.add(sum, f64x2.convert_low_i32x4_s(pair))
  }
  v128.store(out, f64x2.mul(sum, f64x2(stepG, stepH)))
}

/** Rows whose losses share one logarithm: a product of so many numbers up to 2 is finite. */
const ROWS_A_LOGARITHM = 512

/** Weighted sum, to `out` f64, of logistic losses, in the order of the rows. */
export function boostLogisticLoss(scores: usize, y: usize, weight: usize, n: i32, out: usize): void {
  let sum: f64 = 0
  for (let from = 0; from < n; from += ROWS_A_LOGARITHM) {
    const to = min(from + ROWS_A_LOGARITHM, n)
    let product: f64 = 1
    for (let i = from; i < to; i++) {
      const score = load<f64>(scores + (<usize>i << 3))
      const against = max(load<i32>(y + (<usize>i << 2)) == 1 ? -score : score, 0)
      const e = exp(-abs(score))
      if (weight == 0) {
        sum += against
        product *= 1.0 + e
      } else {
        sum += weightOf(weight, i) * (against + log1p(e))
      }
    }
    sum += log(product)
  }
  store<f64>(out, sum)
}

/** Weighted sum, to `out` f64, of squared errors, in the order of the rows. */
export function boostSquaredLoss(scores: usize, y: usize, weight: usize, n: i32, out: usize): void {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const rest = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    sum += weightOf(weight, i) * (rest * rest)
  }
  store<f64>(out, sum)
}

/** Weighted sum, to `out` f64, of multinomial losses, in the order of the rows; `scores` f64 [n, classes]. */
export function boostSoftmaxLoss(scores: usize, y: usize, weight: usize, n: i32, classes: i32, out: usize): void {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const row = scores + (<usize>(i * classes) << 3)
    let top = load<f64>(row)
    for (let k = 1; k < classes; k++) top = max(top, load<f64>(row + (<usize>k << 3)))
    let total: f64 = 0
    for (let k = 0; k < classes; k++) total += exp(load<f64>(row + (<usize>k << 3)) - top)
    const own = load<f64>(row + (<usize>load<i32>(y + (<usize>i << 2)) << 3))
    sum += weightOf(weight, i) * (top - own + log(total))
  }
  store<f64>(out, sum)
}
