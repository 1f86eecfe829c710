// Losses of linear models and probabilities. `margins` and `residuals` f64 [n, outputs]; `weight` f32 [n], or 0 where every
// row counts 1. Sums run in the order of rows.
import { exp, log, log1p, sigmoid } from './math'
import { weightOf } from './row-weight'

/** Logistic loss: writes weight * (p - y) to `residuals`, gives the weighted sum of losses. `y` i32 codes 0 and 1. */
export function logisticResiduals(margins: usize, y: usize, weight: usize, n: i32, residuals: usize): f64 {
  let loss: f64 = 0
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const margin = load<f64>(margins + (<usize>i << 3))
    const target = load<i32>(y + (<usize>i << 2))
    const e = exp(-abs(margin))
    const p = margin < 0 ? e / (1.0 + e) : 1.0 / (1.0 + e)
    const against = target == 1 ? -margin : margin
    loss += w * (max(against, 0) + log1p(e))
    store<f64>(residuals + (<usize>i << 3), w * (p - <f64>target))
  }
  return loss
}

/** Multinomial loss: writes weight * (p - [y = k]) to `residuals` [n, classes], gives the weighted sum of losses. */
export function softmaxResiduals(
  margins: usize,
  y: usize,
  weight: usize,
  n: i32,
  classes: i32,
  residuals: usize,
): f64 {
  let loss: f64 = 0
  const rowBytes = <usize>classes << 3
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const row = margins + <usize>i * rowBytes
    const out = residuals + <usize>i * rowBytes
    const target = load<i32>(y + (<usize>i << 2))
    let top = load<f64>(row)
    for (let k = 1; k < classes; k++) top = max(top, load<f64>(row + (<usize>k << 3)))
    let total: f64 = 0
    for (let k = 0; k < classes; k++) {
      const e = exp(load<f64>(row + (<usize>k << 3)) - top)
      store<f64>(out + (<usize>k << 3), e)
      total += e
    }
    loss += w * (top - load<f64>(row + (<usize>target << 3)) + log(total))
    for (let k = 0; k < classes; k++) {
      const p = load<f64>(out + (<usize>k << 3)) / total
      store<f64>(out + (<usize>k << 3), w * (k == target ? p - 1.0 : p))
    }
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
