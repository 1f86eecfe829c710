/** Largest f32. */
const LARGEST: f64 = 3.4028234663852886e38

/** Writes gradient and hessian of row i: pairs of f32. */
// @ts-ignore: decorator
@inline
export function putPair(gradients: usize, i: i32, g: f64, h: f64): void {
  const at = gradients + (<usize>i << 3)
  store<f32>(at, <f32>min(max(g, -LARGEST), LARGEST))
  store<f32>(at, <f32>min(h, LARGEST), 4)
}
