// The gradient that a block of dense rows adds. `width` is 1 or even (see linear-passes.ts).
import { addScaled, pairAt, plus, splatAt } from './linear-pairs'

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
