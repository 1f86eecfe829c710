// Rows of kernel matrices in f32, 16 values at a time.
//
// Vectors stand in tiles: 16 vectors, feature by feature, f32 [vectors / 16, features, 16]; the last tile is filled up with
// zeros. Each value adds its features in their order in a lane of its own, so its bits depend on the two vectors alone, and
// K(x, y) = K(y, x). The same holds of sparse vectors, whose products are added up in f64 in the order of the features.
//
// A kernel is 32 bytes: i32 kind, i32 degree, f32 gamma, f32 coef0, and for sparse vectors (else 0) pointers: `bounds`
// u32 [vectors, 2], where the values of each begin and end; `indices` u32; `values` f32; `norms` f64 [vectors], squared.

const LINEAR: i32 = 0
const RBF: i32 = 1
const POLYNOMIAL: i32 = 2

/** ln 2 in two parts; the upper one has few bits, so that k * LN2_HIGH is exact. */
const LN2_HIGH: f32 = 0.693359375
const LN2_LOW: f32 = -2.12194440e-4
/** Below it e^x is no normal f32 and counts as 0. */
const UNDERFLOW: f32 = -87
/** Beyond it tanh is 1 in f32. */
const SATURATED: f32 = 10

/** e^x of four numbers <= 80, error below 2 ulp. */
// @ts-ignore: decorator
@inline
function exp4(x: v128): v128 {
  const inside = f32x4.max(x, f32x4.splat(UNDERFLOW))
  const k = f32x4.nearest(f32x4.mul(inside, f32x4.splat(1.44269504)))
  let r = f32x4.sub(inside, f32x4.mul(k, f32x4.splat(LN2_HIGH)))
  r = f32x4.sub(r, f32x4.mul(k, f32x4.splat(LN2_LOW)))
  let sum = f32x4.splat(1.0 / 5040.0)
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6.0))
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5))
  sum = f32x4.add(f32x4.mul(f32x4.mul(sum, r), r), r)
  sum = f32x4.add(sum, f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(k), i32x4.splat(127)), 23)
  return v128.and(f32x4.mul(sum, power), f32x4.ge(x, f32x4.splat(UNDERFLOW)))
}

/** tanh of four numbers, error below 2^-22. */
// @ts-ignore: decorator
@inline
function tanh4(x: v128): v128 {
  const size = f32x4.min(f32x4.abs(x), f32x4.splat(SATURATED))
  const e = exp4(f32x4.add(size, size))
  const value = f32x4.sub(f32x4.splat(1), f32x4.div(f32x4.splat(2), f32x4.add(e, f32x4.splat(1))))
  return v128.or(value, v128.and(x, f32x4.splat(-0.0)))
}

/** Kernel values from sums of products, for RBF of squared differences. */
// @ts-ignore: decorator
@inline
function valueOf(kernel: usize, kind: i32, sum: v128): v128 {
  if (kind == LINEAR) return sum
  const gamma = v128.load32_splat(kernel, 8)
  if (kind == RBF) return exp4(f32x4.neg(f32x4.mul(gamma, sum)))
  const inner = f32x4.add(f32x4.mul(gamma, sum), v128.load32_splat(kernel, 12))
  if (kind != POLYNOMIAL) return tanh4(inner)
  let power = inner
  for (let k = load<i32>(kernel, 4); k > 1; k--) power = f32x4.mul(power, inner)
  return power
}

/** Whether a kernel is of sparse vectors. */
// @ts-ignore: decorator
@inline
export function isSparse(kernel: usize): bool {
  return load<usize>(kernel, 16) != 0
}

/** What `valueOf` takes, for x f32 [features] of squared length `norm` and a sparse vector. */
function sparseSum(kernel: usize, kind: i32, x: usize, norm: f64, vector: i32): f32 {
  const bounds = load<usize>(kernel, 16) + (<usize>vector << 3)
  const end = <usize>load<u32>(bounds, 4) << 2
  let index = load<usize>(kernel, 20)
  const values = load<usize>(kernel, 24)
  let product: f64 = 0
  for (let at = <usize>load<u32>(bounds) << 2; at < end; at += 4)
    product += <f64>load<f32>(values + at) * <f64>load<f32>(x + (<usize>load<u32>(index + at) << 2))
  if (kind != RBF) return <f32>product
  return <f32>max(norm + load<f64>(load<usize>(kernel, 28) + (<usize>vector << 3)) - 2.0 * product, 0)
}

