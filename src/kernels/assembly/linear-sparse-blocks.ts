// Margins and gradients of a block of sparse rows, as training takes them. `width` is 1 or even (see linear-passes.ts).
import { addScaled, plus, splatAt } from './linear-pairs'

/** margins f64 [count, width] of sparse rows; `stride`: bytes from the start of one row to that of the next in `starts`. */
export function sparseMargins(
  starts: usize,
  stride: usize,
  indices: usize,
  values: usize,
  count: i32,
  coefficients: usize,
  intercepts: usize,
  width: i32,
  margins: usize,
): void {
  for (let i = 0; i < count; i++) {
    const own = starts + <usize>i * stride
    const from = <usize>load<u32>(own) << 2
    const to = <usize>load<u32>(own, 4) << 2
    if (width == 1) {
      const sum = sparseProduct(indices + from, values + from, to - from, coefficients)
      store<f64>(margins + (<usize>i << 3), load<f64>(intercepts) + sum)
      continue
    }
    const out = margins + (<usize>(i * width) << 3)
    let k = 0
    for (; k + 8 <= width; k += 8) sparseTile8(indices, values, from, to, coefficients, intercepts, k, width, out)
    for (; k < width; k += 2) sparseTile2(indices, values, from, to, coefficients, intercepts, k, width, out)
  }
}

function sparseProduct(indices: usize, values: usize, bytes: usize, coefficients: usize): f64 {
  let even: f64 = 0
  let odd: f64 = 0
  let s: usize = 0
  for (; s + 8 <= bytes; s += 8) {
    even += <f64>load<f32>(values + s) * load<f64>(coefficients + (<usize>load<u32>(indices + s) << 3))
    odd += <f64>load<f32>(values + s, 4) * load<f64>(coefficients + (<usize>load<u32>(indices + s, 4) << 3))
  }
  if (s < bytes) even += <f64>load<f32>(values + s) * load<f64>(coefficients + (<usize>load<u32>(indices + s) << 3))
  return even + odd
}

function sparseTile8(
  indices: usize,
  values: usize,
  from: usize,
  to: usize,
  coefficients: usize,
  intercepts: usize,
  k: i32,
  width: i32,
  margins: usize,
): void {
  const line = <usize>width << 3
  const own = <usize>k << 3
  let s0 = v128.load(intercepts + own)
  let s1 = v128.load(intercepts + own, 16)
  let s2 = v128.load(intercepts + own, 32)
  let s3 = v128.load(intercepts + own, 48)
  for (let s = from; s < to; s += 4) {
    const x = splatAt(values + s)
    const by = coefficients + <usize>load<u32>(indices + s) * line + own
    s0 = plus(s0, x, v128.load(by))
    s1 = plus(s1, x, v128.load(by, 16))
    s2 = plus(s2, x, v128.load(by, 32))
    s3 = plus(s3, x, v128.load(by, 48))
  }
  v128.store(margins + own, s0)
  v128.store(margins + own, s1, 16)
  v128.store(margins + own, s2, 32)
  v128.store(margins + own, s3, 48)
}

function sparseTile2(
  indices: usize,
  values: usize,
  from: usize,
  to: usize,
  coefficients: usize,
  intercepts: usize,
  k: i32,
  width: i32,
  margins: usize,
): void {
  const line = <usize>width << 3
  const own = <usize>k << 3
  let sum = v128.load(intercepts + own)
  for (let s = from; s < to; s += 4) {
    const by = coefficients + <usize>load<u32>(indices + s) * line + own
    sum = plus(sum, splatAt(values + s), v128.load(by))
  }
  v128.store(margins + own, sum)
}

/** gradient f64 [features, width] += transpose(sparse rows) · residuals [count, width], in the order of the rows. */
export function sparseGradient(
  starts: usize,
  indices: usize,
  values: usize,
  count: i32,
  residuals: usize,
  width: i32,
  gradient: usize,
): void {
  for (let i = 0; i < count; i++) {
    const from = <usize>load<u32>(starts + (<usize>i << 2)) << 2
    const to = <usize>load<u32>(starts + (<usize>i << 2), 4) << 2
    const own = residuals + (<usize>(i * width) << 3)
    if (width == 1) {
      const rest = load<f64>(own)
      for (let s = from; s < to; s += 4) {
        const at = gradient + (<usize>load<u32>(indices + s) << 3)
        store<f64>(at, load<f64>(at) + <f64>load<f32>(values + s) * rest)
      }
      continue
    }
    for (let s = from; s < to; s += 4) {
      const at = gradient + (<usize>(load<u32>(indices + s) * width) << 3)
      addScaled(at, <f64>load<f32>(values + s), own, width)
    }
  }
}
