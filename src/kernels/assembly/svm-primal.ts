// Passes over the rows of a linear support vector machine, for an augmented Lagrangian method with Newton steps (Y. Yan and
// Q. Li, "An efficient augmented Lagrangian method for support vector machine", 2020).
//
// The loss of a row with error e is max(b e - epsilon |b|) over floor <= b <= ceiling: hinge, or epsilon-insensitive. The
// smooth one takes (b - centre)² / (2 sharpness) off inside of the maximum; its slope is the b that is best there.
//
// A call owns rows [from, to): it writes their numbers and a `partial` result of its own. Partial results are added up in the
// order of the calls, so the split of the rows is to depend on the data alone. A partial result is f64 [features + 4]: sums of
// products with the features, then what the pass says.

/** What the passes work on; i32 numbers and pointers, then f64 numbers. */
// @ts-ignore: decorator
@unmanaged
class Primal {
  /** Dense f32 [rows, features] where `starts` is 0, else compressed sparse rows. */
  values: usize
  starts: usize
  indices: usize
  features: i32
  errors: usize // f64 [rows], so are the next five
  centres: usize
  betas: usize
  floors: usize
  ceilings: usize
  moves: usize
  /** u32 [rows]: those of a call stand from its first row on. Rows on a smooth bend, and rows whose beta is not 0. */
  bent: usize
  support: usize
  /** f64 [features + 1]: what rows are multiplied by; the last number is added. */
  vector: usize
  spare: i32
  epsilon: f64
  sharpness: f64
}

/** The slope of the smooth loss at an error. */
// @ts-ignore: decorator
@inline
function slopeAt(s: Primal, error: f64, centre: f64, floor: f64, ceiling: f64): f64 {
  const free = centre + s.sharpness * error
  const turn = s.sharpness * s.epsilon
  const soft: f64 = free > turn ? free - turn : free < -turn ? free + turn : 0
  return min(max(soft, floor), ceiling)
}

/**
 * Takes `length` times the moves off the errors, then finds betas and losses there. Partial: sums of beta times row, and of
 * beta; smooth and plain losses; what the plain ones exceed the dual's share by. Writes how many rows are bent to counts[0],
 * u32, and how many betas are not 0 to counts[1].
 */
export function svmLosses(primal: usize, from: i32, to: i32, length: f64, partial: usize, counts: usize): void {
  const s = changetype<Primal>(primal)
  const epsilon = s.epsilon
  const start = <usize>from << 2
  let bent = s.bent + start
  let support = s.support + start
  let smooth: f64 = 0
  let loss: f64 = 0
  let gap: f64 = 0
  let total: f64 = 0
  for (let i = from; i < to; i++) {
    const at = <usize>i << 3
    let error = load<f64>(s.errors + at)
    if (length != 0) {
      error -= length * load<f64>(s.moves + at)
      store<f64>(s.errors + at, error)
    }
    const centre = load<f64>(s.centres + at)
    const floor = load<f64>(s.floors + at)
    const ceiling = load<f64>(s.ceilings + at)
    const beta = slopeAt(s, error, centre, floor, ceiling)
    const own = beta * error - epsilon * abs(beta)
    const plain = max(0, max(ceiling * (error - epsilon), floor * (error + epsilon)))
    store<f64>(s.betas + at, beta)
    total += beta
    smooth += own - ((beta - centre) * (beta - centre)) / (2.0 * s.sharpness)
    loss += plain
    gap += plain - own
    if (beta != 0) {
      store<u32>(support, i)
      support += 4
    }
    if (beta > floor && beta < ceiling && (beta != 0 || epsilon == 0)) {
      store<u32>(bent, i)
      bent += 4
    }
  }
  store<u32>(counts, <u32>((bent - s.bent - start) >> 2))
  store<u32>(counts, <u32>((support - s.support - start) >> 2), 4)
  memory.fill(partial, 0, <usize>s.features << 3)
  addListed(s, s.support + start, support, partial)
  const said = partial + (<usize>s.features << 3)
  store<f64>(said, total)
  store<f64>(said, smooth, 8)
  store<f64>(said, loss, 16)
  store<f64>(said, gap, 24)
}

