// Kernels of k-means. Distances are squared and f64: each runs over the features in their order, so a row's bits depend on
// itself and the centroids alone. Sums run over the rows in their order.
//
// Shapes: `values` f32 [n, features]; `weight` f32 [n], or 0 where every row counts 1; `centroids` f64 [features, width], one
// column a centroid, where `width` is even and columns beyond the last centroid hold infinity; `scratch` f64 [width].
import { weightOf } from './row-weight'

/** Columns that one sweep over the features takes together. */
const BLOCK: usize = 8

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

/**
 * Gives each row the nearest centroid, the first of equally near ones: `labels` i32 [n], its squared distance to `squares`
 * f64 [n]. Where `sums` is not 0: sums f64 [clusters, features] += weight * row by label, masses f64 [clusters] += weight,
 * and totals f64 [2] = { sum of weight * squared distance, rows whose label changed }.
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
  squares: usize,
  sums: usize,
  masses: usize,
  totals: usize,
): void {
  const rowBytes = <usize>features << 2
  let inertia: f64 = 0
  let changed = 0
  for (let i = 0; i < n; i++) {
    const row = values + <usize>i * rowBytes
    measure(row, features, centroids, width, scratch)
    let best = 0
    let least = load<f64>(scratch)
    for (let c = 1; c < clusters; c++) {
      const square = load<f64>(scratch + (<usize>c << 3))
      if (square < least) {
        least = square
        best = c
      }
    }
    const label = labels + (<usize>i << 2)
    if (load<i32>(label) != best) changed++
    store<i32>(label, best)
    store<f64>(squares + (<usize>i << 3), least)
    if (sums == 0) continue
    const w = weightOf(weight, i)
    const mass = masses + (<usize>best << 3)
    store<f64>(mass, load<f64>(mass) + w)
    inertia += w * least
    addRow(row, features, w, sums + ((<usize>best * <usize>features) << 3))
  }
  if (sums == 0) return
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
 * What further centroids would leave: potentials f64 [candidates] = sum of weight * min(squares, squared distance to the
 * candidate), each over all rows. With `keep` not 0 there is one candidate, and `squares` f64 [n] becomes that minimum.
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
  keep: i32,
): void {
  const rowBytes = <usize>features << 2
  for (let c = 0; c < candidates; c++) store<f64>(potentials + (<usize>c << 3), 0)
  for (let i = 0; i < n; i++) {
    measure(values + <usize>i * rowBytes, features, centroids, width, scratch)
    const w = weightOf(weight, i)
    const at = squares + (<usize>i << 3)
    const before = load<f64>(at)
    for (let c = 0; c < candidates; c++) {
      const square = load<f64>(scratch + (<usize>c << 3))
      const nearer = square < before ? square : before
      const potential = potentials + (<usize>c << 3)
      store<f64>(potential, load<f64>(potential) + w * nearer)
      if (keep != 0) store<f64>(at, nearer)
    }
  }
}
