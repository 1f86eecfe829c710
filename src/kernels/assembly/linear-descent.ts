// Coordinate descent for least squares with L1 and L2 penalties (J. Friedman, T. Hastie and R. Tibshirani, "Regularization
// paths for generalized linear models via coordinate descent", 2010): each step makes one coefficient the best, the others held.
//
// `order` u32 [count] lists the coordinates to visit; `sweeps` rounds over them. Both give the largest change of a prediction in
// the last round, by the measure sqrt(diagonal) * |change|.

/** rho drawn towards 0 by the penalty. */
// @ts-ignore: decorator
@inline
function drawn(rho: f64, l1: f64): f64 {
  if (rho > l1) return rho - l1
  if (rho < -l1) return rho + l1
  return 0
}

/**
 * Minimizes v' A v / 2 - b' v + sum l1 |v| + l2 v² / 2 by the whole symmetric A f64 [n, n], rows `stride` elements apart.
 * `slopes` f64 [n] is b - A v and is kept so; `l1`, `l2`, `v` f64 [n].
 */
export function descendByProducts(
  a: usize,
  n: i32,
  stride: i32,
  slopes: usize,
  l1: usize,
  l2: usize,
  v: usize,
  order: usize,
  count: i32,
  sweeps: i32,
): f64 {
  let largest: f64 = 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    largest = 0
    for (let c = 0; c < count; c++) {
      const f = <usize>load<u32>(order + (<usize>c << 2))
      const own = f << 3
      const line = a + ((f * <usize>stride) << 3)
      const diagonal = load<f64>(line + own)
      const before = load<f64>(v + own)
      const rho = load<f64>(slopes + own) + diagonal * before
      const after = drawn(rho, load<f64>(l1 + own)) / (diagonal + load<f64>(l2 + own))
      const change = after - before
      if (change == 0) continue
      store<f64>(v + own, after)
      takeOff(slopes, change, line, n)
      largest = max(largest, sqrt(diagonal) * abs(change))
    }
    if (largest == 0) break
  }
  return largest
}

/** slopes = b - A v. */
export function slopesByProducts(a: usize, n: i32, stride: i32, b: usize, v: usize, slopes: usize): void {
  memory.copy(slopes, b, <usize>n << 3)
  for (let f = 0; f < n; f++) {
    const value = load<f64>(v + (<usize>f << 3))
    if (value != 0) takeOff(slopes, value, a + (<usize>(f * stride) << 3), n)
  }
}

/** to[n] -= factor * from[n]. */
function takeOff(to: usize, factor: f64, from: usize, n: i32): void {
  const bytes = <usize>n << 3
  const paired = bytes & ~15
  const factors = f64x2.splat(factor)
  for (let at: usize = 0; at < paired; at += 16) {
    v128.store(to + at, f64x2.sub(v128.load(to + at), f64x2.mul(factors, v128.load(from + at))))
  }
  if (paired < bytes) store<f64>(to + paired, load<f64>(to + paired) - factor * load<f64>(from + paired))
}

/**
 * The same for columns of features: `starts` u32 [n + 1], `rows` u32, `values` f32, centred by `means` without being changed.
 * `rest` f64 is weight * (target - uncentred prediction) a row; `shift` f64 [1] is the sum of coefficient * mean; `diagonal`
 * f64 [n] the weighted squares of the centred columns, `total` the sum of the weights; `weight` f32 a row, or 0.
 */
export function descendByColumns(
  starts: usize,
  rows: usize,
  values: usize,
  weight: usize,
  means: usize,
  diagonal: usize,
  total: f64,
  l1: f64,
  l2: f64,
  coefficients: usize,
  rest: usize,
  shift: usize,
  order: usize,
  count: i32,
  sweeps: i32,
): f64 {
  let largest: f64 = 0
  for (let sweep = 0; sweep < sweeps; sweep++) {
    largest = 0
    for (let c = 0; c < count; c++) {
      const f = <usize>load<u32>(order + (<usize>c << 2))
      const square = load<f64>(diagonal + (f << 3))
      if (square == 0) continue
      const before = load<f64>(coefficients + (f << 3))
      const mean = load<f64>(means + (f << 3))
      const slope = columnProduct(starts, rows, values, rest, f) + load<f64>(shift) * total * mean
      const after = drawn(slope + square * before, l1) / (square + l2)
      const change = after - before
      if (change == 0) continue
      store<f64>(coefficients + (f << 3), after)
      store<f64>(shift, load<f64>(shift) + change * mean)
      takeOffColumn(starts, rows, values, weight, rest, f, change)
      largest = max(largest, sqrt(square) * abs(change))
    }
    if (largest == 0) break
  }
  return largest
}

/** slopes f64 [n]: derivatives of half the squared distance, negated, for features [from, to). */
export function slopesByColumns(
  starts: usize,
  rows: usize,
  values: usize,
  means: usize,
  total: f64,
  rest: usize,
  shift: usize,
  from: i32,
  to: i32,
  slopes: usize,
): void {
  for (let f = <usize>from; f < <usize>to; f++) {
    const centre = load<f64>(shift) * total * load<f64>(means + (f << 3))
    store<f64>(slopes + (f << 3), columnProduct(starts, rows, values, rest, f) + centre)
  }
}

function columnProduct(starts: usize, rows: usize, values: usize, rest: usize, f: usize): f64 {
  let s = <usize>load<u32>(starts + (f << 2)) << 2
  const end = <usize>load<u32>(starts + (f << 2), 4) << 2
  let even: f64 = 0
  let odd: f64 = 0
  for (; s + 8 <= end; s += 8) {
    even += <f64>load<f32>(values + s) * load<f64>(rest + (<usize>load<u32>(rows + s) << 3))
    odd += <f64>load<f32>(values + s, 4) * load<f64>(rest + (<usize>load<u32>(rows + s, 4) << 3))
  }
  if (s < end) even += <f64>load<f32>(values + s) * load<f64>(rest + (<usize>load<u32>(rows + s) << 3))
  return even + odd
}

function takeOffColumn(
  starts: usize,
  rows: usize,
  values: usize,
  weight: usize,
  rest: usize,
  f: usize,
  change: f64,
): void {
  const end = <usize>load<u32>(starts + (f << 2), 4) << 2
  for (let s = <usize>load<u32>(starts + (f << 2)) << 2; s < end; s += 4) {
    const row = <usize>load<u32>(rows + s)
    const w = weight == 0 ? 1.0 : <f64>load<f32>(weight + (row << 2))
    const at = rest + (row << 3)
    store<f64>(at, load<f64>(at) - change * w * <f64>load<f32>(values + s))
  }
}
