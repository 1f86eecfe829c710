// Gradients and losses of boosting. `scores` f64 [n, outputs]; `weight` f32 [n], or 0 where every row counts 1;
// `gradients` holds one pair (g, h) of f64 a row.
import { exp, log, log1p, sigmoid } from './math'
import { weightOf } from './row-weight'

/** Smallest hessian of a row, so that a leaf of certain rows has a finite value. */
const LEAST_HESSIAN: f64 = 1e-16

// @ts-ignore: decorator
@inline
function put(gradients: usize, i: i32, g: f64, h: f64): void {
  const at = gradients + (<usize>i << 4)
  store<f64>(at, g)
  store<f64>(at, h, 8)
}

/** Logistic loss; `y` i32 codes 0 and 1. */
export function boostLogisticGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const p = sigmoid(load<f64>(scores + (<usize>i << 3)))
    const target = <f64>load<i32>(y + (<usize>i << 2))
    put(gradients, i, (p - target) * w, max(p * (1.0 - p), LEAST_HESSIAN) * w)
  }
}

/** Squared loss; `y` f32. */
export function boostSquaredGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const rest = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    put(gradients, i, rest * w, w)
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
    put(gradients, i, (p - target) * w, max(factor * p * (1.0 - p), LEAST_HESSIAN) * w)
  }
}

/** Smallest e with x <= 2^e, for a finite x > 0 that is not subnormal. */
// @ts-ignore: decorator
@inline
function exponentAbove(x: f64): i32 {
  const bits = reinterpret<i64>(x)
  const exponent = <i32>(bits >> 52) - 1023
  return (bits & 0x000fffffffffffff) == 0 ? exponent : exponent + 1
}

/** Exponent of the grid on which n numbers of size <= `largest` have sums of at most 2^52 steps. */
// @ts-ignore: decorator
@inline
function gridExponent(largest: f64, n: i32): i32 {
  if (!(largest > 1e-290)) return -1000
  const doublings = 32 - <i32>clz<u32>(<u32>max(n - 1, 1))
  return max(exponentAbove(largest) + doublings - 52, -1000)
}

// @ts-ignore: decorator
@inline
function powerOfTwo(e: i32): f64 {
  return reinterpret<f64>(<i64>(e + 1023) << 52)
}

/**
 * Rounds n gradients and hessians to grids, powers of two chosen from the exact largest |g| and h and from n, so that the
 * f64 sum of any of them is exact. Sums then depend on no order, no thread and no way of splitting them.
 */
export function boostRoundToGrid(gradients: usize, n: i32): void {
  let largestG: f64 = 0
  let largestH: f64 = 0
  const end = gradients + (<usize>n << 4)
  for (let at = gradients; at < end; at += 16) {
    largestG = max(largestG, abs(load<f64>(at)))
    largestH = max(largestH, load<f64>(at, 8))
  }
  const eG = gridExponent(largestG, n)
  const eH = gridExponent(largestH, n)
  const grid = f64x2(powerOfTwo(eG), powerOfTwo(eH))
  const inverse = f64x2(powerOfTwo(-eG), powerOfTwo(-eH))
  for (let at = gradients; at < end; at += 16) {
    const steps = f64x2.nearest(f64x2.mul(v128.load(at), inverse))
    v128.store(at, f64x2.mul(steps, grid))
  }
}

/** Sum of the pairs of `count` rows into `out` (g, h). `rows` u32, or 0 for the rows 0 … count-1. */
export function boostSum(gradients: usize, rows: usize, count: i32, out: usize): void {
  let sum = f64x2.splat(0)
  for (let i = 0; i < count; i++) {
    const row = rows == 0 ? <u32>i : load<u32>(rows + (<usize>i << 2))
    sum = f64x2.add(sum, v128.load(gradients + (<usize>row << 4)))
  }
  v128.store(out, sum)
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
