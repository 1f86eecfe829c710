// Margins of a block of dense rows, as training takes them. `width` is 1 or even (see linear-passes.ts). Each sum has its own
// fixed order, which depends on the number of features alone, never on where a block begins; it is not the order of scoring
// (linear.ts), where dense and sparse rows must give equal bits.
import { pairAt, plus, splatAt } from './linear-pairs'

// @ts-ignore: decorator
@inline
function total(sum: v128): f64 {
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** margins f64 [count, width] of dense rows that lie `stride` bytes apart. */
export function denseMargins(
  rows: usize,
  stride: usize,
  count: i32,
  features: i32,
  coefficients: usize,
  intercepts: usize,
  width: i32,
  margins: usize,
): void {
  let i = 0
  if (width == 1) {
    const start = load<f64>(intercepts)
    for (; i + 4 <= count; i += 4)
      fourMargins(rows + <usize>i * stride, stride, features, coefficients, start, margins + (<usize>i << 3))
    for (; i < count; i++) {
      const row = rows + <usize>i * stride
      store<f64>(margins + (<usize>i << 3), start + oneProduct(row, features, coefficients))
    }
    return
  }
  for (; i + 4 <= count; i += 4) {
    const out = margins + (<usize>(i * width) << 3)
    let k = 0
    for (; k + 4 <= width; k += 4)
      tile4x4(rows + <usize>i * stride, stride, features, coefficients, intercepts, k, width, out)
    if (k < width) tile4x2(rows + <usize>i * stride, stride, features, coefficients, intercepts, k, width, out)
  }
  for (; i < count; i++) {
    const out = margins + (<usize>(i * width) << 3)
    for (let k = 0; k < width; k += 2) tile1x2(rows + <usize>i * stride, features, coefficients, intercepts, k, width, out)
  }
}

function oneProduct(row: usize, features: i32, coefficients: usize): f64 {
  let sum = f64x2.splat(0)
  let f = 0
  for (; f + 2 <= features; f += 2)
    sum = plus(sum, pairAt(row + (<usize>f << 2)), v128.load(coefficients + (<usize>f << 3)))
  let all = total(sum)
  if (f < features) all += <f64>load<f32>(row + (<usize>f << 2)) * load<f64>(coefficients + (<usize>f << 3))
  return all
}

function fourMargins(a: usize, stride: usize, features: i32, coefficients: usize, start: f64, margins: usize): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  let s0 = f64x2.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let f = 0
  for (; f + 2 <= features; f += 2) {
    const at = <usize>f << 2
    const by = v128.load(coefficients + (<usize>f << 3))
    s0 = plus(s0, pairAt(a + at), by)
    s1 = plus(s1, pairAt(b + at), by)
    s2 = plus(s2, pairAt(c + at), by)
    s3 = plus(s3, pairAt(d + at), by)
  }
  let m0 = total(s0)
  let m1 = total(s1)
  let m2 = total(s2)
  let m3 = total(s3)
  if (f < features) {
    const at = <usize>f << 2
    const by = load<f64>(coefficients + (<usize>f << 3))
    m0 += <f64>load<f32>(a + at) * by
    m1 += <f64>load<f32>(b + at) * by
    m2 += <f64>load<f32>(c + at) * by
    m3 += <f64>load<f32>(d + at) * by
  }
  store<f64>(margins, start + m0)
  store<f64>(margins, start + m1, 8)
  store<f64>(margins, start + m2, 16)
  store<f64>(margins, start + m3, 24)
}

/** Outputs [k, k + 4) of four rows. */
function tile4x4(
  a: usize,
  stride: usize,
  features: i32,
  coefficients: usize,
  intercepts: usize,
  k: i32,
  width: i32,
  margins: usize,
): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  const line = <usize>width << 3
  const own = <usize>k << 3
  let s0 = v128.load(intercepts + own)
  let t0 = v128.load(intercepts + own, 16)
  let s1 = s0
  let t1 = t0
  let s2 = s0
  let t2 = t0
  let s3 = s0
  let t3 = t0
  let by = coefficients + own
  for (let f = 0; f < features; f++) {
    const at = <usize>f << 2
    const u = v128.load(by)
    const v = v128.load(by, 16)
    let x = splatAt(a + at)
    s0 = plus(s0, x, u)
    t0 = plus(t0, x, v)
    x = splatAt(b + at)
    s1 = plus(s1, x, u)
    t1 = plus(t1, x, v)
    x = splatAt(c + at)
    s2 = plus(s2, x, u)
    t2 = plus(t2, x, v)
    x = splatAt(d + at)
    s3 = plus(s3, x, u)
    t3 = plus(t3, x, v)
    by += line
  }
  const out = margins + own
  v128.store(out, s0)
  v128.store(out, t0, 16)
  v128.store(out + line, s1)
  v128.store(out + line, t1, 16)
  v128.store(out + 2 * line, s2)
  v128.store(out + 2 * line, t2, 16)
  v128.store(out + 3 * line, s3)
  v128.store(out + 3 * line, t3, 16)
}

/** Outputs k and k + 1 of four rows. */
function tile4x2(
  a: usize,
  stride: usize,
  features: i32,
  coefficients: usize,
  intercepts: usize,
  k: i32,
  width: i32,
  margins: usize,
): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  const line = <usize>width << 3
  const own = <usize>k << 3
  let s0 = v128.load(intercepts + own)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let by = coefficients + own
  for (let f = 0; f < features; f++) {
    const at = <usize>f << 2
    const u = v128.load(by)
    s0 = plus(s0, splatAt(a + at), u)
    s1 = plus(s1, splatAt(b + at), u)
    s2 = plus(s2, splatAt(c + at), u)
    s3 = plus(s3, splatAt(d + at), u)
    by += line
  }
  const out = margins + own
  v128.store(out, s0)
  v128.store(out + line, s1)
  v128.store(out + 2 * line, s2)
  v128.store(out + 3 * line, s3)
}

/** Outputs k and k + 1 of one row. */
function tile1x2(
  row: usize,
  features: i32,
  coefficients: usize,
  intercepts: usize,
  k: i32,
  width: i32,
  margins: usize,
): void {
  const own = <usize>k << 3
  let sum = v128.load(intercepts + own)
  for (let f = 0; f < features; f++) {
    sum = plus(sum, splatAt(row + (<usize>f << 2)), v128.load(coefficients + (<usize>(f * width) << 3) + own))
  }
  v128.store(margins + own, sum)
}
