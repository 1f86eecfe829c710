// Sequential minimal optimization of
//
//   1/2 b'Kb - z'b + epsilon |b|_1   for   floor <= b <= ceiling, sum(b) = 0.
//
// Classes: z = y (1 or -1), epsilon = 0, b = y * alpha. Regression: z = target, b = alpha - alpha*. Both are the dual of a
// support vector machine, and one solver serves both: what it keeps is the error z - Kb of each row. The pair of rows is
// chosen by second-order information after R.-E. Fan, P.-H. Chen and C.-J. Lin, "Working set selection using second order
// information for training support vector machines" (JMLR 6, 2005).
import { svmRow } from './svm-rows'

/** Least curvature along a step: what a pair of equal rows, or a kernel that is not positive, is given. */
const TAU: f64 = 1e-12

/**
 * What the solver works on. Rows stand by position; `count` is a multiple of 16, and rows beyond the last have room neither
 * up nor down. `up` is what is added to a row's error to give its gain by rising (minus infinity at its ceiling), `low` the
 * same for falling (infinity at its floor).
 */
// @ts-ignore: decorator
@unmanaged
class Machine {
  epsilon: f64
  tolerance: f64
  /** Largest gain by rising, least by falling: their difference is how far the solution is from optimal. */
  highest: f64
  lowest: f64
  kernel: usize
  tiles: usize
  features: i32
  count: i32
  errors: usize // f64 [count], so are the next five
  up: usize
  low: usize
  betas: usize
  floors: usize
  ceilings: usize
  diagonal: usize // f32 [count]
  /** Kernel rows that are kept: f32 [slots, count]; the least recently used one makes room. */
  cache: usize
  slots: i32
  /** Slots in use. */
  held: i32
  slotOf: usize // i32 [count], -1: none
  owners: usize // i32 [slots]
  filled: usize // i32 [slots]: leading values that are valid
  used: usize // u32 [slots]: when
  clock: u32
  query: usize // f32 [features]: scratch
  /** The pair that the next step is taken on; NONE: still to be chosen. */
  first: i32
  second: i32
  /** Steps that the last call of `svmSteps` took. */
  done: i32
  /** 1: `svmSteps` makes no kernel rows, it comes back and says which one is missing. */
  wide: i32
  /** Slot whose values from `filled` on are to be made before the next step; NONE: no such. */
  missing: i32
}

const NONE: i32 = -1

/** Address of the kernel row of position i, made where it is not kept; 0 where somebody else is to make it. */
function rowOf(s: Machine, i: i32): usize {
  let slot = load<i32>(s.slotOf + (<usize>i << 2))
  if (slot < 0) {
    slot = s.held < s.slots ? s.held++ : leastUsed(s)
    const owner = load<i32>(s.owners + (<usize>slot << 2))
    if (owner >= 0) store<i32>(s.slotOf + (<usize>owner << 2), -1)
    store<i32>(s.owners + (<usize>slot << 2), i)
    store<i32>(s.slotOf + (<usize>i << 2), slot)
    store<i32>(s.filled + (<usize>slot << 2), 0)
  }
  store<u32>(s.used + (<usize>slot << 2), ++s.clock)
  const have = load<i32>(s.filled + (<usize>slot << 2))
  if (have < s.count) {
    const tileBytes = <usize>s.features << 6
    const from = s.tiles + <usize>(i >> 4) * tileBytes + (<usize>(i & 15) << 2)
    for (let f = 0; f < s.features; f++) store<f32>(s.query + (<usize>f << 2), load<f32>(from + (<usize>f << 6)))
    s.missing = slot
    if (s.wide != 0) return 0
    makeValues(s, have, s.count)
    isMade(s)
  }
  return s.cache + <usize>slot * (<usize>s.count << 2)
}

/** Makes values [from, to) of the missing row; both are multiples of 16. */
function makeValues(s: Machine, from: i32, to: i32): void {
  const row = s.cache + <usize>s.missing * (<usize>s.count << 2)
  const tiles = s.tiles + <usize>(from >> 4) * (<usize>s.features << 6)
  svmRow(s.kernel, s.query, tiles, to - from, s.features, row + (<usize>from << 2))
}

function isMade(s: Machine): void {
  store<i32>(s.filled + (<usize>s.missing << 2), s.count)
  s.missing = NONE
}

/** Makes values [from, to) of the row that a machine says is missing. Calls for different values may be made at once. */
export function svmMissing(machine: usize, from: i32, to: i32): void {
  makeValues(changetype<Machine>(machine), from, to)
}