/** out f32 [count] = K(x, vectors first …), both multiples of 16, x f32 [features], `norm` its squared length. */
function sparseRow(kernel: usize, x: usize, norm: f64, first: i32, count: i32, out: usize): void {
  const kind = load<i32>(kernel)
  for (let i = first; i < first + count; i += 4, out += 16) {
    let sums = f32x4.splat(sparseSum(kernel, kind, x, norm, i))
    sums = f32x4.replace_lane(sums, 1, sparseSum(kernel, kind, x, norm, i + 1))
    sums = f32x4.replace_lane(sums, 2, sparseSum(kernel, kind, x, norm, i + 2))
    sums = f32x4.replace_lane(sums, 3, sparseSum(kernel, kind, x, norm, i + 3))
    v128.store(out, valueOf(kernel, kind, sums))
  }
}

/** Squared length of x f32 [features]: zeros add nothing, so it is that of the same row's stored values. */
function normOf(x: usize, features: i32): f64 {
  let sum: f64 = 0
  for (let f = 0; f < features; f++) {
    const value = <f64>load<f32>(x + (<usize>f << 2))
    sum += value * value
  }
  return sum
}

/** Writes a vector to x f32 [features]. */
export function svmQuery(kernel: usize, tiles: usize, features: i32, vector: i32, x: usize): void {
  if (isSparse(kernel)) {
    memory.fill(x, 0, <usize>features << 2)
    const bounds = load<usize>(kernel, 16) + (<usize>vector << 3)
    const end = <usize>load<u32>(bounds, 4) << 2
    for (let at = <usize>load<u32>(bounds) << 2; at < end; at += 4)
      store<f32>(x + (<usize>load<u32>(load<usize>(kernel, 20) + at) << 2), load<f32>(load<usize>(kernel, 24) + at))
    return
  }
  const from = tiles + <usize>(vector >> 4) * (<usize>features << 6) + (<usize>(vector & 15) << 2)
  for (let f = 0; f < features; f++) store<f32>(x + (<usize>f << 2), load<f32>(from + (<usize>f << 6)))
}

/** out f32 [count] = K(x, vectors first …), both multiples of 16, x f32 [features]. */
export function svmRow(
  kernel: usize,
  x: usize,
  tiles: usize,
  first: i32,
  count: i32,
  features: i32,
  out: usize,
): void {
  if (isSparse(kernel)) sparseRow(kernel, x, normOf(x, features), first, count, out)
  else denseRow(kernel, x, tiles + <usize>(first >> 4) * (<usize>features << 6), count, features, out)
}

function denseRow(kernel: usize, x: usize, tiles: usize, count: i32, features: i32, out: usize): void {
  const kind = load<i32>(kernel)
  const end = out + (<usize>count << 2)
  const tileBytes = <usize>features << 6
  for (; out < end; out += 64) {
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    const next = tiles + tileBytes
    if (kind == RBF) {
      for (let at = x; tiles < next; tiles += 64, at += 4) {
        const value = v128.load32_splat(at)
        const p = f32x4.sub(value, v128.load(tiles))
        const q = f32x4.sub(value, v128.load(tiles, 16))
        const r = f32x4.sub(value, v128.load(tiles, 32))
        const s = f32x4.sub(value, v128.load(tiles, 48))
        a = f32x4.add(a, f32x4.mul(p, p))
        b = f32x4.add(b, f32x4.mul(q, q))
        c = f32x4.add(c, f32x4.mul(r, r))
        d = f32x4.add(d, f32x4.mul(s, s))
      }
    } else {
      for (let at = x; tiles < next; tiles += 64, at += 4) {
        const value = v128.load32_splat(at)
        a = f32x4.add(a, f32x4.mul(value, v128.load(tiles)))
        b = f32x4.add(b, f32x4.mul(value, v128.load(tiles, 16)))
        c = f32x4.add(c, f32x4.mul(value, v128.load(tiles, 32)))
        d = f32x4.add(d, f32x4.mul(value, v128.load(tiles, 48)))
      }
    }
    v128.store(out, valueOf(kernel, kind, a))
    v128.store(out, valueOf(kernel, kind, b), 16)
    v128.store(out, valueOf(kernel, kind, c), 32)
    v128.store(out, valueOf(kernel, kind, d), 48)
  }
}

