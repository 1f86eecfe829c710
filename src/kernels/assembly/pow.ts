// x^y = e^(y ln x). The exponent can reach 709, where an error of 1e-16 in ln x would cost hundreds of ulp: ln x is taken as
// a sum of two f64 (about 2^-65 relative), with exact products after T. J. Dekker, "A floating-point technique for
// extending the available precision" (1971).

import { expOfSum, exponentOf, mantissaOf } from './math'

/** 2^27 + 1: splits 53 bits in two halves. */
const SPLITTER: f64 = 134217729.0
/** ln 2 in three parts; products of the first with an exponent are exact. */
const LN2_A: f64 = reinterpret<f64>(0x3fe62e42fee00000)
const LN2_B: f64 = reinterpret<f64>(0x3dea39ef35793c76)
const LN2_C: f64 = reinterpret<f64>(0x3a8cc01f97b57a08)

// @ts-ignore: decorator
@inline
function upperHalf(x: f64): f64 {
  const scaled = SPLITTER * x
  return scaled - (scaled - x)
}

/** What the rounded product p = a * b lost. */
// @ts-ignore: decorator
@inline
function productError(a: f64, b: f64, p: f64): f64 {
  const a1 = upperHalf(a)
  const a2 = a - a1
  const b1 = upperHalf(b)
  const b2 = b - b1
  return a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2
}

/** What the rounded sum s = a + b lost, |a| >= |b|. */
// @ts-ignore: decorator
@inline
function sumError(a: f64, b: f64, s: f64): f64 {
  return b - (s - a)
}

/** |x|^y for finite x > 0 and finite y, both not 0. */
function powPositive(x: f64, y: f64): f64 {
  let below = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0
    below = 54
  }
  const shift = exponentOf(x)
  const m = mantissaOf(x, shift)
  const k = <f64>(shift - below)

  // s = f / (2 + f) as a sum of two: f is exact, 2 + f is a sum of two.
  const f = m - 1.0
  const d = 2.0 + f
  const dLow = sumError(2.0, f, d)
  const s = f / d
  const back = s * d
  const sLow = (f - back - productError(s, d, back) - s * dLow) / d

  // ln m = 2s + 2/3 s³ + 2/5 s⁵ + …; the first two terms as sums of two.
  const z = s * s
  const zLow = productError(s, s, z) + 2.0 * s * sLow
  const cube = z * s
  const cubeLow = productError(z, s, cube) + z * sLow + zLow * s
  const third: f64 = 2.0 / 3.0
  const term = cube * third
  const termLow = productError(cube, third, term) + cubeLow * third + cube * 3.700743415417188e-17 // 2/3 - third
  let tail: f64 = 2.0 / 27.0
  tail = tail * z + 2.0 / 25.0
  tail = tail * z + 2.0 / 23.0
  tail = tail * z + 2.0 / 21.0
  tail = tail * z + 2.0 / 19.0
  tail = tail * z + 2.0 / 17.0
  tail = tail * z + 2.0 / 15.0
  tail = tail * z + 2.0 / 13.0
  tail = tail * z + 2.0 / 11.0
  tail = tail * z + 2.0 / 9.0
  tail = tail * z + 2.0 / 7.0
  tail = (tail * z + 2.0 / 5.0) * z * cube

  const first = 2.0 * s + term
  const firstLow = sumError(2.0 * s, term, first) + (2.0 * sLow + termLow + tail)
  // + k ln 2, its parts from the largest down.
  const base = k * LN2_A
  const middle = k * LN2_B
  const high1 = base + first
  const lost1 = k == 0 ? 0 : sumError(base, first, high1)
  const high2 = high1 + middle
  const lost2 = high1 == 0 ? 0 : sumError(high1, middle, high2)
  const low = lost1 + lost2 + (firstLow + productError(k, LN2_B, middle) + k * LN2_C)
  const logHigh = high2 + low
  const logLow = sumError(high2, low, logHigh)

  const rough = y * logHigh
  if (rough > 710) return Infinity
  if (rough < -746) return 0
  if (abs(rough) < 1e-20) return 1.0
  const exponent = rough + y * logLow
  const exponentLow = productError(y, logHigh, rough) + (rough - exponent + y * logLow)
  return expOfSum(exponent, exponentLow)
}

/** x^y, <= 1 ulp; special cases as ECMAScript's `**` has them: NaN for 1^±Infinity and for a NaN exponent. */
export function pow(x: f64, y: f64): f64 {
  if (y == 0) return 1
  if (x != x || y != y) return NaN
  const size = abs(x)
  if (abs(y) == Infinity) {
    if (size == 1) return NaN
    return size > 1 == y > 0 ? Infinity : 0
  }
  const whole = floor(y) == y
  const odd = whole && abs(y) < 9007199254740992.0 && floor(y * 0.5) * 2.0 != y
  if (size == 0 || size == Infinity) {
    const value: f64 = (size == 0) == y > 0 ? 0 : Infinity
    return odd ? copysign<f64>(value, x) : value
  }
  if (x < 0 && !whole) return NaN
  const value = size == 1 ? 1.0 : powPositive(size, y)
  return x < 0 && odd ? -value : value
}
