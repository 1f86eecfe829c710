// Gradients and losses of boosting. `scores` f64 [n, outputs]; `weight` f32 [n], or 0 where every row counts 1;
// `gradients` holds one pair (g, h) of f32 a row, until it is put on a grid: then of i32, counted in steps of the grid.
import { putPair } from './gradient-pair'
import { exp, log, log1p, sigmoid } from './math'
import { weightOf } from './row-weight'

/** Smallest hessian of a row, so that a leaf of certain rows has a finite value. */
const LEAST_HESSIAN: f64 = 1e-16

/** Logistic loss; `y` i32 codes 0 and 1. */
export function boostLogisticGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const p = sigmoid(load<f64>(scores + (<usize>i << 3)))
    const target = <f64>load<i32>(y + (<usize>i << 2))
    putPair(gradients, i, (p - target) * w, max(p * (1.0 - p), LEAST_HESSIAN) * w)
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

/** Weighted sum of logistic losses, in the order of the rows. */
export function boostLogisticLoss(scores: usize, y: usize, weight: usize, n: i32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const score = load<f64>(scores + (<usize>i << 3))
    const against = load<i32>(y + (<usize>i << 2)) == 1 ? -score : score
    sum += weightOf(weight, i) * (max(against, 0) + log1p(exp(-abs(score))))
  }
  return sum
}

/** Weighted sum of squared errors, in the order of the rows. */
export function boostSquaredLoss(scores: usize, y: usize, weight: usize, n: i32): f64 {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const rest = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    sum += weightOf(weight, i) * (rest * rest)
  }
  return sum
}

/** Weighted sum of multinomial losses, in the order of the rows; `scores` f64 [n, classes]. */
export function boostSoftmaxLoss(scores: usize, y: usize, weight: usize, n: i32, classes: i32): f64 {
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
  return sum
}
