// The nearest of many vectors, by squared Euclidean distance in f32.
//
// Vectors stand in tiles as in svm-rows.ts: 16 vectors, feature by feature, f32 [vectors / 16, features, 16]. Each distance
// adds its features in their order in a lane of its own, so its bits depend on the two vectors alone.

/** Bytes of tiles that all rows are compared with before the next tiles come: they stay in cache. */
const BLOCK: usize = 32768
/** Distances beyond the range of f32 count as its largest number. */
const LARGEST: f32 = 3.4028234663852886e38

/**
 * The k nearest of `count` vectors, k <= count, for each row of x f32 [rows, features]: indices u32 [rows, k] and squared
 * distances f32 [rows, k], ascending; equal distances by index. `scratch` is 64 bytes.
 */
export function nearestVectors(
  x: usize,
  rows: i32,
  features: i32,
  tiles: usize,
  count: i32,
  k: i32,
  indices: usize,
  distances: usize,
  scratch: usize,
): void {
  for (let i = 0; i < rows * k; i++) store<f32>(distances + (<usize>i << 2), Infinity)
  const tileBytes = <usize>features << 6
  const step = <i32>max(<usize>1, BLOCK / (tileBytes + 1)) << 4
  const line = <usize>k << 2
  for (let first = 0; first < count; first += step) {
    const end = min(first + step, count)
    for (let i = 0; i < rows; i++) {
      const own = x + <usize>i * (<usize>features << 2)
      compare(own, features, tiles, first, end, k, indices + <usize>i * line, distances + <usize>i * line, scratch)
    }
  }
}

/** Puts vectors first … end-1 among the nearest of a row where they belong there. */
function compare(
  x: usize,
  features: i32,
  tiles: usize,
  first: i32,
  end: i32,
  k: i32,
  indices: usize,
  distances: usize,
  scratch: usize,
): void {
  const tileBytes = <usize>features << 6
  const last = distances + (<usize>(k - 1) << 2)
  const most = f32x4.splat(LARGEST)
  for (let vector = first; vector < end; vector += 16) {
    let tile = tiles + <usize>(vector >> 4) * tileBytes
    const next = tile + tileBytes
    let a = f32x4.splat(0)
    let b = f32x4.splat(0)
    let c = f32x4.splat(0)
    let d = f32x4.splat(0)
    for (let at = x; tile < next; tile += 64, at += 4) {
      const value = v128.load32_splat(at)
      const p = f32x4.sub(value, v128.load(tile))
      const q = f32x4.sub(value, v128.load(tile, 16))
      const r = f32x4.sub(value, v128.load(tile, 32))
      const s = f32x4.sub(value, v128.load(tile, 48))
      a = f32x4.add(a, f32x4.mul(p, p))
      b = f32x4.add(b, f32x4.mul(q, q))
      c = f32x4.add(c, f32x4.mul(r, r))
      d = f32x4.add(d, f32x4.mul(s, s))
    }
    a = f32x4.pmin(a, most)
    b = f32x4.pmin(b, most)
    c = f32x4.pmin(c, most)
    d = f32x4.pmin(d, most)
    const worst = v128.load32_splat(last)
    const near = v128.or(v128.or(f32x4.lt(a, worst), f32x4.lt(b, worst)), v128.or(f32x4.lt(c, worst), f32x4.lt(d, worst)))
    if (!v128.any_true(near)) continue
    v128.store(scratch, a)
    v128.store(scratch, b, 16)
    v128.store(scratch, c, 32)
    v128.store(scratch, d, 48)
    const lanes = min(16, end - vector)
    for (let lane = 0; lane < lanes; lane++) {
      const distance = load<f32>(scratch + (<usize>lane << 2))
      if (distance < load<f32>(last)) insert(vector + lane, distance, k, indices, distances)
    }
  }
}

/** Puts a vector in its place, behind those as near as it is, which have lower indices. */
function insert(vector: i32, distance: f32, k: i32, indices: usize, distances: usize): void {
  let at: usize = <usize>(k - 1) << 2
  for (; at > 0 && load<f32>(distances + at - 4) > distance; at -= 4) {
    store<f32>(distances + at, load<f32>(distances + at - 4))
    store<u32>(indices + at, load<u32>(indices + at - 4))
  }
  store<f32>(distances + at, distance)
  store<u32>(indices + at, vector)
}
