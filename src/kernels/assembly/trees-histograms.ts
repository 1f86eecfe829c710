// Histograms of gradients: for every bin of every feature the sum (g, h) of a node's rows, as f64.
//
// A node's rows lie scattered over memory. They are gathered a block at a time into a buffer, where many loads are under way
// at once, and added up from there: several features a pass, so that their histograms stay in the innermost cache.

/** Rows of a block: few enough for buffer and histograms to stay in cache, many enough for a pass over them to pay. */
export const GATHERED_ROWS: i32 = 1024

/** Features that one call may gather at most: what its buffer is made for. */
export const GATHERED_FEATURES: i32 = 64

/** Bytes of a column whose bins have fixed places: 256 pairs. */
const FIXED: u32 = 4096

// @ts-ignore: decorator
@inline
function add(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair))
}

/** Offset of the bin that a byte of a word names: 16 bytes a bin. */
// @ts-ignore: decorator
@inline
function first(word: u32): usize {
  return (word << 4) & 0xff0
}
// @ts-ignore: decorator
@inline
function second(word: u32): usize {
  return (word >> 4) & 0xff0
}
// @ts-ignore: decorator
@inline
function third(word: u32): usize {
  return (word >> 12) & 0xff0
}
// @ts-ignore: decorator
@inline
function fourth(word: u32): usize {
  return (word >> 20) & 0xff0
}

/** Adds rows of a buffer to eight columns of 256 bins each: their places are constants of the code. */
function addFixed(histogram: usize, source: usize, width: usize, pairs: usize, end: usize): void {
  for (let p = pairs; p < end; p += 16) {
    const pair = v128.load(p)
    const low = load<u32>(source)
    const high = load<u32>(source, 4)
    let at = histogram + first(low)
    v128.store(at, f64x2.add(v128.load(at), pair))
    at = histogram + second(low)
    v128.store(at, f64x2.add(v128.load(at, 4096), pair), 4096)
    at = histogram + third(low)
    v128.store(at, f64x2.add(v128.load(at, 8192), pair), 8192)
    at = histogram + fourth(low)
    v128.store(at, f64x2.add(v128.load(at, 12288), pair), 12288)
    at = histogram + first(high)
    v128.store(at, f64x2.add(v128.load(at, 16384), pair), 16384)
    at = histogram + second(high)
    v128.store(at, f64x2.add(v128.load(at, 20480), pair), 20480)
    at = histogram + third(high)
    v128.store(at, f64x2.add(v128.load(at, 24576), pair), 24576)
    at = histogram + fourth(high)
    v128.store(at, f64x2.add(v128.load(at, 28672), pair), 28672)
    source += width
  }
}

/** Adds rows of a buffer to eight columns that start where `offsets` says. */
function addEight(histogram: usize, offsets: usize, source: usize, width: usize, pairs: usize, end: usize): void {
  const h0 = histogram + load<u32>(offsets)
  const h1 = histogram + load<u32>(offsets, 4)
  const h2 = histogram + load<u32>(offsets, 8)
  const h3 = histogram + load<u32>(offsets, 12)
  const h4 = histogram + load<u32>(offsets, 16)
  const h5 = histogram + load<u32>(offsets, 20)
  const h6 = histogram + load<u32>(offsets, 24)
  const h7 = histogram + load<u32>(offsets, 28)
  for (let p = pairs; p < end; p += 16) {
    const pair = v128.load(p)
    const low = load<u32>(source)
    const high = load<u32>(source, 4)
    add(h0 + first(low), pair)
    add(h1 + second(low), pair)
    add(h2 + third(low), pair)
    add(h3 + fourth(low), pair)
    add(h4 + first(high), pair)
    add(h5 + second(high), pair)
    add(h6 + third(high), pair)
    add(h7 + fourth(high), pair)
    source += width
  }
}

