// Means and squared distances of features over some rows. A call owns rows [from, to); the caller merges the results of
// several (T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
import { weightOf } from './row-weight'

/** Dense rows: `out` f64 [2 * features + 1] becomes means, weighted sums of (x - mean)², and the sum of the weights. */
export function linearDenseMoments(values: usize, features: i32, from: i32, to: i32, weight: usize, out: usize): void {
  const rowBytes = <usize>features << 2
  const squares = out + (<usize>features << 3)
  const last = squares + (<usize>features << 3)
  memory.fill(out, 0, last - out)
  let total: f64 = 0
  for (let i = from; i < to; i++) {
    const w = weightOf(weight, i)
    const row = values + <usize>i * rowBytes
    const factor = f64x2.splat(w)
    total += w
    let f = 0
    for (; f + 2 <= features; f += 2) {
      const at = out + (<usize>f << 3)
      const x = f64x2.promote_low_f32x4(v128.load64_zero(row + (<usize>f << 2)))
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(factor, x)))
    }
    if (f < features) {
      const at = out + (<usize>f << 3)
      store<f64>(at, load<f64>(at) + w * <f64>load<f32>(row + (<usize>f << 2)))
    }
  }
  store<f64>(last, total)
  for (let f = 0; f < features; f++) {
    const at = out + (<usize>f << 3)
    store<f64>(at, total > 0 ? load<f64>(at) / total : 0)
  }
  for (let i = from; i < to; i++) {
    const w = weightOf(weight, i)
    const row = values + <usize>i * rowBytes
    const factor = f64x2.splat(w)
    let f = 0
    for (; f + 2 <= features; f += 2) {
      const at = squares + (<usize>f << 3)
      const x = f64x2.promote_low_f32x4(v128.load64_zero(row + (<usize>f << 2)))
      const far = f64x2.sub(x, v128.load(out + (<usize>f << 3)))
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(factor, f64x2.mul(far, far))))
    }
    if (f < features) {
      const at = squares + (<usize>f << 3)
      const far = <f64>load<f32>(row + (<usize>f << 2)) - load<f64>(out + (<usize>f << 3))
      store<f64>(at, load<f64>(at) + w * (far * far))
    }
  }
}

/**
 * Sparse rows: `out` f64 [3 * features + 1] becomes means of the stored values, weighted sums of (x - mean)² over them, their
 * weights, and the sum of all weights.
 */
export function linearSparseMoments(
  starts: usize,
  indices: usize,
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  weight: usize,
  out: usize,
): void {
  const squares = out + (<usize>features << 3)
  const weights = squares + (<usize>features << 3)
  const last = weights + (<usize>features << 3)
  memory.fill(out, 0, last - out)
  let total: f64 = 0
  for (let i = from; i < to; i++) {
    const w = weightOf(weight, i)
    total += w
    const end = load<u32>(starts + (<usize>i << 2), 4)
    for (let s = load<u32>(starts + (<usize>i << 2)); s < end; s++) {
      const f = <usize>load<u32>(indices + (<usize>s << 2)) << 3
      store<f64>(out + f, load<f64>(out + f) + w * <f64>load<f32>(values + (<usize>s << 2)))
      store<f64>(weights + f, load<f64>(weights + f) + w)
    }
  }
  store<f64>(last, total)
  for (let f = 0; f < features; f++) {
    const at = out + (<usize>f << 3)
    const own = load<f64>(weights + (<usize>f << 3))
    store<f64>(at, own > 0 ? load<f64>(at) / own : 0)
  }
  for (let i = from; i < to; i++) {
    const w = weightOf(weight, i)
    const end = load<u32>(starts + (<usize>i << 2), 4)
    for (let s = load<u32>(starts + (<usize>i << 2)); s < end; s++) {
      const f = <usize>load<u32>(indices + (<usize>s << 2)) << 3
      const far = <f64>load<f32>(values + (<usize>s << 2)) - load<f64>(out + f)
      store<f64>(squares + f, load<f64>(squares + f) + w * (far * far))
    }
  }
}
