// Elementary functions of two numbers at once, for losses in training: without branches, in one written order. Their errors are
// a few units in the last place, on the ranges that losses need (test/kernels/linear-losses.test.ts).

const LN2_HIGH: f64 = reinterpret<f64>(0x3fe62e42fee00000)
const LN2_LOW: f64 = reinterpret<f64>(0x3dea39ef35793c76)
const INVERSE_LN2: f64 = 1.4426950408889634
/** 1.5 * 2^52: what is added to it is rounded to an integer, which then stands in the lowest bits. */
const TO_INTEGER: f64 = 6755399441055744.0
/** exp of it is the smallest power of two that is not subnormal, but for a factor below 2. */
const LOWEST: f64 = -708.0

// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient))
}

/** e^x for x <= 0; below -708 that of -708. The reduction is that of `exp` (math.ts). */
// @ts-ignore: decorator
@inline
export function expPair(given: v128): v128 {
  const x = f64x2.max(given, f64x2.splat(LOWEST))
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(INVERSE_LN2)), f64x2.splat(TO_INTEGER))
  const k = f64x2.sub(shifted, f64x2.splat(TO_INTEGER))
  const high = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)))
  const r = f64x2.sub(high, f64x2.mul(k, f64x2.splat(LN2_LOW)))
  let sum = f64x2.splat(1.0 / 6227020800.0)
  sum = step(sum, r, 1.0 / 479001600.0)
  sum = step(sum, r, 1.0 / 39916800.0)
  sum = step(sum, r, 1.0 / 3628800.0)
  sum = step(sum, r, 1.0 / 362880.0)
  sum = step(sum, r, 1.0 / 40320.0)
  sum = step(sum, r, 1.0 / 5040.0)
  sum = step(sum, r, 1.0 / 720.0)
  sum = step(sum, r, 1.0 / 120.0)
  sum = step(sum, r, 1.0 / 24.0)
  sum = step(sum, r, 1.0 / 6.0)
  sum = step(sum, r, 0.5)
  sum = step(sum, r, 1.0)
  sum = step(sum, r, 1.0)
  const power = i64x2.add(i64x2.shl(shifted, 52), i64x2.splat(0x3ff0000000000000))
  return f64x2.mul(sum, power)
}

/** ln(1 + e) for 0 <= e <= 1: 2 atanh(s), s = e / (2 + e) <= 1/3, as a series in s². */
// @ts-ignore: decorator
@inline
export function log1pPair(e: v128): v128 {
  const s = f64x2.div(e, f64x2.add(e, f64x2.splat(2.0)))
  const z = f64x2.mul(s, s)
  let sum = f64x2.splat(2.0 / 31.0)
  sum = step(sum, z, 2.0 / 29.0)
  sum = step(sum, z, 2.0 / 27.0)
  sum = step(sum, z, 2.0 / 25.0)
  sum = step(sum, z, 2.0 / 23.0)
  sum = step(sum, z, 2.0 / 21.0)
  sum = step(sum, z, 2.0 / 19.0)
  sum = step(sum, z, 2.0 / 17.0)
  sum = step(sum, z, 2.0 / 15.0)
  sum = step(sum, z, 2.0 / 13.0)
  sum = step(sum, z, 2.0 / 11.0)
  sum = step(sum, z, 2.0 / 9.0)
  sum = step(sum, z, 2.0 / 7.0)
  sum = step(sum, z, 2.0 / 5.0)
  sum = step(sum, z, 2.0 / 3.0)
  return f64x2.add(f64x2.mul(s, f64x2.splat(2.0)), f64x2.mul(f64x2.mul(s, z), sum))
}
