// Margins of linear models for scoring. Every sum runs in the order of the features, one accumulator a sum, and a zero adds
// nothing: so dense and sparse rows of equal content give equal bits. Training has passes of its own (linear-passes.ts).
//
// Shapes: `values` f32 [n, features], or sparse rows (`starts` u32 [n + 1], `indices` u32, `values` f32); `coefficients`
// f64 [features, outputs]; `intercepts` f64 [outputs]; `margins` f64 [n, outputs].
import { weightOf } from './row-weight'

export * from './linear-cholesky'
export * from './linear-descent'
export * from './linear-gram'
export * from './linear-losses'
export * from './linear-moments'
export * from './linear-passes'

/** to[k] += x * from[k] for k < count. */
// @ts-ignore: decorator
@inline
function addScaled(to: usize, x: f64, from: usize, count: i32): void {
  const bytes = <usize>count << 3
  const paired = bytes & ~15
  const factor = f64x2.splat(x)
  for (let at: usize = 0; at < paired; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(factor, v128.load(from + at))))
  }
  if (paired < bytes) store<f64>(to + paired, load<f64>(to + paired) + x * load<f64>(from + paired))
}

/** margins = intercepts + values · coefficients. */
export function linearDenseMargins(
  values: usize,
  n: i32,
  features: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  margins: usize,
): void {
  const rowBytes = <usize>features << 2
  const outputBytes = <usize>outputs << 3
  let i = 0
  if (outputs == 1) {
    for (; i + 4 <= n; i += 4)
      fourSums(values + <usize>i * rowBytes, rowBytes, coefficients, load<f64>(intercepts), margins + (<usize>i << 3))
  }
  for (; i < n; i++) {
    const row = values + <usize>i * rowBytes
    const out = margins + <usize>i * outputBytes
    memory.copy(out, intercepts, outputBytes)
    for (let f = 0; f < features; f++) {
      const x = <f64>load<f32>(row + (<usize>f << 2))
      if (x != 0) addScaled(out, x, coefficients + <usize>f * outputBytes, outputs)
    }
  }
}

/** Sums of four rows side by side: each waits for its last addition, so four take the time of one. */
function fourSums(a: usize, rowBytes: usize, coefficients: usize, start: f64, margins: usize): void {
  const b = a + rowBytes
  const c = b + rowBytes
  const d = c + rowBytes
  let s0 = start
  let s1 = start
  let s2 = start
  let s3 = start
  for (let at: usize = 0; at < rowBytes; at += 4) {
    const by = load<f64>(coefficients + (at << 1))
    s0 += <f64>load<f32>(a + at) * by
    s1 += <f64>load<f32>(b + at) * by
    s2 += <f64>load<f32>(c + at) * by
    s3 += <f64>load<f32>(d + at) * by
  }
  store<f64>(margins, s0)
  store<f64>(margins, s1, 8)
  store<f64>(margins, s2, 16)
  store<f64>(margins, s3, 24)
}

/** The same for sparse rows. */
export function linearSparseMargins(
  starts: usize,
  indices: usize,
  values: usize,
  n: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  margins: usize,
): void {
  const outputBytes = <usize>outputs << 3
  for (let i = 0; i < n; i++) {
    const from = load<u32>(starts + (<usize>i << 2))
    const to = load<u32>(starts + (<usize>i << 2), 4)
    const out = margins + <usize>i * outputBytes
    memory.copy(out, intercepts, outputBytes)
    for (let s = from; s < to; s++) {
      const x = <f64>load<f32>(values + (<usize>s << 2))
      addScaled(out, x, coefficients + <usize>load<u32>(indices + (<usize>s << 2)) * outputBytes, outputs)
    }
  }
}

/** gradient f64 [features, outputs] += transpose(values) · residuals. */
export function linearDenseGradient(
  values: usize,
  n: i32,
  features: i32,
  residuals: usize,
  outputs: i32,
  gradient: usize,
): void {
  const rowBytes = <usize>features << 2
  const outputBytes = <usize>outputs << 3
  for (let i = 0; i < n; i++) {
    const row = values + <usize>i * rowBytes
    const rest = residuals + <usize>i * outputBytes
    if (outputs > 1) {
      for (let f = 0; f < features; f++) {
        const x = <f64>load<f32>(row + (<usize>f << 2))
        if (x != 0) addScaled(gradient + <usize>f * outputBytes, x, rest, outputs)
      }
      continue
    }
    const r = load<f64>(rest)
    const factor = f64x2.splat(r)
    let f = 0
    for (; f + 2 <= features; f += 2) {
      const pair = f64x2.promote_low_f32x4(v128.load64_zero(row + (<usize>f << 2)))
      const at = gradient + (<usize>f << 3)
      v128.store(at, f64x2.add(v128.load(at), f64x2.mul(pair, factor)))
    }
    if (f < features) {
      const at = gradient + (<usize>f << 3)
      store<f64>(at, load<f64>(at) + <f64>load<f32>(row + (<usize>f << 2)) * r)
    }
  }
}

/** The same for sparse rows. */
export function linearSparseGradient(
  starts: usize,
  indices: usize,
  values: usize,
  n: i32,
  residuals: usize,
  outputs: i32,
  gradient: usize,
): void {
  const outputBytes = <usize>outputs << 3
  for (let i = 0; i < n; i++) {
    const from = load<u32>(starts + (<usize>i << 2))
    const to = load<u32>(starts + (<usize>i << 2), 4)
    const rest = residuals + <usize>i * outputBytes
    for (let s = from; s < to; s++) {
      const x = <f64>load<f32>(values + (<usize>s << 2))
      addScaled(gradient + <usize>load<u32>(indices + (<usize>s << 2)) * outputBytes, x, rest, outputs)
    }
  }
}

/** squares f64 [features] += sum over rows of weight * (x - mean)². */
export function linearDenseSquares(
  values: usize,
  n: i32,
  features: i32,
  means: usize,
  weight: usize,
  squares: usize,
): void {
  const rowBytes = <usize>features << 2
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const row = values + <usize>i * rowBytes
    for (let f = 0; f < features; f++) {
      const far = <f64>load<f32>(row + (<usize>f << 2)) - load<f64>(means + (<usize>f << 3))
      const at = squares + (<usize>f << 3)
      store<f64>(at, load<f64>(at) + w * (far * far))
    }
  }
}

/** squares f64 [features] += sum over the stored values alone of weight * ((x - mean)² - mean²). */
export function linearSparseSquares(
  starts: usize,
  indices: usize,
  values: usize,
  n: i32,
  means: usize,
  weight: usize,
  squares: usize,
): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const from = load<u32>(starts + (<usize>i << 2))
    const to = load<u32>(starts + (<usize>i << 2), 4)
    for (let s = from; s < to; s++) {
      const f = <usize>load<u32>(indices + (<usize>s << 2)) << 3
      const x = <f64>load<f32>(values + (<usize>s << 2))
      store<f64>(squares + f, load<f64>(squares + f) + w * (x * (x - 2.0 * load<f64>(means + f))))
    }
  }
}