/** Adds rows of a buffer to four columns that start where `offsets` says. */
function addFour(histogram: usize, offsets: usize, source: usize, width: usize, pairs: usize, end: usize): void {
  const h0 = histogram + load<u32>(offsets)
  const h1 = histogram + load<u32>(offsets, 4)
  const h2 = histogram + load<u32>(offsets, 8)
  const h3 = histogram + load<u32>(offsets, 12)
  for (let p = pairs; p < end; p += 16) {
    const pair = v128.load(p)
    const word = load<u32>(source)
    add(h0 + first(word), pair)
    add(h1 + second(word), pair)
    add(h2 + third(word), pair)
    add(h3 + fourth(word), pair)
    source += width
  }
}

/** Do the eight columns from here on start 4096 bytes apart? */
// @ts-ignore: decorator
@inline
function areFixed(offsets: usize): bool {
  let fixed = true
  for (let f: usize = 0; f < 28; f += 4) {
    fixed = fixed && load<u32>(offsets + f, 4) - load<u32>(offsets + f) == FIXED
  }
  return fixed
}

/** Copies the bytes [0, width) of a row, width a multiple of 4. */
// @ts-ignore: decorator
@inline
function copyRow(to: usize, from: usize, width: usize): void {
  let at: usize = 0
  for (; at + 16 <= width; at += 16) v128.store(to + at, v128.load(from + at))
  if (width & 8) {
    store<u64>(to + at, load<u64>(from + at))
    at += 8
  }
  if (width & 4) store<u32>(to + at, load<u32>(from + at))
}

/**
 * Adds `count` rows to the columns [from, to) of a histogram, both multiples of 4 and at most 64 apart. `rows` u32; `bins` u8
 * [n, stride]; `gradients` pairs of i32, counted in steps of the grids (stepG, stepH); `offsets` u32 [stride]: bytes from
 * `histogram` to a column's first bin; `buffer`: 1024 * (16 + to - from) bytes.
 */
export function treeAccumulate(
  histogram: usize,
  rows: usize,
  count: i32,
  bins: usize,
  stride: usize,
  gradients: usize,
  stepG: f64,
  stepH: f64,
  offsets: usize,
  from: usize,
  to: usize,
  buffer: usize,
): void {
  const width = to - from
  const pairs = buffer
  const gathered = buffer + (<usize>GATHERED_ROWS << 4)
  const steps = f64x2(stepG, stepH)
  const source = bins + from
  const last = rows + (<usize>count << 2)
  while (rows < last) {
    const stop = min(rows + (<usize>GATHERED_ROWS << 2), last)
    let at = gathered
    let end = pairs
    for (; rows < stop; rows += 4) {
      const row = <usize>load<u32>(rows)
      copyRow(at, source + row * stride, width)
      at += width
      v128.store(end, f64x2.mul(f64x2.convert_low_i32x4_s(v128.load64_zero(gradients + (row << 3))), steps))
      end += 16
    }
    let f: usize = 0
    for (; f + 8 <= width; f += 8) {
      const columns = offsets + ((from + f) << 2)
      if (areFixed(columns)) addFixed(histogram + load<u32>(columns), gathered + f, width, pairs, end)
      else addEight(histogram, columns, gathered + f, width, pairs, end)
    }
    if (f < width) addFour(histogram, offsets + ((from + f) << 2), gathered + f, width, pairs, end)
  }
}

/** `histogram` += `other` over `bytes` bytes: two parts of the same rows. Exact, as the sums are. */
export function treeAddHistogram(histogram: usize, other: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(histogram + at, f64x2.add(v128.load(histogram + at), v128.load(other + at)))
  }
}

/** `histogram` -= `other` over `bytes` bytes: the sibling's, out of the parent's. Exact, as the sums are. */
export function treeSubtract(histogram: usize, other: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    v128.store(histogram + at, f64x2.sub(v128.load(histogram + at), v128.load(other + at)))
  }
}