function leastUsed(s: Machine): i32 {
  let least = 0
  for (let slot = 1; slot < s.slots; slot++) {
    if (load<u32>(s.used + (<usize>slot << 2)) < load<u32>(s.used + (<usize>least << 2))) least = slot
  }
  return least
}

/** Sets what a row of that coefficient has to gain. */
function place(s: Machine, i: i32, beta: f64): void {
  const at = <usize>i << 3
  store<f64>(s.betas + at, beta)
  store<f64>(s.up + at, beta < load<f64>(s.ceilings + at) ? (beta >= 0 ? -s.epsilon : s.epsilon) : -Infinity)
  store<f64>(s.low + at, beta > load<f64>(s.floors + at) ? (beta > 0 ? -s.epsilon : s.epsilon) : Infinity)
}

/** Position of the largest of four lanes, the least position where they tie; -1 where all are minus infinity. */
function largest(a: v128, b: v128, aAt: v128, bAt: v128): i32 {
  let value = f64x2.extract_lane(a, 0)
  let at = i64x2.extract_lane(aAt, 0)
  let other = f64x2.extract_lane(a, 1)
  let otherAt = i64x2.extract_lane(aAt, 1)
  if (other > value || (other == value && otherAt < at)) {
    value = other
    at = otherAt
  }
  other = f64x2.extract_lane(b, 0)
  otherAt = i64x2.extract_lane(bAt, 0)
  if (other > value || (other == value && otherAt < at)) {
    value = other
    at = otherAt
  }
  other = f64x2.extract_lane(b, 1)
  otherAt = i64x2.extract_lane(bAt, 1)
  if (other > value || (other == value && otherAt < at)) {
    value = other
    at = otherAt
  }
  return value == -Infinity ? -1 : <i32>at
}

/** errors -= step * (rowI - rowJ), and with it the row that gains most by rising. */
function updateAndSelectFirst(s: Machine, step: f64, rowI: usize, rowJ: usize): void {
  const steps = f64x2.splat(step)
  const four = i64x2.splat(4)
  let a = f64x2.splat(-Infinity)
  let b = f64x2.splat(-Infinity)
  let aAt = i64x2.splat(0)
  let bAt = i64x2.splat(0)
  let here = i64x2(0, 1)
  let there = i64x2(2, 3)
  let up = s.up
  const end = s.errors + (<usize>s.count << 3)
  for (let at = s.errors; at < end; at += 32, up += 32, rowI += 16, rowJ += 16) {
    const p = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(rowI)), f64x2.promote_low_f32x4(v128.load64_zero(rowJ)))
    const q = f64x2.sub(
      f64x2.promote_low_f32x4(v128.load64_zero(rowI, 8)),
      f64x2.promote_low_f32x4(v128.load64_zero(rowJ, 8)),
    )
    const e = f64x2.sub(v128.load(at), f64x2.mul(steps, p))
    const f = f64x2.sub(v128.load(at, 16), f64x2.mul(steps, q))
    v128.store(at, e)
    v128.store(at, f, 16)
    const g = f64x2.add(e, v128.load(up))
    const h = f64x2.add(f, v128.load(up, 16))
    const better = f64x2.gt(g, a)
    const best = f64x2.gt(h, b)
    a = f64x2.pmax(a, g)
    b = f64x2.pmax(b, h)
    aAt = v128.bitselect(here, aAt, better)
    bAt = v128.bitselect(there, bAt, best)
    here = i64x2.add(here, four)
    there = i64x2.add(there, four)
  }
  const first = largest(a, b, aAt, bAt)
  s.first = first
  s.highest = first < 0 ? -Infinity : load<f64>(s.errors + (<usize>first << 3)) + load<f64>(s.up + (<usize>first << 3))
}

