// Losses of boosting for values beside the squared one. `scores` f64 [n]; `y` f32 [n]; `weight` f32 [n], or 0 where every row
// counts 1; `gradients` holds one pair (g, h) of f32 a row.
import { putPair } from './gradient-pair'
import { exp, log } from './math'
import { weightOf } from './row-weight'

/**
 * Pinball loss: a score costs `under` for each unit below its target and `over` for each above. The hessian is the row's
 * weight, so that a node's sum of them is that of its weights. A score on the target is at a minimum: gradient 0.
 */
export function boostPinballGradients(
  scores: usize,
  y: usize,
  weight: usize,
  n: i32,
  under: f64,
  over: f64,
  gradients: usize,
): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const above = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    const slope = above > 0 ? over : above < 0 ? -under : 0
    putPair(gradients, i, slope * w, w)
  }
}

/** Poisson loss of scores that are logarithms of means; `y` >= 0. */
export function boostPoissonGradients(scores: usize, y: usize, weight: usize, n: i32, gradients: usize): void {
  for (let i = 0; i < n; i++) {
    const w = weightOf(weight, i)
    const mean = exp(load<f64>(scores + (<usize>i << 3)))
    putPair(gradients, i, (mean - <f64>load<f32>(y + (<usize>i << 2))) * w, mean * w)
  }
}

/** Weighted sum, to `out` f64, of pinball losses, in the order of the rows. */
export function boostPinballLoss(scores: usize, y: usize, weight: usize, n: i32, under: f64, over: f64, out: usize): void {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const above = load<f64>(scores + (<usize>i << 3)) - <f64>load<f32>(y + (<usize>i << 2))
    sum += weightOf(weight, i) * (above > 0 ? over * above : -under * above)
  }
  store<f64>(out, sum)
}

/** Weighted sum, to `out` f64, of Poisson deviances, in the order of the rows. */
export function boostPoissonLoss(scores: usize, y: usize, weight: usize, n: i32, out: usize): void {
  let sum: f64 = 0
  for (let i = 0; i < n; i++) {
    const score = load<f64>(scores + (<usize>i << 3))
    const target = <f64>load<f32>(y + (<usize>i << 2))
    const saved = target > 0 ? target * (log(target) - score) : 0
    sum += weightOf(weight, i) * 2.0 * (saved - target + exp(score))
  }
  store<f64>(out, sum)
}
