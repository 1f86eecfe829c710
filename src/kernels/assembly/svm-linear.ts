// Dual coordinate descent for linear support vector machines: C.-J. Hsieh et al., "A dual coordinate descent method for
// large-scale linear SVM" (ICML 2008), for regression C.-H. Ho and C.-J. Lin (JMLR 13, 2012). It solves
//
//   1/2 |w|² - z'b + epsilon |b|_1   for   floor <= b <= ceiling,   w = sum of b times row,
//
// where each row has one more feature that is 1: the intercept. Rows are dense f32 [n, features] (`starts` 0) or sparse.

// @ts-ignore: decorator
@unmanaged
class LinearMachine {
  epsilon: f64
  /** The largest slope that a visited row could still go down. */
  violation: f64
  starts: usize // u32 [n + 1], or 0
  indices: usize // u32
  values: usize // f32
  features: i32
  targets: usize // f64 [n], so are the next four
  floors: usize
  ceilings: usize
  betas: usize
  /** Squared length of each row, the intercept's 1 included. */
  squares: usize
  weights: usize // f64 [features + 1], the intercept last
}

// @ts-ignore: decorator
@inline
function firstOf(s: LinearMachine, i: i32): usize {
  const at = s.starts == 0 ? <usize>i * <usize>s.features : <usize>load<u32>(s.starts + (<usize>i << 2))
  return at << 2
}

/** Error of row i: target minus prediction. */
// @ts-ignore: decorator
@inline
function errorOf(s: LinearMachine, i: i32): f64 {
  const from = firstOf(s, i)
  const to = firstOf(s, i + 1)
  let sum = load<f64>(s.weights + (<usize>s.features << 3))
  if (s.starts == 0) {
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    let at = s.values + from
    let weight = s.weights
    const end = s.values + to
    for (; at + 16 <= end; at += 16, weight += 32) {
      a = f64x2.add(a, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at)), v128.load(weight)))
      b = f64x2.add(b, f64x2.mul(f64x2.promote_low_f32x4(v128.load64_zero(at, 8)), v128.load(weight, 16)))
    }
    a = f64x2.add(a, b)
    sum += f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)
    for (; at < end; at += 4, weight += 8) sum += <f64>load<f32>(at) * load<f64>(weight)
  } else {
    for (let at = from; at < to; at += 4) {
      sum += <f64>load<f32>(s.values + at) * load<f64>(s.weights + (<usize>load<u32>(s.indices + at) << 3))
    }
  }
  return load<f64>(s.targets + (<usize>i << 3)) - sum
}

// @ts-ignore: decorator
@inline
function addRow(s: LinearMachine, i: i32, step: f64): void {
  const from = firstOf(s, i)
  const to = firstOf(s, i + 1)
  if (s.starts == 0) {
    const steps = f64x2.splat(step)
    let at = s.values + from
    let weight = s.weights
    const end = s.values + to
    for (; at + 8 <= end; at += 8, weight += 16) {
      const more = f64x2.mul(steps, f64x2.promote_low_f32x4(v128.load64_zero(at)))
      v128.store(weight, f64x2.add(v128.load(weight), more))
    }
    for (; at < end; at += 4, weight += 8) store<f64>(weight, load<f64>(weight) + step * <f64>load<f32>(at))
  } else {
    for (let at = from; at < to; at += 4) {
      const weight = s.weights + (<usize>load<u32>(s.indices + at) << 3)
      store<f64>(weight, load<f64>(weight) + step * <f64>load<f32>(s.values + at))
    }
  }
  const intercept = s.weights + (<usize>s.features << 3)
  store<f64>(intercept, load<f64>(intercept) + step)
}

/** Squared lengths of rows [0, n), 1 added. */
export function svmLinearSquares(machine: usize, n: i32): void {
  const s = changetype<LinearMachine>(machine)
  for (let i = 0; i < n; i++) {
    let sum: f64 = 1
    const to = firstOf(s, i + 1)
    for (let at = firstOf(s, i); at < to; at += 4) {
      const value = <f64>load<f32>(s.values + at)
      sum += value * value
    }
    store<f64>(s.squares + (<usize>i << 3), sum)
  }
}

/**
 * One visit of rows order[0 … count), u32. Rows that stand at a bound and would leave it by more than `slack` in the wrong
 * direction are dropped from `order`, the others moved together: gives how many stay.
 */
export function svmLinearPass(machine: usize, order: usize, count: i32, slack: f64): i32 {
  const s = changetype<LinearMachine>(machine)
  let kept = 0
  for (let k = 0; k < count; k++) {
    const i = load<u32>(order + (<usize>k << 2))
    const at = <usize>i << 3
    const error = errorOf(s, i)
    const beta = load<f64>(s.betas + at)
    const floor = load<f64>(s.floors + at)
    const ceiling = load<f64>(s.ceilings + at)
    const rise = beta < ceiling ? error + (beta >= 0 ? -s.epsilon : s.epsilon) : -Infinity
    const fall = beta > floor ? error + (beta > 0 ? -s.epsilon : s.epsilon) : Infinity
    if (rise < -slack && fall > slack) continue
    store<u32>(order + (<usize>kept << 2), i)
    kept++
    if (!(rise > 0) && !(fall < 0)) continue
    s.violation = max(s.violation, max(rise, -fall))
    const square = load<f64>(s.squares + at)
    const free = beta + error / square
    const turn = s.epsilon / square
    const soft = free > turn ? free - turn : free < -turn ? free + turn : 0
    const next = min(max(soft, floor), ceiling)
    if (next == beta) continue
    store<f64>(s.betas + at, next)
    addRow(s, i, next - beta)
  }
  return kept
}

/** Primal minus dual objective over rows [from, to), without the part of |w|², which cancels: a sum of numbers >= 0. */
export function svmLinearGap(machine: usize, from: i32, to: i32): f64 {
  const s = changetype<LinearMachine>(machine)
  let sum: f64 = 0
  for (let i = from; i < to; i++) {
    const at = <usize>i << 3
    const beta = load<f64>(s.betas + at)
    const error = errorOf(s, i)
    sum += lossOf(s, at, error) - (beta * error - s.epsilon * abs(beta))
  }
  return sum
}

/** Loss of a row times its C: hinge for classes, epsilon-insensitive for values. */
// @ts-ignore: decorator
@inline
function lossOf(s: LinearMachine, at: usize, error: f64): f64 {
  const above = load<f64>(s.ceilings + at) * (error - s.epsilon)
  const below = load<f64>(s.floors + at) * (error + s.epsilon)
  return max(0, max(above, below))
}
