// Losses of linear models and probabilities. `margins` and `residuals` f64 [n, outputs]; `weight` f32 [n], or 0 where every
// row counts 1. Sums run in the order of rows.
import { expPair, log1pPair } from './exp-pair'
import { exp, log, sigmoid } from './math'
import { weightOf } from './row-weight'

/**
 * Logistic loss: writes weight * (p - y) to `residuals`, which may be `margins`, and gives the weighted sum of losses. `y`: i32
 * codes 0 and 1. Without weights at most 1024 rows at a time: their losses are the logarithm of one product.
 */
export function logisticResiduals(margins: usize, y: usize, weight: usize, n: i32, residuals: usize): f64 {
  return weight == 0 ? plainResiduals(margins, y, n, residuals) : weighedResiduals(margins, y, weight, n, residuals)
}

function plainResiduals(margins: usize, y: usize, n: i32, residuals: usize): f64 {
  let sums = f64x2.splat(0)
  let products = f64x2.splat(1)
  let i: usize = 0
  for (const fours = <usize>(n & ~3); i < fours; i += 4) {
    const at = i << 3
    const first = f64x2.convert_low_i32x4_s(v128.load64_zero(y + (i << 2)))
    const second = f64x2.convert_low_i32x4_s(v128.load64_zero(y + (i << 2), 8))
    const a = againstPair(v128.load(margins + at), first)
    const b = againstPair(v128.load(margins + at, 16), second)
    const e = expPair(f64x2.neg(f64x2.abs(a)))
    const f = expPair(f64x2.neg(f64x2.abs(b)))
    sums = f64x2.add(sums, f64x2.add(f64x2.max(a, f64x2.splat(0)), f64x2.max(b, f64x2.splat(0))))
    const more = f64x2.add(e, f64x2.splat(1))
    const most = f64x2.add(f, f64x2.splat(1))
    products = f64x2.mul(products, f64x2.mul(more, most))
    v128.store(residuals + at, residualPair(a, e, more, first))
    v128.store(residuals + at, residualPair(b, f, most, second), 16)
  }
  let loss = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)
  loss += log(f64x2.extract_lane(products, 0)) + log(f64x2.extract_lane(products, 1))
  for (; i < <usize>n; i++) {
    const codes = f64x2.splat(<f64>load<i32>(y + (i << 2)))
    const against = againstPair(v128.load64_splat(margins + (i << 3)), codes)
    const e = expPair(f64x2.neg(f64x2.abs(against)))
    loss += f64x2.extract_lane(lossPair(against, e), 0)
    const more = f64x2.add(e, f64x2.splat(1))
    store<f64>(residuals + (i << 3), f64x2.extract_lane(residualPair(against, e, more, codes), 0))
  }
  return loss
}

function weighedResiduals(margins: usize, y: usize, weight: usize, n: i32, residuals: usize): f64 {
  let losses = f64x2.splat(0)
  let i: usize = 0
  for (const pairs = <usize>(n & ~1); i < pairs; i += 2) {
    const codes = f64x2.convert_low_i32x4_s(v128.load64_zero(y + (i << 2)))
    const w = f64x2.promote_low_f32x4(v128.load64_zero(weight + (i << 2)))
    const against = againstPair(v128.load(margins + (i << 3)), codes)
    const e = expPair(f64x2.neg(f64x2.abs(against)))
    losses = f64x2.add(losses, f64x2.mul(w, lossPair(against, e)))
    const rest = residualPair(against, e, f64x2.add(e, f64x2.splat(1)), codes)
    v128.store(residuals + (i << 3), f64x2.mul(w, rest))
  }
  let loss = f64x2.extract_lane(losses, 0) + f64x2.extract_lane(losses, 1)
  if (i < <usize>n) {
    const codes = f64x2.splat(<f64>load<i32>(y + (i << 2)))
    const w = <f64>load<f32>(weight + (i << 2))
    const against = againstPair(v128.load64_splat(margins + (i << 3)), codes)
    const e = expPair(f64x2.neg(f64x2.abs(against)))
    loss += w * f64x2.extract_lane(lossPair(against, e), 0)
    const rest = residualPair(against, e, f64x2.add(e, f64x2.splat(1)), codes)
    store<f64>(residuals + (i << 3), w * f64x2.extract_lane(rest, 0))
  }
  return loss
}

