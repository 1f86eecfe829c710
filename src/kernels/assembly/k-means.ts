// Kernels of k-means. Distances are f64: each runs over the features in their order, so a row's bits depend on
// itself and the centroids alone. Sums run over the rows in their order.
//
// Shapes: `values` f32 [n, features]; `weight` f32 [n], or 0 where every row counts 1; `centroids` f64 [features, width], one
// column a centroid, where `width` is even and columns beyond the last centroid hold infinity; `scratch` f64 [width].
import { weightOf } from './row-weight'

/** Columns that one sweep over the features takes together. */
const BLOCK: usize = 8

/** Far above the rounding of distances and bounds, far below what decides between centroids. */
const SLACK: f64 = 1 + 1e-9

/** scratch[c] = |row - centroid c|². */
// @ts-ignore: decorator
@inline
function measure(row: usize, features: i32, centroids: usize, width: usize, scratch: usize): void {
  const stride = width << 3
  let c: usize = 0
  for (; c + BLOCK <= width; c += BLOCK) {
    let at = centroids + (c << 3)
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    let d = f64x2.splat(0)
    let e = f64x2.splat(0)
    for (let f = 0; f < features; f++) {
      const x = f64x2.splat(<f64>load<f32>(row + (<usize>f << 2)))
      const p = f64x2.sub(x, v128.load(at))
      const q = f64x2.sub(x, v128.load(at, 16))
      const r = f64x2.sub(x, v128.load(at, 32))
      const s = f64x2.sub(x, v128.load(at, 48))
      a = f64x2.add(a, f64x2.mul(p, p))
      b = f64x2.add(b, f64x2.mul(q, q))
      d = f64x2.add(d, f64x2.mul(r, r))
      e = f64x2.add(e, f64x2.mul(s, s))
      at += stride
    }
    const to = scratch + (c << 3)
    v128.store(to, a)
    v128.store(to, b, 16)
    v128.store(to, d, 32)
    v128.store(to, e, 48)
  }
  for (; c + 4 <= width; c += 4) {
    let at = centroids + (c << 3)
    let a = f64x2.splat(0)
    let b = f64x2.splat(0)
    for (let f = 0; f < features; f++) {
      const x = f64x2.splat(<f64>load<f32>(row + (<usize>f << 2)))
      const p = f64x2.sub(x, v128.load(at))
      const q = f64x2.sub(x, v128.load(at, 16))
      a = f64x2.add(a, f64x2.mul(p, p))
      b = f64x2.add(b, f64x2.mul(q, q))
      at += stride
    }
    v128.store(scratch + (c << 3), a)
    v128.store(scratch + (c << 3), b, 16)
  }
  for (; c < width; c += 2) {
    let at = centroids + (c << 3)
    let a = f64x2.splat(0)
    for (let f = 0; f < features; f++) {
      const p = f64x2.sub(f64x2.splat(<f64>load<f32>(row + (<usize>f << 2))), v128.load(at))
      a = f64x2.add(a, f64x2.mul(p, p))
      at += stride
    }
    v128.store(scratch + (c << 3), a)
  }
}

/** |row - centroid c|², the same bits as in {@link measure}. */
// @ts-ignore: decorator
@inline
function measureOne(row: usize, features: i32, centroids: usize, width: usize, c: i32): f64 {
  let at = centroids + (<usize>c << 3)
  let sum: f64 = 0
  for (let f = 0; f < features; f++) {
    const difference = <f64>load<f32>(row + (<usize>f << 2)) - load<f64>(at)
    sum += difference * difference
    at += width << 3
  }
  return sum
}

/**
 * Gives each row the nearest centroid, the first of equally near ones: `labels` i32 [n]. Then sums f64 [clusters, features]
 * += weight * row by label, masses f64 [clusters] += weight, and totals f64 [2] = { sum of weight * squared distance of the
 * rows that were measured, rows whose label changed }.
 *
 * A row is measured only where its bounds leave a doubt: `upper` f64 [n], at least the distance from its centroid, and `lower`
 * f64 [n], at most that from any other, both loosened by `moves` f64 [clusters + 2]: how far each centroid went since the
 * last pass, then the number of the one that went farthest, and the next largest move (G. Hamerly, "Making k-means even
 * faster", SDM 2010). `SLACK` outweighs rounding, so labels are those of a pass that measures all. A negative `lower` measures.
 */
