// Margins and gradients of a block of rows, as training takes them. `width` is 1 or even (see linear-passes.ts). Each sum has
// its own fixed order, which depends on the number of features alone, never on where a block begins; it is not the order of
// scoring (linear.ts), where dense and sparse rows must give equal bits.

/** Two neighbouring f32 as f64. */
// @ts-ignore: decorator
@inline
function pairAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at))
}

/** One f32 as f64, twice. */
// @ts-ignore: decorator
@inline
function splatAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_splat(at))
}

// @ts-ignore: decorator
@inline
function plus(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b))
}

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

/** gradient f64 [features, width] += transpose(rows) · residuals [count, width]; four rows are added at a time. */
export function denseGradient(
  rows: usize,
  stride: usize,
  count: i32,
  features: i32,
  residuals: usize,
  width: i32,
  gradient: usize,
): void {
  for (let i = 0; i < count; i += 4) {
    const left = count - i
    const a = rows + <usize>i * stride
    const own = residuals + (<usize>(i * width) << 3)
    if (left >= 4) {
      if (width == 1) fourGradients(a, stride, features, own, gradient)
      else for (let k = 0; k < width; k += 2) tileGradients(a, stride, features, own, k, width, gradient)
      continue
    }
    for (let r = 0; r < left; r++) oneGradient(a + <usize>r * stride, features, own + (<usize>(r * width) << 3), width, gradient)
  }
}

function fourGradients(a: usize, stride: usize, features: i32, residuals: usize, gradient: usize): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  const r0 = v128.load64_splat(residuals)
  const r1 = v128.load64_splat(residuals, 8)
  const r2 = v128.load64_splat(residuals, 16)
  const r3 = v128.load64_splat(residuals, 24)
  let f = 0
  for (; f + 2 <= features; f += 2) {
    const at = <usize>f << 2
    const to = gradient + (<usize>f << 3)
    const first = plus(f64x2.mul(pairAt(a + at), r0), pairAt(b + at), r1)
    const second = plus(f64x2.mul(pairAt(c + at), r2), pairAt(d + at), r3)
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(first, second)))
  }
  if (f < features) {
    const at = <usize>f << 2
    const to = gradient + (<usize>f << 3)
    const first = <f64>load<f32>(a + at) * load<f64>(residuals) + <f64>load<f32>(b + at) * load<f64>(residuals, 8)
    const second =
      <f64>load<f32>(c + at) * load<f64>(residuals, 16) + <f64>load<f32>(d + at) * load<f64>(residuals, 24)
    store<f64>(to, load<f64>(to) + (first + second))
  }
}

/** Outputs k and k + 1 of four rows. */
function tileGradients(
  a: usize,
  stride: usize,
  features: i32,
  residuals: usize,
  k: i32,
  width: i32,
  gradient: usize,
): void {
  const b = a + stride
  const c = b + stride
  const d = c + stride
  const line = <usize>width << 3
  const own = residuals + (<usize>k << 3)
  const r0 = v128.load(own)
  const r1 = v128.load(own + line)
  const r2 = v128.load(own + 2 * line)
  const r3 = v128.load(own + 3 * line)
  let to = gradient + (<usize>k << 3)
  for (let f = 0; f < features; f++) {
    const at = <usize>f << 2
    const first = plus(f64x2.mul(splatAt(a + at), r0), splatAt(b + at), r1)
    const second = plus(f64x2.mul(splatAt(c + at), r2), splatAt(d + at), r3)
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(first, second)))
    to += line
  }
}

function oneGradient(row: usize, features: i32, residuals: usize, width: i32, gradient: usize): void {
  for (let f = 0; f < features; f++) {
    addScaled(gradient + (<usize>(f * width) << 3), <f64>load<f32>(row + (<usize>f << 2)), residuals, width)
  }
}

/** to[width] += x * from[width]. */
// @ts-ignore: decorator
@inline
function addScaled(to: usize, x: f64, from: usize, width: i32): void {
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
