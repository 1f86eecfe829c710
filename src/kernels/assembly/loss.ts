// Losses and their gradients with respect to the network's raw outputs z. Sums of losses are f64, first row first.
// `weight` holds one f32 a row; `factor` multiplies every gradient (1 / sum of the batch's weights gives the mean's).

import { exp, log, log1p } from './math'

/** Multi-class cross-entropy of softmax(z[m, classes]) against codes y: writes d[m, classes], returns the weighted sum. */
export function softmaxLoss(d: usize, z: usize, y: usize, weight: usize, m: i32, classes: i32, factor: f64): f64 {
  let total: f64 = 0
  for (let i: usize = 0; i < <usize>m; i++) {
    const row = z + ((i * classes) << 2)
    const out = d + ((i * classes) << 2)
    const label = load<i32>(y + (i << 2))
    const w = <f64>load<f32>(weight + (i << 2))
    let largest = load<f32>(row)
    for (let c = 1; c < classes; c++) largest = max(largest, load<f32>(row + (<usize>c << 2)))
    let sum: f64 = 0
    for (let c = 0; c < classes; c++) sum += exp(<f64>load<f32>(row + (<usize>c << 2)) - largest)
    const scaled = w * factor
    for (let c = 0; c < classes; c++) {
      const p = exp(<f64>load<f32>(row + (<usize>c << 2)) - largest) / sum
      store<f32>(out + (<usize>c << 2), <f32>(scaled * (c == label ? p - 1 : p)))
    }
    total += w * (log(sum) + largest - <f64>load<f32>(row + (<usize>label << 2)))
  }
  return total
}

/** Binary cross-entropy of sigmoid(z[m]) against codes y of 0 and 1: writes d[m], returns the weighted sum. */
export function sigmoidLoss(d: usize, z: usize, y: usize, weight: usize, m: i32, factor: f64): f64 {
  let total: f64 = 0
  for (let i: usize = 0; i < <usize>m << 2; i += 4) {
    const x = <f64>load<f32>(z + i)
    const label = <f64>load<i32>(y + i)
    const w = <f64>load<f32>(weight + i)
    const e = exp(-abs(x))
    const p = x < 0 ? e / (1.0 + e) : 1.0 / (1.0 + e)
    store<f32>(d + i, <f32>(w * factor * (p - label)))
    total += w * (max(x, 0) - x * label + log1p(e))
  }
  return total
}

/** Regression loss of z[m] against y[m] (f32). Codes: 0 squared error, 1 absolute error, 2 Huber's with delta 1. */
export function regressionLoss(kind: i32, d: usize, z: usize, y: usize, weight: usize, m: i32, factor: f64): f64 {
  let total: f64 = 0
  for (let i: usize = 0; i < <usize>m << 2; i += 4) {
    const error = <f64>load<f32>(z + i) - <f64>load<f32>(y + i)
    const w = <f64>load<f32>(weight + i)
    const size = abs(error)
    const sign: f64 = error > 0 ? 1 : error < 0 ? -1 : 0
    let loss = error * error
    let slope = 2.0 * error
    if (kind == 1) {
      loss = size
      slope = sign
    } else if (kind == 2) {
      loss = size <= 1 ? 0.5 * loss : size - 0.5
      slope = size <= 1 ? error : sign
    }
    store<f32>(d + i, <f32>(w * factor * slope))
    total += w * loss
  }
  return total
}

/** Probabilities of classes as f64 [m, classes] from raw outputs z[m, classes]. */
export function softmax(out: usize, z: usize, m: i32, classes: i32): void {
  for (let i: usize = 0; i < <usize>m; i++) {
    const row = z + ((i * classes) << 2)
    const to = out + ((i * classes) << 3)
    let largest = load<f32>(row)
    for (let c = 1; c < classes; c++) largest = max(largest, load<f32>(row + (<usize>c << 2)))
    let sum: f64 = 0
    for (let c = 0; c < classes; c++) {
      const e = exp(<f64>load<f32>(row + (<usize>c << 2)) - largest)
      store<f64>(to + (<usize>c << 3), e)
      sum += e
    }
    for (let c = 0; c < classes; c++) store<f64>(to + (<usize>c << 3), load<f64>(to + (<usize>c << 3)) / sum)
  }
}
