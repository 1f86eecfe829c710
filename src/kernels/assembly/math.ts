// Elementary functions, f64 in and out. Each is made of +, -, *, / and bit operations in one written order, so that every
// engine gives the same bits. Errors are bounds in units in the last place (ulp), held by test/kernels/math.test.ts.
//
// Method: argument reduction as in W. J. Cody and W. Waite, "Software Manual for the Elementary Functions" (1980), with
// plain Taylor series on the small interval that is left; the compensated forms of the last additions follow fdlibm
// (Sun Microsystems, 1993).

/** ln 2 in two parts; the upper one has 21 trailing zero bits, so that k * LN2_HIGH is exact for every exponent k. */
const LN2_HIGH: f64 = reinterpret<f64>(0x3fe62e42fee00000)
const LN2_LOW: f64 = reinterpret<f64>(0x3dea39ef35793c76)
const INVERSE_LN2: f64 = 1.4426950408889634
const OVERFLOW: f64 = 709.782712893384 // ln of the largest f64
const UNDERFLOW: f64 = -745.1332191019412 // below it exp rounds to 0

/** Sum of r^(n-2) / n! for n = 2 … 14, |r| <= ln 2 / 2: what exp(r) - 1 - r is after division by r². */
// @ts-ignore: decorator
@inline
function expTail(r: f64): f64 {
  let sum: f64 = 1.0 / 87178291200.0
  sum = sum * r + 1.0 / 6227020800.0
  sum = sum * r + 1.0 / 479001600.0
  sum = sum * r + 1.0 / 39916800.0
  sum = sum * r + 1.0 / 3628800.0
  sum = sum * r + 1.0 / 362880.0
  sum = sum * r + 1.0 / 40320.0
  sum = sum * r + 1.0 / 5040.0
  sum = sum * r + 1.0 / 720.0
  sum = sum * r + 1.0 / 120.0
  sum = sum * r + 1.0 / 24.0
  sum = sum * r + 1.0 / 6.0
  return sum * r + 0.5
}

/** 2^k for -1022 <= k <= 1023. */
// @ts-ignore: decorator
@inline
function twoTo(k: i32): f64 {
  return reinterpret<f64>(<i64>(k + 1023) << 52)
}

/** x * 2^k where the result may be subnormal or infinite: in two steps, each with an exact factor. */
// @ts-ignore: decorator
@inline
export function scaleByPowerOfTwo(x: f64, k: i32): f64 {
  const half = k >> 1
  return x * twoTo(half) * twoTo(k - half)
}

/** e^(x + low) for a low part that is small against x; both finite, x between UNDERFLOW and OVERFLOW. */
// @ts-ignore: decorator
@inline
export function expOfSum(x: f64, low: f64): f64 {
  const k = nearest(x * INVERSE_LN2)
  const high = x - k * LN2_HIGH
  const rest = k * LN2_LOW - low
  const r = high - rest
  const lost = high - r - rest
  return scaleByPowerOfTwo(1.0 + (r + (r * r * expTail(r) + lost)), <i32>k)
}

/** e^x, <= 1 ulp. */
export function exp(x: f64): f64 {
  if (x != x) return NaN
  if (x > OVERFLOW) return Infinity
  if (x < UNDERFLOW) return 0
  return expOfSum(x, 0)
}

/** e^x - 1 without the loss near 0, <= 2 ulp. */
export function expm1(x: f64): f64 {
  if (x != x) return NaN
  if (abs(x) < 1e-17) return x
  if (x > OVERFLOW) return Infinity
  if (x < -40) return -1
  const k = nearest(x * INVERSE_LN2)
  const high = x - k * LN2_HIGH
  const rest = k * LN2_LOW
  const r = high - rest
  const lost = high - r - rest
  const tail = r * r * expTail(r) + lost
  if (k == 0) return r + tail
  if (k > 60) return scaleByPowerOfTwo(1.0 + (r + tail), <i32>k) // the 1 is far below the last bit
  const scale = twoTo(<i32>k)
  return scale - 1.0 + scale * r + scale * tail
}