/** The margin for the other class than a row's own. */
// @ts-ignore: decorator
@inline
function againstPair(margin: v128, codes: v128): v128 {
  return f64x2.mul(margin, f64x2.sub(f64x2.splat(1), f64x2.add(codes, codes)))
}

/** ln(1 + e^against), where e = e^-|against|. */
// @ts-ignore: decorator
@inline
function lossPair(against: v128, e: v128): v128 {
  return f64x2.add(f64x2.max(against, f64x2.splat(0)), log1pPair(e))
}

/** p - y: the probability of the other class, with the sign of its side; `more` is 1 + e. */
// @ts-ignore: decorator
@inline
function residualPair(against: v128, e: v128, more: v128, codes: v128): v128 {
  const part = f64x2.div(f64x2.splat(1), more)
  const other = v128.bitselect(f64x2.mul(e, part), part, f64x2.lt(against, f64x2.splat(0)))
  return f64x2.mul(other, f64x2.sub(f64x2.splat(1), f64x2.add(codes, codes)))
}

/**
 * Multinomial loss: writes weight * (p - [y = k]) to `residuals` [n, width], gives the weighted sum of losses. Margins lie
 * `width` apart, an even number, of which the first `outputs` count; behind them come zeros. Both may be the same memory.
 */
export function softmaxResiduals(
  margins: usize,
  y: usize,
  weight: usize,
  n: i32,
  outputs: i32,
  width: i32,
  residuals: usize,
): f64 {
  let loss: f64 = 0
  const rowBytes = <usize>width << 3
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const row = margins + <usize>i * rowBytes
    const out = residuals + <usize>i * rowBytes
    const target = <usize>load<i32>(y + (<usize>i << 2)) << 3
    const own = load<f64>(row + target)
    let top = load<f64>(row)
    for (let k = 1; k < outputs; k++) top = max(top, load<f64>(row + (<usize>k << 3)))
    const tops = f64x2.splat(top)
    for (let at: usize = 0; at < rowBytes; at += 16) {
      v128.store(out + at, expPair(f64x2.sub(v128.load(row + at), tops)))
    }
    if (outputs < width) store<f64>(out + (<usize>outputs << 3), 0)
    let total: f64 = 0
    for (let k = 0; k < outputs; k++) total += load<f64>(out + (<usize>k << 3))
    loss += w * (top - own + log(total))
    const factor = f64x2.splat(w / total)
    for (let at: usize = 0; at < rowBytes; at += 16) v128.store(out + at, f64x2.mul(v128.load(out + at), factor))
    store<f64>(out + target, load<f64>(out + target) - w)
  }
  return loss
}

/** Half the squared distance of margins from `y` f64 [n], or from 0: turns them into weight * (margin - y), gives the loss. */
export function squaredResiduals(margins: usize, y: usize, weight: usize, n: i32): f64 {
  let loss: f64 = 0
  for (let i = 0; i < n; i++) {
    const at = margins + (<usize>i << 3)
    const far = load<f64>(at) - (y == 0 ? 0 : load<f64>(y + (<usize>i << 3)))
    const rest = weightOf(weight, i) * far
    loss += 0.5 * rest * far
    store<f64>(at, rest)
  }
  return loss
}

/** Turns margins [n] into probabilities, in place. */
export function sigmoidRows(margins: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const at = margins + (<usize>i << 3)
    store<f64>(at, sigmoid(load<f64>(at)))
  }
}

/** Turns margins [n, classes] into probabilities row by row, in place. */
export function softmaxRows(margins: usize, n: i32, classes: i32): void {
  const rowBytes = <usize>classes << 3
  for (let i = 0; i < n; i++) {
    const row = margins + <usize>i * rowBytes
    let top = load<f64>(row)
    for (let k = 1; k < classes; k++) top = max(top, load<f64>(row + (<usize>k << 3)))
    let total: f64 = 0
    for (let k = 0; k < classes; k++) {
      const e = exp(load<f64>(row + (<usize>k << 3)) - top)
      store<f64>(row + (<usize>k << 3), e)
      total += e
    }
    for (let k = 0; k < classes; k++) {
      store<f64>(row + (<usize>k << 3), load<f64>(row + (<usize>k << 3)) / total)
    }
  }
}