/** The row whose fall, with the rise of `first`, lowers the objective most; -1 where none does. */
function selectSecond(s: Machine, row: usize, own: f64): i32 {
  const four = i64x2.splat(4)
  const high = f64x2.splat(s.highest)
  const owns = f64x2.splat(own)
  const tau = f64x2.splat(TAU)
  const none = f64x2.splat(-Infinity)
  const zero = f64x2.splat(0)
  let a = none
  let b = none
  let aAt = i64x2.splat(0)
  let bAt = i64x2.splat(0)
  let here = i64x2(0, 1)
  let there = i64x2(2, 3)
  let least = f64x2.splat(Infinity)
  let low = s.low
  let diagonal = s.diagonal
  const end = s.errors + (<usize>s.count << 3)
  for (let at = s.errors; at < end; at += 32, low += 32, row += 16, diagonal += 16) {
    const g = f64x2.add(v128.load(at), v128.load(low))
    const h = f64x2.add(v128.load(at, 16), v128.load(low, 16))
    least = f64x2.pmin(f64x2.pmin(least, g), h)
    const p = f64x2.promote_low_f32x4(v128.load64_zero(row))
    const q = f64x2.promote_low_f32x4(v128.load64_zero(row, 8))
    const m = f64x2.add(owns, f64x2.promote_low_f32x4(v128.load64_zero(diagonal)))
    const n = f64x2.add(owns, f64x2.promote_low_f32x4(v128.load64_zero(diagonal, 8)))
    const x = f64x2.sub(high, g)
    const y = f64x2.sub(high, h)
    const gain = f64x2.div(f64x2.mul(x, x), f64x2.pmax(tau, f64x2.sub(m, f64x2.add(p, p))))
    const more = f64x2.div(f64x2.mul(y, y), f64x2.pmax(tau, f64x2.sub(n, f64x2.add(q, q))))
    const v = v128.bitselect(gain, none, f64x2.gt(x, zero))
    const w = v128.bitselect(more, none, f64x2.gt(y, zero))
    const better = f64x2.gt(v, a)
    const best = f64x2.gt(w, b)
    a = f64x2.pmax(a, v)
    b = f64x2.pmax(b, w)
    aAt = v128.bitselect(here, aAt, better)
    bAt = v128.bitselect(there, bAt, best)
    here = i64x2.add(here, four)
    there = i64x2.add(there, four)
  }
  s.lowest = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1))
  return largest(a, b, aAt, bAt)
}

/**
 * Takes at most `budget` steps, and says in `done` how many: fewer where the tolerance is met or a step would be too
 * small to move anything, or where a kernel row is `missing`, which is to be made before the next call.
 */
export function svmSteps(machine: usize, budget: i32): void {
  const s = changetype<Machine>(machine)
  if (s.missing != NONE) isMade(s)
  // Adds nothing: a row less itself is 0.
  if (s.first == NONE) updateAndSelectFirst(s, 0, s.diagonal, s.diagonal)
  s.done = 0
  for (; s.done < budget; s.done++) {
    const i = s.first
    if (i == NONE) {
      s.lowest = Infinity
      return
    }
    const rowI = rowOf(s, i)
    if (rowI == 0) return
    const own = <f64>load<f32>(s.diagonal + (<usize>i << 2))
    if (s.second == NONE) s.second = selectSecond(s, rowI, own)
    const j = s.second
    if (j == NONE || s.highest - s.lowest < s.tolerance) return
    const rowJ = rowOf(s, j)
    if (rowJ == 0) return
    const jAt = <usize>j << 3
    const iAt = <usize>i << 3
    const other = <f64>load<f32>(s.diagonal + (<usize>j << 2))
    const curvature = own + other - 2.0 * <f64>load<f32>(rowI + (<usize>j << 2))
    const fall = load<f64>(s.errors + jAt) + load<f64>(s.low + jAt)
    const betaI = load<f64>(s.betas + iAt)
    const betaJ = load<f64>(s.betas + jAt)
    // A step ends at 0 too, where the slope of epsilon |b| turns.
    const topI = betaI < 0 ? 0 : load<f64>(s.ceilings + iAt)
    const bottomJ = betaJ > 0 ? 0 : load<f64>(s.floors + jAt)
    const step = min((s.highest - fall) / max(curvature, TAU), min(topI - betaI, betaJ - bottomJ))
    const nextI = step == topI - betaI ? topI : betaI + step
    const nextJ = step == betaJ - bottomJ ? bottomJ : betaJ - step
    if (nextI == betaI && nextJ == betaJ) return
    place(s, i, nextI)
    place(s, j, nextJ)
    s.second = NONE
    updateAndSelectFirst(s, step, rowI, rowJ)
  }
}

/** Sets `up` and `low` of all rows from their coefficients; the next pair is chosen anew. */
export function svmPlaceAll(machine: usize): void {
  const s = changetype<Machine>(machine)
  s.first = NONE
  s.second = NONE
  s.missing = NONE
  for (let i = 0; i < s.count; i++) place(s, i, load<f64>(s.betas + (<usize>i << 3)))
}

/**
 * Keeps chosen values of a row: target f32 [to] gets value keep[k] of source f32 [from] at k. The target begins at the source
 * or before it. `keep` i32 [kept] ascending.
 */
export function svmKeepValues(source: usize, target: usize, keep: usize, kept: i32): void {
  for (let k = 0; k < kept; k++, target += 4, keep += 4) {
    store<f32>(target, load<f32>(source + (<usize>load<i32>(keep) << 2)))
  }
}