/** partial += beta times row, over a list of rows. */
function addListed(s: Primal, list: usize, end: usize, partial: usize): void {
  const betas = s.betas
  if (s.starts == 0) {
    for (; list + 16 <= end; list += 16) {
      const a = load<u32>(list)
      const b = load<u32>(list, 4)
      const c = load<u32>(list, 8)
      const d = load<u32>(list, 12)
      addFour(s, a, b, c, d, betaOf(betas, a), betaOf(betas, b), betaOf(betas, c), betaOf(betas, d), partial)
    }
  }
  for (; list < end; list += 4) {
    const row = load<u32>(list)
    addOne(s, row, betaOf(betas, row), partial)
  }
}

// @ts-ignore: decorator
@inline
function betaOf(betas: usize, row: u32): f64 {
  return load<f64>(betas + (<usize>row << 3))
}

/** Smooth losses at the errors less `length` times the moves: partial[features + 1]. */
export function svmSearch(primal: usize, from: i32, to: i32, length: f64, partial: usize): void {
  const s = changetype<Primal>(primal)
  let smooth: f64 = 0
  for (let i = from; i < to; i++) {
    const at = <usize>i << 3
    const error = load<f64>(s.errors + at) - length * load<f64>(s.moves + at)
    const centre = load<f64>(s.centres + at)
    const beta = slopeAt(s, error, centre, load<f64>(s.floors + at), load<f64>(s.ceilings + at))
    smooth += beta * error - s.epsilon * abs(beta) - ((beta - centre) * (beta - centre)) / (2.0 * s.sharpness)
  }
  store<f64>(partial + (<usize>s.features << 3), smooth, 8)
}

/** moves = rows times `vector`. */
export function svmMoves(primal: usize, from: i32, to: i32): void {
  const s = changetype<Primal>(primal)
  for (let i = from; i < to; i++) store<f64>(s.moves + (<usize>i << 3), product(s, i))
}

/** Partial: sum over the `count` bent rows of call `from` of row times (row times `vector`), as the last feature 1. */
export function svmBends(primal: usize, from: i32, count: i32, partial: usize): void {
  const s = changetype<Primal>(primal)
  let list = s.bent + (<usize>from << 2)
  const end = list + (<usize>count << 2)
  let total: f64 = 0
  memory.fill(partial, 0, <usize>s.features << 3)
  if (s.starts == 0) {
    for (; list + 16 <= end; list += 16) {
      const a = load<u32>(list)
      const b = load<u32>(list, 4)
      const c = load<u32>(list, 8)
      const d = load<u32>(list, 12)
      const p = product(s, a)
      const q = product(s, b)
      const r = product(s, c)
      const t = product(s, d)
      total += p + q + (r + t)
      addFour(s, a, b, c, d, p, q, r, t, partial)
    }
  }
  for (; list < end; list += 4) {
    const row = load<u32>(list)
    const p = product(s, row)
    total += p
    addOne(s, row, p, partial)
  }
  store<f64>(partial + (<usize>s.features << 3), total)
}

/** Partial: sum of squares of each feature over the `count` bent rows of call `from`, and how many they are. */
export function svmSquares(primal: usize, from: i32, count: i32, partial: usize): void {
  const s = changetype<Primal>(primal)
  memory.fill(partial, 0, <usize>s.features << 3)
  let list = s.bent + (<usize>from << 2)
  const end = list + (<usize>count << 2)
  for (; list < end; list += 4) {
    const row = load<u32>(list)
    const last = lastOf(s, row)
    let to = partial
    for (let at = firstOf(s, row); at < last; at += 4, to += 8) {
      const x = <f64>load<f32>(s.values + at)
      const sum = s.starts == 0 ? to : partial + (<usize>load<u32>(s.indices + at) << 3)
      store<f64>(sum, load<f64>(sum) + x * x)
    }
  }
  store<f64>(partial + (<usize>s.features << 3), <f64>count)
}