/** out f32 [count] = K(v, v) of each vector, the bits that `svmRow` gives. */
export function svmDiagonal(kernel: usize, tiles: usize, count: i32, features: i32, out: usize): void {
  const kind = load<i32>(kernel)
  const tileBytes = <usize>features << 6
  const norms = load<usize>(kernel, 28)
  for (let i = 0; i < count; i += 4) {
    if (isSparse(kernel)) {
      const at = norms + (<usize>i << 3)
      const low = f32x4.demote_f64x2_zero(v128.load(at))
      const high = f32x4.demote_f64x2_zero(v128.load(at, 16))
      const lengths = v128.shuffle<f32>(low, high, 0, 1, 4, 5)
      v128.store(out + (<usize>i << 2), valueOf(kernel, kind, kind == RBF ? f32x4.splat(0) : lengths))
      continue
    }
    const from = tiles + <usize>(i >> 4) * tileBytes + (<usize>(i & 15) << 2)
    let sum = f32x4.splat(0)
    if (kind != RBF) {
      for (let at = from; at < from + tileBytes; at += 64) {
        const value = v128.load(at)
        sum = f32x4.add(sum, f32x4.mul(value, value))
      }
    }
    v128.store(out + (<usize>i << 2), valueOf(kernel, kind, sum))
  }
}

/** Sum of values f32 [count] times coefficients f64 [count], in an order that `count` alone fixes. */
function weightedSum(values: usize, coefficients: usize, count: i32): f64 {
  let a = f64x2.splat(0)
  let b = f64x2.splat(0)
  let i = 0
  for (; i + 4 <= count; i += 4, values += 16, coefficients += 32) {
    a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(values)), v128.load(coefficients)))
    b = f64x2.add(b, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(values, 8)), v128.load(coefficients, 16)))
  }
  a = f64x2.add(a, b)
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
  for (; i < count; i++, values += 4, coefficients += 8) sum += <f64>load<f32>(values) * load<f64>(coefficients)
  return sum
}

/**
 * out f64 [rows, pairs]: for each row of x f32 [rows, features] and each pair, its intercept plus the sum of coefficient
 * times K(row, vector) over the pair's two runs of vectors. `runs` i32 [pairs, 4]: first vector and count, twice;
 * `coefficients` f64, those of the pairs one after the other; `row` f32 [count]: scratch.
 */
export function svmDecisions(
  kernel: usize,
  x: usize,
  rows: i32,
  features: i32,
  tiles: usize,
  count: i32,
  pairs: i32,
  runs: usize,
  coefficients: usize,
  intercepts: usize,
  row: usize,
  out: usize,
): void {
  const rowBytes = <usize>features << 2
  for (let i = 0; i < rows; i++, x += rowBytes) {
    svmRow(kernel, x, tiles, 0, count, features, row)
    let weights = coefficients
    for (let p = 0; p < pairs; p++, out += 8) {
      const run = runs + (<usize>p << 4)
      const first = load<i32>(run, 4)
      const second = load<i32>(run, 12)
      let sum = load<f64>(intercepts + (<usize>p << 3))
      sum += weightedSum(row + (<usize>load<i32>(run) << 2), weights, first)
      weights += <usize>first << 3
      sum += weightedSum(row + (<usize>load<i32>(run, 8) << 2), weights, second)
      weights += <usize>second << 3
      store<f64>(out, sum)
    }
  }
}