export function kMeansAssign(
  values: usize,
  n: i32,
  features: i32,
  weight: usize,
  centroids: usize,
  clusters: i32,
  width: i32,
  scratch: usize,
  labels: usize,
  upper: usize,
  lower: usize,
  moves: usize,
  sums: usize,
  masses: usize,
  totals: usize,
): void {
  const rowBytes = <usize>features << 2
  const mover = <i32>load<f64>(moves + (<usize>clusters << 3))
  const largest = load<f64>(moves + (<usize>mover << 3))
  const second = load<f64>(moves + (<usize>clusters << 3), 8)
  let inertia: f64 = 0
  let changed = 0
  for (let i = 0; i < n; i++) {
    const row = values + <usize>i * rowBytes
    const label = labels + (<usize>i << 2)
    const w = weightOf(weight, i)
    let best = load<i32>(label)
    const above = upper + (<usize>i << 3)
    const below = lower + (<usize>i << 3)
    let own = load<f64>(above)
    let rest = load<f64>(below)
    let sure = false
    if (rest >= 0) {
      own += load<f64>(moves + (<usize>best << 3))
      rest -= best == mover ? second : largest
      sure = own * SLACK < rest
      if (!sure && rest > 0 && <usize>clusters > BLOCK) {
        own = sqrt(measureOne(row, features, centroids, width, best))
        sure = own * SLACK < rest
      }
    }
    if (!sure) {
      measure(row, features, centroids, width, scratch)
      const before = best
      best = 0
      let least = load<f64>(scratch)
      let next: f64 = Infinity
      for (let c = 1; c < clusters; c++) {
        const square = load<f64>(scratch + (<usize>c << 3))
        next = min(next, max(square, least))
        if (square < least) {
          least = square
          best = c
        }
      }
      if (best != before) changed++
      store<i32>(label, best)
      own = sqrt(least)
      rest = sqrt(next)
      inertia += w * least
    }
    store<f64>(above, own)
    store<f64>(below, max(rest, 0))
    const mass = masses + (<usize>best << 3)
    store<f64>(mass, load<f64>(mass) + w)
    addRow(row, features, w, sums + ((<usize>best * <usize>features) << 3))
  }
  store<f64>(totals, inertia)
  store<f64>(totals, <f64>changed, 8)
}

/** sum += w * row. */
// @ts-ignore: decorator
@inline
function addRow(row: usize, features: i32, w: f64, sum: usize): void {
  const factor = f64x2.splat(w)
  let f = 0
  for (; f + 2 <= features; f += 2) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(row + (<usize>f << 2)))
    const at = sum + (<usize>f << 3)
    v128.store(at, f64x2.add(v128.load(at), f64x2.mul(pair, factor)))
  }
  if (f < features) {
    const at = sum + (<usize>f << 3)
    store<f64>(at, load<f64>(at) + w * <f64>load<f32>(row + (<usize>f << 2)))
  }
}

/**
 * What further centroids would leave: nearer f64 [candidates, stride] = min(squares f64 [n], squared distance from the
 * candidate), and potentials f64 [candidates] = sum of weight * nearer.
 */
export function kMeansSpread(
  values: usize,
  n: i32,
  features: i32,
  weight: usize,
  centroids: usize,
  candidates: i32,
  width: i32,
  scratch: usize,
  squares: usize,
  potentials: usize,
  nearer: usize,
  stride: i32,
): void {
  const rowBytes = <usize>features << 2
  for (let c = 0; c < candidates; c++) store<f64>(potentials + (<usize>c << 3), 0)
  for (let i = 0; i < n; i++) {
    measure(values + <usize>i * rowBytes, features, centroids, width, scratch)
    const w = weightOf(weight, i)
    const before = load<f64>(squares + (<usize>i << 3))
    for (let c = 0; c < candidates; c++) {
      const left = min(load<f64>(scratch + (<usize>c << 3)), before)
      const potential = potentials + (<usize>c << 3)
      store<f64>(potential, load<f64>(potential) + w * left)
      store<f64>(nearer + ((<usize>c * <usize>stride + <usize>i) << 3), left)
    }
  }
}

/** Gives each row the nearest centroid as {@link kMeansAssign} does, and its distance: found f64 [n, 2]. */
export function kMeansNearest(
  values: usize,
  n: i32,
  features: i32,
  centroids: usize,
  clusters: i32,
  width: i32,
  scratch: usize,
  found: usize,
): void {
  const rowBytes = <usize>features << 2
  for (let i = 0; i < n; i++) {
    measure(values + <usize>i * rowBytes, features, centroids, width, scratch)
    let best = 0
    let least = load<f64>(scratch)
    for (let c = 1; c < clusters; c++) {
      const square = load<f64>(scratch + (<usize>c << 3))
      if (square < least) {
        least = square
        best = c
      }
    }
    const to = found + (<usize>i << 4)
    store<f64>(to, <f64>best)
    store<f64>(to, sqrt(least), 8)
  }
}
