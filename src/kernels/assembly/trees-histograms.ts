// Histograms of gradients: for every bin of every feature the sum (g, h) of a node's rows. Bins lie row by row, so that a
// row's bytes share a cache line, and features in blocks, so that their addresses stay in registers.

// @ts-ignore: decorator
@inline
function add(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair))
}

/**
 * Adds `count` rows to the histogram of the features [from, to), both multiples of 4. `rows` u32; `bins` u8 [n, stride];
 * `gradients` pairs of f64; `offsets` u32 [features]: bytes from `histogram` to a feature's first bin.
 */
export function treeHistogram(
  histogram: usize,
  rows: usize,
  count: i32,
  bins: usize,
  stride: i32,
  gradients: usize,
  offsets: usize,
  from: i32,
  to: i32,
): void {
  const end = rows + (<usize>count << 2)
  let f = from
  for (; f + 8 <= to; f += 8) {
    const offset = offsets + (<usize>f << 2)
    const h0 = histogram + load<u32>(offset)
    const h1 = histogram + load<u32>(offset, 4)
    const h2 = histogram + load<u32>(offset, 8)
    const h3 = histogram + load<u32>(offset, 12)
    const h4 = histogram + load<u32>(offset, 16)
    const h5 = histogram + load<u32>(offset, 20)
    const h6 = histogram + load<u32>(offset, 24)
    const h7 = histogram + load<u32>(offset, 28)
    for (let at = rows; at < end; at += 4) {
      const row = load<u32>(at)
      const pair = v128.load(gradients + (<usize>row << 4))
      const source = bins + <usize>row * <usize>stride + <usize>f
      const low = load<u32>(source)
      const high = load<u32>(source, 4)
      add(h0 + ((low & 255) << 4), pair)
      add(h1 + (((low >> 8) & 255) << 4), pair)
      add(h2 + (((low >> 16) & 255) << 4), pair)
      add(h3 + ((low >> 24) << 4), pair)
      add(h4 + ((high & 255) << 4), pair)
      add(h5 + (((high >> 8) & 255) << 4), pair)
      add(h6 + (((high >> 16) & 255) << 4), pair)
      add(h7 + ((high >> 24) << 4), pair)
    }
  }
  if (f < to) {
    const offset = offsets + (<usize>f << 2)
    const h0 = histogram + load<u32>(offset)
    const h1 = histogram + load<u32>(offset, 4)
    const h2 = histogram + load<u32>(offset, 8)
    const h3 = histogram + load<u32>(offset, 12)
    for (let at = rows; at < end; at += 4) {
      const row = load<u32>(at)
      const pair = v128.load(gradients + (<usize>row << 4))
      const low = load<u32>(bins + <usize>row * <usize>stride + <usize>f)
      add(h0 + ((low & 255) << 4), pair)
      add(h1 + (((low >> 8) & 255) << 4), pair)
      add(h2 + (((low >> 16) & 255) << 4), pair)
      add(h3 + ((low >> 24) << 4), pair)
    }
  }
}

/** `histogram` -= `other`, pair by pair: the sibling's, out of the parent's. Exact, as the sums are. */
export function treeSubtract(histogram: usize, other: usize, pairs: i32): void {
  const bytes = <usize>pairs << 4
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(histogram + at, f64x2.sub(v128.load(histogram + at), v128.load(other + at)))
  }
}

/** Sets `pairs` pairs to zero. */
export function treeClear(histogram: usize, pairs: i32): void {
  memory.fill(histogram, 0, <usize>pairs << 4)
}