/** Sum of 2 z^n / (2n + 1) for n = 1 … 12, z = s² <= 0.0295: what 2 atanh(s) - 2s is after division by s. */
// @ts-ignore: decorator
@inline
function atanhTail(z: f64): f64 {
  let sum: f64 = 2.0 / 25.0
  sum = sum * z + 2.0 / 23.0
  sum = sum * z + 2.0 / 21.0
  sum = sum * z + 2.0 / 19.0
  sum = sum * z + 2.0 / 17.0
  sum = sum * z + 2.0 / 15.0
  sum = sum * z + 2.0 / 13.0
  sum = sum * z + 2.0 / 11.0
  sum = sum * z + 2.0 / 9.0
  sum = sum * z + 2.0 / 7.0
  sum = sum * z + 2.0 / 5.0
  return (sum * z + 2.0 / 3.0) * z
}

/** Bits of sqrt(1/2), rounded up: a mantissa from here to twice of it has its logarithm nearest to 0. */
const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd
const SMALLEST_NORMAL: f64 = 2.2250738585072014e-308
const TWO_54: f64 = 18014398509481984.0

/** k of x = 2^k * m with sqrt(1/2) <= m < sqrt(2), for a normal x > 0. */
// @ts-ignore: decorator
@inline
export function exponentOf(x: f64): i32 {
  return <i32>((reinterpret<i64>(x) - SQRT_HALF_BITS) >> 52)
}

/** m of the same. */
// @ts-ignore: decorator
@inline
export function mantissaOf(x: f64, k: i32): f64 {
  return reinterpret<f64>(reinterpret<i64>(x) - (<i64>k << 52))
}

/** ln(2^k * (1 + f + lost)), -0.293 <= f <= 0.415, |lost| far below |f|. */
// @ts-ignore: decorator
@inline
function logOf(k: i32, f: f64, lost: f64): f64 {
  const s = f / (2.0 + f)
  const square = 0.5 * f * f
  const tail = s * (square + atanhTail(s * s))
  if (k == 0) return f - (square - (tail + lost))
  const power = <f64>k
  return power * LN2_HIGH - (square - (tail + (power * LN2_LOW + lost)) - f)
}

/** Natural logarithm, <= 1 ulp; NaN below 0, -Infinity at 0. */
export function log(x: f64): f64 {
  if (x != x || x < 0) return NaN
  if (x == 0) return -Infinity
  if (x == Infinity) return Infinity
  let below = 0
  if (x < SMALLEST_NORMAL) {
    x *= TWO_54
    below = 54
  }
  const k = exponentOf(x)
  return logOf(k - below, mantissaOf(x, k) - 1.0, 0)
}

/** ln(1 + x) without the loss near 0, <= 2 ulp; NaN below -1. */
export function log1p(x: f64): f64 {
  if (x != x || x < -1) return NaN
  if (x == -1) return -Infinity
  if (x == Infinity) return Infinity
  if (abs(x) < 1e-17) return x
  if (x > -0.2928 && x < 0.4142) return logOf(0, x, 0)
  const sum = 1.0 + x
  const k = exponentOf(sum)
  const lost = k > 0 ? 1.0 - (sum - x) : x - (sum - 1.0) // what the addition rounded away
  return logOf(k, mantissaOf(sum, k) - 1.0, lost / sum)
}

/** Hyperbolic tangent, <= 2 ulp. */
export function tanh(x: f64): f64 {
  if (x != x) return NaN
  const size = abs(x)
  let value: f64
  if (size > 22) {
    value = 1
  } else if (size > 0.5493) {
    value = 1.0 - 2.0 / (expm1(2.0 * size) + 2.0)
  } else if (size > 0.2554) {
    const t = expm1(2.0 * size)
    value = t / (t + 2.0)
  } else if (size > 1e-17) {
    const t = expm1(-2.0 * size)
    value = -t / (t + 2.0)
  } else {
    return x
  }
  return x < 0 ? -value : value
}

/** 1 / (1 + e^-x), <= 2 ulp. */
export function sigmoid(x: f64): f64 {
  const e = exp(-abs(x))
  return x < 0 ? e / (1.0 + e) : 1.0 / (1.0 + e)
}
