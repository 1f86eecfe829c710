// Steps of two f64 at once, for the blocks of rows that training takes.

/** Two neighbouring f32 as f64. */
// @ts-ignore: decorator
@inline
export function pairAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at))
}

/** One f32 as f64, twice. */
// @ts-ignore: decorator
@inline
export function splatAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_splat(at))
}

/** sum + a * b, rounded twice. */
// @ts-ignore: decorator
@inline
export function plus(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

/** to[width] += x * from[width]. */
// @ts-ignore: decorator
@inline
export function addScaled(to: usize, x: f64, from: usize, width: i32): void {
  if (width == 1) {
    store<f64>(to, load<f64>(to) + x * load<f64>(from))
    return
  }
  const factor = f64x2.splat(x)
  for (let k = 0; k < width; k += 2) {
    const at = <usize>k << 3
    v128.store(to + at, plus(v128.load(to + at), factor, v128.load(from + at)))
  }
}
