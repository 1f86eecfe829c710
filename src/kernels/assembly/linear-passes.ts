// One pass over some rows that gives margins, loss and gradient at once, so that an iteration of a solver reads them once.
// A call owns rows [from, to) and a partial result of its own; partial results are added up in the order of the calls.
//
// Shapes: `values` f32 [n, features], or sparse rows (`starts` u32 [n + 1], `indices` u32, `values` f32); `width` is the
// number of outputs, rounded up to an even one where there are several (what is added is 0 throughout); `coefficients`
// f64 [features, width]; `intercepts` f64 [width]; `partial` f64 [(features + 1) * width + 1]: gradients of coefficients and
// intercepts, then the loss; `scratch` f64 [PASS_ROWS, width]; `weight` f32 [n], or 0 where every row counts 1.
//
// `outputs` tells the loss: several, the multinomial one for codes `y` i32 [n]; 1, the logistic one for codes 0 and 1; 0, half
// the squared distance from `y` f64 [n] (0 where `y` is 0).
import { denseGradient } from './linear-dense-gradient'
import { denseMargins } from './linear-dense-margins'
import { logisticResiduals, softmaxResiduals, softmaxRows, squaredResiduals } from './linear-losses'
import { sparseGradient, sparseMargins } from './linear-sparse-blocks'
import { sigmoid } from './math'
import { weightOf } from './row-weight'

/** Rows whose margins are held at a time: few enough that dense rows are still in cache when the gradient reads them again. */
const PASS_ROWS: i32 = 32

/** Loss and gradient over dense rows [from, to). */
export function linearDensePass(
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  width: i32,
  y: usize,
  weight: usize,
  partial: usize,
  scratch: usize,
): void {
  const end = partial + (<usize>((features + 1) * width) << 3)
  memory.fill(partial, 0, end - partial)
  const rowBytes = <usize>features << 2
  let loss: f64 = 0
  for (let i = from; i < to; i += PASS_ROWS) {
    const count = min(PASS_ROWS, to - i)
    const rows = values + <usize>i * rowBytes
    denseMargins(rows, rowBytes, count, features, coefficients, intercepts, width, scratch)
    loss += residuals(scratch, y, weight, i, count, outputs, width)
    denseGradient(rows, rowBytes, count, features, scratch, width, partial)
    addRows(scratch, count, width, end - (<usize>width << 3))
  }
  store<f64>(end, loss)
}

/** The same over sparse rows. */
export function linearSparsePass(
  starts: usize,
  indices: usize,
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  width: i32,
  y: usize,
  weight: usize,
  partial: usize,
  scratch: usize,
): void {
  const end = partial + (<usize>((features + 1) * width) << 3)
  memory.fill(partial, 0, end - partial)
  let loss: f64 = 0
  for (let i = from; i < to; i += PASS_ROWS) {
    const count = min(PASS_ROWS, to - i)
    const own = starts + (<usize>i << 2)
    sparseMargins(own, 4, indices, values, count, coefficients, intercepts, width, scratch)
    loss += residuals(scratch, y, weight, i, count, outputs, width)
    sparseGradient(own, indices, values, count, scratch, width, partial)
    addRows(scratch, count, width, end - (<usize>width << 3))
  }
  store<f64>(end, loss)
}

/**
 * How much the loss of each sampled row bends: weight * p * (1 - p), in the mean over several outputs. Sample i is row
 * i * step; writes f64 out[from … to).
 */
export function linearDenseCurvature(
  values: usize,
  features: i32,
  from: i32,
  to: i32,
  step: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  width: i32,
  weight: usize,
  out: usize,
  scratch: usize,
): void {
  const rowBytes = <usize>features << 2
  for (let i = from; i < to; i += PASS_ROWS) {
    const count = min(PASS_ROWS, to - i)
    const rows = values + <usize>i * <usize>step * rowBytes
    denseMargins(rows, <usize>step * rowBytes, count, features, coefficients, intercepts, width, scratch)
    bends(scratch, weight, i, step, count, outputs, width, out)
  }
}

/** The same over sparse rows. */
export function linearSparseCurvature(
  starts: usize,
  indices: usize,
  values: usize,
  from: i32,
  to: i32,
  step: i32,
  coefficients: usize,
  intercepts: usize,
  outputs: i32,
  width: i32,
  weight: usize,
  out: usize,
  scratch: usize,
): void {
  const stride = <usize>step << 2
  for (let i = from; i < to; i += PASS_ROWS) {
    const count = min(PASS_ROWS, to - i)
    const own = starts + <usize>i * stride
    sparseMargins(own, stride, indices, values, count, coefficients, intercepts, width, scratch)
    bends(scratch, weight, i, step, count, outputs, width, out)
  }
}

/** to[0 … length) becomes the sum of `count` vectors, `stride` bytes apart, the first of them `to` itself. */
export function sumPartials(to: usize, count: i32, stride: usize, length: i32): void {
  const bytes = <usize>length << 3
  const paired = bytes & ~15
  for (let c = 1; c < count; c++) {
    const from = to + <usize>c * stride
    for (let at: usize = 0; at < paired; at += 16) {
      v128.store(to + at, f64x2.add(v128.load(to + at), v128.load(from + at)))
    }
    if (paired < bytes) store<f64>(to + paired, load<f64>(to + paired) + load<f64>(from + paired))
  }
}

/** Turns margins of rows [first, first + count) into residuals, in place; gives their loss. */
// @ts-ignore: decorator
@inline
function residuals(margins: usize, y: usize, weight: usize, first: i32, count: i32, outputs: i32, width: i32): f64 {
  const codes = y + (<usize>first << 2)
  const weights: usize = weight == 0 ? 0 : weight + (<usize>first << 2)
  if (outputs == 0) return squaredResiduals(margins, y == 0 ? y : y + (<usize>first << 3), weights, count)
  if (outputs == 1) return logisticResiduals(margins, codes, weights, count, margins)
  return softmaxResiduals(margins, codes, weights, count, outputs, width, margins)
}

/** to[width] += each of `count` rows. */
// @ts-ignore: decorator
@inline
function addRows(rows: usize, count: i32, width: i32, to: usize): void {
  for (let k = 0; k < width; k++) {
    const at = to + (<usize>k << 3)
    let sum: f64 = 0
    for (let i = 0; i < count; i++) sum += load<f64>(rows + (<usize>(i * width + k) << 3))
    store<f64>(at, load<f64>(at) + sum)
  }
}

/** Curvatures of `count` sampled rows from their margins, which are used up. */
function bends(
  margins: usize,
  weight: usize,
  first: i32,
  step: i32,
  count: i32,
  outputs: i32,
  width: i32,
  out: usize,
): void {
  for (let i = 0; i < count; i++) {
    const row = margins + (<usize>(i * width) << 3)
    const w = weightOf(weight, (first + i) * step)
    let bend: f64 = 0
    if (outputs == 1) {
      const p = sigmoid(load<f64>(row))
      bend = p * (1.0 - p)
    } else {
      softmaxRows(row, 1, outputs)
      for (let k = 0; k < outputs; k++) {
        const p = load<f64>(row + (<usize>k << 3))
        bend += p * (1.0 - p)
      }
      bend /= <f64>outputs
    }
    store<f64>(out + (<usize>(first + i) << 3), w * bend)
  }
}
