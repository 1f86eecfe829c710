// Weighted products of features, of which the normal equations of least squares and the curvature of a loss are made. To the
// features comes one more column, `extra` (the target, or 1 throughout): n = features + 1 columns.
//
// A call adds samples [from, to), sample i being row i * step, to a matrix of its own: `gram` f64 [stride, stride], of which
// the upper triangle of [n, n] counts; stride is n rounded up to a multiple of 4. `weight` f64 a sample; `extra` f64 a sample,
// or 0 where it is 1.

/** Samples that are centred at a time. */
const GRAM_ROWS: i32 = 32

/** Products of dense rows, centred by `means` f64 [features]. `scratch` f64 [GRAM_ROWS, stride]. */
export function linearDenseGram(
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  step: i32,
  means: usize,
  weight: usize,
  extra: usize,
  stride: i32,
  gram: usize,
  scratch: usize,
): void {
  const rowBytes = (<usize>features << 2) * <usize>step
  const line = <usize>stride << 3
  memory.fill(scratch, 0, <usize>GRAM_ROWS * line)
  for (let i = from; i < to; i += GRAM_ROWS) {
    const count = min(GRAM_ROWS, to - i)
    for (let r = 0; r < count; r++) {
      const sample = <usize>(i + r) << 3
      // Both factors of a product carry the root of the weight.
      const root = sqrt(load<f64>(weight + sample))
      const row = values + <usize>(i + r) * rowBytes
      const out = scratch + <usize>r * line
      for (let f = 0; f < features; f++) {
        const far = <f64>load<f32>(row + (<usize>f << 2)) - load<f64>(means + (<usize>f << 3))
        store<f64>(out + (<usize>f << 3), root * far)
      }
      store<f64>(out + (<usize>features << 3), extra == 0 ? root : root * load<f64>(extra + sample))
    }
    for (let a = 0; a < stride; a += 4) {
      for (let b = a; b < stride; b += 4) {
        addTile(scratch + (<usize>a << 3), scratch + (<usize>b << 3), line, count, gram + <usize>a * line + (<usize>b << 3))
      }
    }
  }
}

/** to[4, 4] += products of columns [a, a + 4) with columns [b, b + 4) of `count` rows. */
function addTile(a: usize, b: usize, line: usize, count: i32, to: usize): void {
  let s0 = f64x2.splat(0)
  let t0 = s0
  let s1 = s0
  let t1 = s0
  let s2 = s0
  let t2 = s0
  let s3 = s0
  let t3 = s0
  for (let r = 0; r < count; r++) {
    const u = v128.load(b)
    const v = v128.load(b, 16)
    let x = v128.load64_splat(a)
    s0 = f64x2.add(s0, f64x2.mul(x, u))
    t0 = f64x2.add(t0, f64x2.mul(x, v))
    x = v128.load64_splat(a, 8)
    s1 = f64x2.add(s1, f64x2.mul(x, u))
    t1 = f64x2.add(t1, f64x2.mul(x, v))
    x = v128.load64_splat(a, 16)
    s2 = f64x2.add(s2, f64x2.mul(x, u))
    t2 = f64x2.add(t2, f64x2.mul(x, v))
    x = v128.load64_splat(a, 24)
    s3 = f64x2.add(s3, f64x2.mul(x, u))
    t3 = f64x2.add(t3, f64x2.mul(x, v))
    a += line
    b += line
  }
  v128.store(to, f64x2.add(v128.load(to), s0))
  v128.store(to, f64x2.add(v128.load(to, 16), t0), 16)
  to += line
  v128.store(to, f64x2.add(v128.load(to), s1))
  v128.store(to, f64x2.add(v128.load(to, 16), t1), 16)
  to += line
  v128.store(to, f64x2.add(v128.load(to), s2))
  v128.store(to, f64x2.add(v128.load(to, 16), t2), 16)
  to += line
  v128.store(to, f64x2.add(v128.load(to), s3))
  v128.store(to, f64x2.add(v128.load(to, 16), t3), 16)
}

/** Products of sparse rows as they are, not centred. */
export function linearSparseGram(
  starts: usize,
  indices: usize,
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  step: i32,
  weight: usize,
  extra: usize,
  stride: i32,
  gram: usize,
): void {
  const line = <usize>stride << 3
  const last = <usize>features << 3
  for (let i = from; i < to; i++) {
    const own = starts + ((<usize>i * <usize>step) << 2)
    const w = load<f64>(weight + (<usize>i << 3))
    const more = extra == 0 ? 1.0 : load<f64>(extra + (<usize>i << 3))
    const end = load<u32>(own, 4)
    for (let s = load<u32>(own); s < end; s++) {
      const x = w * <f64>load<f32>(values + (<usize>s << 2))
      const to = gram + <usize>load<u32>(indices + (<usize>s << 2)) * line
      for (let t = s; t < end; t++) {
        const at = to + (<usize>load<u32>(indices + (<usize>t << 2)) << 3)
        store<f64>(at, load<f64>(at) + x * <f64>load<f32>(values + (<usize>t << 2)))
      }
      store<f64>(to + last, load<f64>(to + last) + x * more)
    }
    const corner = gram + <usize>features * line + last
    store<f64>(corner, load<f64>(corner) + w * (more * more))
  }
}
