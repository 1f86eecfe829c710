// Activations of dense layers, in place over n f32 values, and dropout. Codes: 0 linear, 1 relu, 2 leaky relu (slope 0.01),
// 3 elu (alpha 1), 4 tanh, 5 sigmoid. The last three are computed in f64, two lanes at a time, to about 1e-9 relative, and
// rounded to f32 once; a value's bits do not depend on its lane.

const LEAK: f32 = 0.01

/** z becomes f(z). */
export function activate(kind: i32, z: usize, n: i32): void {
  const end = z + (<usize>n << 2)
  if (kind == 1) {
    const zero = f32x4.splat(0)
    for (; z + 16 <= end; z += 16) {
      const x = v128.load(z)
      v128.store(z, v128.and(x, f32x4.gt(x, zero)))
    }
    for (; z < end; z += 4) {
      const x = load<f32>(z)
      store<f32>(z, x > 0 ? x : 0)
    }
  } else if (kind == 2) {
    for (; z < end; z += 4) {
      const x = load<f32>(z)
      store<f32>(z, x > 0 ? x : x * LEAK)
    }
  } else if (kind == 3) {
    for (; z + 8 <= end; z += 8) v128.store64_lane(z, two(3, v128.load64_zero(z)), 0)
    if (z < end) v128.store32_lane(z, two(3, v128.load32_zero(z)), 0)
  } else if (kind == 4) {
    for (; z + 8 <= end; z += 8) v128.store64_lane(z, two(4, v128.load64_zero(z)), 0)
    if (z < end) v128.store32_lane(z, two(4, v128.load32_zero(z)), 0)
  } else if (kind == 5) {
    for (; z + 8 <= end; z += 8) v128.store64_lane(z, two(5, v128.load64_zero(z)), 0)
    if (z < end) v128.store32_lane(z, two(5, v128.load32_zero(z)), 0)
  }
}

/** f of the lower two f32 lanes; NaN stays NaN. */
// @ts-ignore: decorator
@inline
function two(kind: i32, z: v128): v128 {
  const x = f64x2.promote_low_f32x4(z)
  const y = kind == 3 ? elu(x) : kind == 4 ? tanhOf(x) : sigmoidOf(x)
  return f32x4.demote_f64x2_zero(v128.bitselect(y, x, f64x2.eq(x, x)))
}

// @ts-ignore: decorator
@inline
function elu(x: v128): v128 {
  let small = f64x2.splat(1.0 / 720.0) // (e^x - 1) / x near 0
  small = f64x2.add(f64x2.mul(small, x), f64x2.splat(1.0 / 120.0))
  small = f64x2.add(f64x2.mul(small, x), f64x2.splat(1.0 / 24.0))
  small = f64x2.add(f64x2.mul(small, x), f64x2.splat(1.0 / 6.0))
  small = f64x2.add(f64x2.mul(small, x), f64x2.splat(0.5))
  small = f64x2.mul(f64x2.add(f64x2.mul(small, x), f64x2.splat(1)), x)
  const negative = f64x2.sub(shortExp(x), f64x2.splat(1))
  const below = v128.bitselect(small, negative, f64x2.gt(x, f64x2.splat(-0.1)))
  return v128.bitselect(x, below, f64x2.gt(x, f64x2.splat(0)))
}

// @ts-ignore: decorator
@inline
function tanhOf(x: v128): v128 {
  const one = f64x2.splat(1)
  const square = f64x2.mul(x, x)
  let small = f64x2.splat(-17.0 / 315.0) // tanh(x) / x near 0
  small = f64x2.add(f64x2.mul(small, square), f64x2.splat(2.0 / 15.0))
  small = f64x2.add(f64x2.mul(small, square), f64x2.splat(-1.0 / 3.0))
  small = f64x2.mul(f64x2.add(f64x2.mul(small, square), one), x)
  const e = shortExp(f64x2.add(x, x))
  const wide = f64x2.sub(one, f64x2.div(f64x2.splat(2), f64x2.add(e, one)))
  return v128.bitselect(small, wide, f64x2.lt(square, f64x2.splat(0.01)))
}

// @ts-ignore: decorator
@inline
function sigmoidOf(x: v128): v128 {
  const one = f64x2.splat(1)
  return f64x2.div(one, f64x2.add(one, shortExp(f64x2.neg(x))))
}

/** 1.5 * 2^52: added to a whole number k below 2^51, it leaves k in the low bits. */
const WHOLE: f64 = 6755399441055744.0

/** e^x to about 2e-10 relative, x clamped to ±120: beyond it, every activation has reached its limit in f32. */
// @ts-ignore: decorator
@inline
function shortExp(given: v128): v128 {
  const x = f64x2.max(f64x2.min(given, f64x2.splat(120)), f64x2.splat(-120))
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), f64x2.splat(WHOLE))
  const k = f64x2.sub(shifted, f64x2.splat(WHOLE))
  const r = f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.6931471805599453)))
  let sum = f64x2.splat(1.0 / 40320.0)
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 5040.0))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 720.0))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 120.0))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 24.0))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1.0 / 6.0))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(0.5))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1))
  sum = f64x2.add(f64x2.mul(sum, r), f64x2.splat(1))
  return i64x2.add(sum, i64x2.shl(shifted, 52)) // times 2^k, by way of the exponent's bits
}

/** d becomes d * f'(z), told from the activation's output a = f(z). */
export function activateBack(kind: i32, d: usize, a: usize, n: i32): void {
  const end = d + (<usize>n << 2)
  if (kind == 1) {
    const zero = f32x4.splat(0)
    for (; d + 16 <= end; d += 16, a += 16) v128.store(d, v128.and(v128.load(d), f32x4.gt(v128.load(a), zero)))
    for (; d < end; d += 4, a += 4) if (!(load<f32>(a) > 0)) store<f32>(d, 0)
  } else if (kind == 2) {
    for (; d < end; d += 4, a += 4) if (!(load<f32>(a) > 0)) store<f32>(d, load<f32>(d) * LEAK)
  } else if (kind == 3) {
    for (; d < end; d += 4, a += 4) {
      const y = load<f32>(a)
      if (!(y > 0)) store<f32>(d, load<f32>(d) * (y + 1))
    }
  } else if (kind == 4) {
    for (; d < end; d += 4, a += 4) {
      const y = load<f32>(a)
      store<f32>(d, load<f32>(d) * (1 - y * y))
    }
  } else if (kind == 5) {
    for (; d < end; d += 4, a += 4) {
      const y = load<f32>(a)
      store<f32>(d, load<f32>(d) * (y * (1 - y)))
    }
  }
}

/**
 * Inverted dropout, the same forwards and backwards: out = from * factor where the random bits are at least `threshold`
 * (share dropped times 2^32), else 0.
 */
export function dropout(out: usize, from: usize, bits: usize, n: i32, threshold: u32, factor: f32): void {
  for (let i: usize = 0; i < <usize>n << 2; i += 4) {
    store<f32>(out + i, load<u32>(bits + i) >= threshold ? load<f32>(from + i) * factor : 0)
  }
}