/** Bytes of `values` before those of a row, and up to their end. */
// @ts-ignore: decorator
@inline
function firstOf(s: Primal, row: u32): usize {
  return (s.starts == 0 ? <usize>row * <usize>s.features : <usize>load<u32>(s.starts + (<usize>row << 2))) << 2
}

// @ts-ignore: decorator
@inline
function lastOf(s: Primal, row: u32): usize {
  return (s.starts == 0 ? (<usize>row + 1) * <usize>s.features : <usize>load<u32>(s.starts + (<usize>row << 2), 4)) << 2
}

/** A row times `vector`. */
function product(s: Primal, row: u32): f64 {
  const last = lastOf(s, row)
  let at = firstOf(s, row)
  let vector = s.vector
  const added = load<f64>(vector + (<usize>s.features << 3))
  if (s.starts != 0) {
    let sum = added
    for (; at < last; at += 4)
      sum += <f64>load<f32>(s.values + at) * load<f64>(vector + (<usize>load<u32>(s.indices + at) << 3))
    return sum
  }
  let a = f64x2.splat(0)
  let b = f64x2.splat(0)
  for (; at + 16 <= last; at += 16, vector += 32) {
    a = f64x2.add(a, f64x2.mul(pairAt(s.values + at), v128.load(vector)))
    b = f64x2.add(b, f64x2.mul(pairAt(s.values + at + 8), v128.load(vector, 16)))
  }
  a = f64x2.add(a, b)
  let sum = added + (f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1))
  for (; at < last; at += 4, vector += 8) sum += <f64>load<f32>(s.values + at) * load<f64>(vector)
  return sum
}

/** partial += factor times row. */
function addOne(s: Primal, row: u32, factor: f64, partial: usize): void {
  const last = lastOf(s, row)
  let dense = partial
  for (let at = firstOf(s, row); at < last; at += 4, dense += 8) {
    const to = s.starts == 0 ? dense : partial + (<usize>load<u32>(s.indices + at) << 3)
    store<f64>(to, load<f64>(to) + factor * <f64>load<f32>(s.values + at))
  }
}

/** partial += the sum of factors times four dense rows. */
function addFour(
  s: Primal,
  a: u32,
  b: u32,
  c: u32,
  d: u32,
  p: f64,
  q: f64,
  r: f64,
  t: f64,
  partial: usize,
): void {
  const pp = f64x2.splat(p)
  const qq = f64x2.splat(q)
  const rr = f64x2.splat(r)
  const tt = f64x2.splat(t)
  let i = s.values + firstOf(s, a)
  let j = s.values + firstOf(s, b)
  let k = s.values + firstOf(s, c)
  let l = s.values + firstOf(s, d)
  const end = i + (<usize>s.features << 2)
  for (; i + 8 <= end; i += 8, j += 8, k += 8, l += 8, partial += 16) {
    const first = f64x2.add(f64x2.mul(pp, pairAt(i)), f64x2.mul(qq, pairAt(j)))
    const second = f64x2.add(f64x2.mul(rr, pairAt(k)), f64x2.mul(tt, pairAt(l)))
    v128.store(partial, f64x2.add(v128.load(partial), f64x2.add(first, second)))
  }
  if (i < end) {
    const first = p * <f64>load<f32>(i) + q * <f64>load<f32>(j)
    const second = r * <f64>load<f32>(k) + t * <f64>load<f32>(l)
    store<f64>(partial, load<f64>(partial) + (first + second))
  }
}

/** Two neighbouring f32 as f64. */
// @ts-ignore: decorator
@inline
function pairAt(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at))
}
