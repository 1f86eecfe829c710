// Updates of gradient descent over flat f32 vectors: parameters p, gradients g, and the optimizer's own vectors.
// Vector and scalar lanes do the same operations in the same order, so that an element's bits do not depend on its index.

/** p -= rate * g. */
export function descend(p: usize, g: usize, n: i32, rate: f32): void {
  const end = p + (<usize>n << 2)
  const rates = f32x4.splat(rate)
  for (; p + 16 <= end; p += 16, g += 16) {
    v128.store(p, f32x4.sub(v128.load(p), f32x4.mul(rates, v128.load(g))))
  }
  for (; p < end; p += 4, g += 4) store<f32>(p, load<f32>(p) - rate * load<f32>(g))
}

/** v = decay * v + g; then p -= rate * v, or with Nesterov's look ahead p -= rate * (g + decay * v). */
export function descendWithMomentum(p: usize, g: usize, v: usize, n: i32, rate: f32, decay: f32, nesterov: i32): void {
  const end = p + (<usize>n << 2)
  const rates = f32x4.splat(rate)
  const decays = f32x4.splat(decay)
  for (; p + 16 <= end; p += 16, g += 16, v += 16) {
    const gradient = v128.load(g)
    const velocity = f32x4.add(f32x4.mul(decays, v128.load(v)), gradient)
    v128.store(v, velocity)
    const step = nesterov ? f32x4.add(gradient, f32x4.mul(decays, velocity)) : velocity
    v128.store(p, f32x4.sub(v128.load(p), f32x4.mul(rates, step)))
  }
  for (; p < end; p += 4, g += 4, v += 4) {
    const gradient = load<f32>(g)
    const velocity = decay * load<f32>(v) + gradient
    store<f32>(v, velocity)
    const step = nesterov ? gradient + decay * velocity : velocity
    store<f32>(p, load<f32>(p) - rate * step)
  }
}

/**
 * Adam, beta1 and beta2 being its decays: mean = beta1 * mean + (1 - beta1) g, variance = beta2 * variance + (1 - beta2) g²,
 * p -= rate * (mean * unbias1) / (sqrt(variance * unbias2) + epsilon), where unbias = 1 / (1 - beta^t).
 */
export function descendByAdam(
  p: usize,
  g: usize,
  mean: usize,
  variance: usize,
  n: i32,
  rate: f32,
  decay1: f64,
  decay2: f64,
  epsilon: f32,
  unbias1: f32,
  unbias2: f32,
): void {
  const end = p + (<usize>n << 2)
  const beta1 = <f32>decay1
  const beta2 = <f32>decay2
  const rest1 = <f32>(1 - decay1)
  const rest2 = <f32>(1 - decay2)
  const rates = f32x4.splat(rate)
  const betas1 = f32x4.splat(beta1)
  const betas2 = f32x4.splat(beta2)
  const rests1 = f32x4.splat(rest1)
  const rests2 = f32x4.splat(rest2)
  const epsilons = f32x4.splat(epsilon)
  const unbiases1 = f32x4.splat(unbias1)
  const unbiases2 = f32x4.splat(unbias2)
  for (; p + 16 <= end; p += 16, g += 16, mean += 16, variance += 16) {
    const gradient = v128.load(g)
    const m = f32x4.add(f32x4.mul(betas1, v128.load(mean)), f32x4.mul(rests1, gradient))
    const v = f32x4.add(f32x4.mul(betas2, v128.load(variance)), f32x4.mul(rests2, f32x4.mul(gradient, gradient)))
    v128.store(mean, m)
    v128.store(variance, v)
    const root = f32x4.add(f32x4.sqrt(f32x4.mul(v, unbiases2)), epsilons)
    const step = f32x4.div(f32x4.mul(rates, f32x4.mul(m, unbiases1)), root)
    v128.store(p, f32x4.sub(v128.load(p), step))
  }
  for (; p < end; p += 4, g += 4, mean += 4, variance += 4) {
    const gradient = load<f32>(g)
    const m = beta1 * load<f32>(mean) + rest1 * gradient
    const v = beta2 * load<f32>(variance) + rest2 * (gradient * gradient)
    store<f32>(mean, m)
    store<f32>(variance, v)
    const root = sqrt<f32>(v * unbias2) + epsilon
    store<f32>(p, load<f32>(p) - (rate * (m * unbias1)) / root)
  }
}
