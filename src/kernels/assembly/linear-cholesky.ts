// Cholesky decomposition and the two triangular solves, f64.

/** A pivot below this share of its diagonal element means that the column depends on those before it. */
const DEPENDENT: f64 = 1e-10

/**
 * A = transpose(U) U for a symmetric positive semi-definite A f64 [n, n], rows `stride` elements apart: its upper triangle is
 * read and becomes U. A column that depends on those before it gets a row of zeros. `diagonal` f64 [n]: scratch. Gives the
 * number of dependent columns.
 */
export function choleskyFactor(a: usize, n: i32, stride: i32, diagonal: usize): i32 {
  const line = <usize>stride << 3
  let dependent = 0
  for (let i = 0; i < n; i++) store<f64>(diagonal + (<usize>i << 3), load<f64>(a + <usize>i * line + (<usize>i << 3)))
  for (let i = 0; i < n; i++) {
    const own = a + <usize>i * line
    const pivot = load<f64>(own + (<usize>i << 3))
    if (!(pivot > DEPENDENT * load<f64>(diagonal + (<usize>i << 3)))) {
      memory.fill(own + (<usize>i << 3), 0, <usize>(n - i) << 3)
      dependent += 1
      continue
    }
    const root = sqrt(pivot)
    for (let j = i; j < n; j++) store<f64>(own + (<usize>j << 3), load<f64>(own + (<usize>j << 3)) / root)
    for (let k = i + 1; k < n; k++) {
      const factor = load<f64>(own + (<usize>k << 3))
      if (factor != 0) addScaled(a + <usize>k * line + (<usize>k << 3), -factor, own + (<usize>k << 3), n - k)
    }
  }
  return dependent
}

/** Solves transpose(U) U X = B in place for B f64 [n, width]; X is 0 where a column is dependent. */
export function choleskySolve(u: usize, n: i32, stride: i32, b: usize, width: i32): void {
  const line = <usize>stride << 3
  const wide = <usize>width << 3
  for (let i = 0; i < n; i++) {
    const own = u + <usize>i * line
    const z = b + <usize>i * wide
    divide(z, load<f64>(own + (<usize>i << 3)), width)
    if (width == 1) {
      addScaled(z + 8, -load<f64>(z), own + (<usize>(i + 1) << 3), n - i - 1)
      continue
    }
    for (let j = i + 1; j < n; j++) addScaled(b + <usize>j * wide, -load<f64>(own + (<usize>j << 3)), z, width)
  }
  for (let i = n - 1; i >= 0; i--) {
    const own = u + <usize>i * line
    const z = b + <usize>i * wide
    if (width == 1) store<f64>(z, load<f64>(z) - dot(own + (<usize>(i + 1) << 3), z + 8, n - i - 1))
    else for (let j = i + 1; j < n; j++) addScaled(z, -load<f64>(own + (<usize>j << 3)), b + <usize>j * wide, width)
    divide(z, load<f64>(own + (<usize>i << 3)), width)
  }
}

/** row[width] /= by, or 0 where `by` is. */
// @ts-ignore: decorator
@inline
function divide(row: usize, by: f64, width: i32): void {
  for (let k = 0; k < width; k++) {
    const at = row + (<usize>k << 3)
    store<f64>(at, by == 0 ? 0 : load<f64>(at) / by)
  }
}

/** to[count] += factor * from[count]. */
// @ts-ignore: decorator
@inline
function addScaled(to: usize, factor: f64, from: usize, count: i32): void {
  const bytes = <usize>count << 3
  const paired = bytes & ~15
  const factors = f64x2.splat(factor)
  for (let at: usize = 0; at < paired; at += 16) {
    v128.store(to + at, f64x2.add(v128.load(to + at), f64x2.mul(factors, v128.load(from + at))))
  }
  if (paired < bytes) store<f64>(to + paired, load<f64>(to + paired) + factor * load<f64>(from + paired))
}

/** Sum of products, in two sums of every other element. */
// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, count: i32): f64 {
  const bytes = <usize>count << 3
  const paired = bytes & ~15
  let sums = f64x2.splat(0)
  for (let at: usize = 0; at < paired; at += 16) {
    sums = f64x2.add(sums, f64x2.mul(v128.load(a + at), v128.load(b + at)))
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  return paired < bytes ? sum + load<f64>(a + paired) * load<f64>(b + paired) : sum
}
