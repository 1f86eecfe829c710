// Bins: every feature value becomes a byte. Value bins count from 0; the bin behind the last one holds missing values.

/** Digits of a radix sort: 11, 11 and 10 bits of a key. */
const DIGITS = 2048

/** Bytes of the counters that {@link treeCuts} takes beside its keys. */
export function treeCutCounters(): i32 {
  return 3 * DIGITS * 4
}

/** A number whose order as u32 is that of the f32 values; -0 is 0. */
// @ts-ignore: decorator
@inline
function keyOf(x: f32): u32 {
  const bits = reinterpret<u32>(x + 0)
  return bits ^ (<u32>(<i32>bits >> 31) | 0x80000000)
}

/** The value of a key. */
// @ts-ignore: decorator
@inline
function valueOf(key: u32): f32 {
  return reinterpret<f32>(key ^ (((key >> 31) - 1) | 0x80000000))
}

/** Counts per digit become where the digit's first key goes. Is there more than one digit? */
function placesOf(counters: usize, count: u32): bool {
  let place: u32 = 0
  let several = true
  for (let at = counters, end = counters + (DIGITS << 2); at < end; at += 4) {
    const own = load<u32>(at)
    if (own == count) several = false
    store<u32>(at, place)
    place += own
  }
  return several
}

/** One pass of the sort: the keys of `from` u32 [count] to `to`, by the digit at `shift`. */
function moveKeys(from: usize, to: usize, count: i32, counters: usize, shift: u32): void {
  for (let at = from, end = from + (<usize>count << 2); at < end; at += 4) {
    const key = load<u32>(at)
    const counter = counters + (((key >> shift) & (DIGITS - 1)) << 2)
    const place = load<u32>(counter)
    store<u32>(counter, place + 1)
    store<u32>(to + (<usize>place << 2), key)
  }
}

/** A finite f32 in [low, high), in the middle where there is one: `above` takes differences from it. */
// @ts-ignore: decorator
@inline
function between(low: f32, high: f32): f32 {
  const middle = <f32>((<f64>low + <f64>high) / 2)
  return max<f32>(middle < high ? middle : low, -f32.MAX_VALUE) + 0 // -0 is 0
}

/**
 * Cuts between the values of a column f32 [n], NaN left out: one between any two distinct values where there are at most
 * `most`, else such that bins hold about equally many rows and a frequent value has a bin of its own. Writes them to `cuts`
 * f32 [most] in ascending order and their number to `found` i32. `scratch`: 8 n bytes and the counters.
 */
export function treeCuts(values: usize, n: i32, most: i32, cuts: usize, scratch: usize, found: usize): void {
  const low = scratch
  const middle = low + (DIGITS << 2)
  const high = middle + (DIGITS << 2)
  let keys = high + (DIGITS << 2)
  let other = keys + (<usize>n << 2)
  memory.fill(scratch, 0, 3 * DIGITS * 4)
  let count = 0
  for (let at = values, end = values + (<usize>n << 2); at < end; at += 4) {
    const x = load<f32>(at)
    if (x != x) continue
    const key = keyOf(x)
    store<u32>(keys + (<usize>count << 2), key)
    count++
    const one = low + ((key & (DIGITS - 1)) << 2)
    store<u32>(one, load<u32>(one) + 1)
    const two = middle + (((key >> 11) & (DIGITS - 1)) << 2)
    store<u32>(two, load<u32>(two) + 1)
    const three = high + ((key >> 22) << 2)
    store<u32>(three, load<u32>(three) + 1)
  }
  for (let digit = 0; digit < 3; digit++) {
    const counters = low + <usize>(digit * DIGITS * 4)
    if (!placesOf(counters, count)) continue
    moveKeys(keys, other, count, counters, 11 * digit)
    const sorted = other
    other = keys
    keys = sorted
  }
  store<i32>(found, cutsOfSorted(keys, other, count, most, cuts))
}

/** The same of sorted keys. Writes over them: first the distinct ones to `values`, with how often they occur in place. */
function cutsOfSorted(keys: usize, values: usize, count: i32, most: i32, cuts: usize): i32 {
  let distinct = 0
  for (let i = 0; i < count; ) {
    const key = load<u32>(keys + (<usize>i << 2))
    const start = i
    do i++
    while (i < count && load<u32>(keys + (<usize>i << 2)) == key)
    store<u32>(values + (<usize>distinct << 2), key)
    store<u32>(keys + (<usize>distinct << 2), i - start)
    distinct++
  }
  let found = 0
  let rows = <f64>count
  let binsLeft = most
  let inBin: f64 = 0
  for (let v = 0; v + 1 < distinct; v++) {
    inBin += <f64>load<u32>(keys + (<usize>v << 2))
    const target = rows / <f64>binsLeft
    const full = inBin >= target || <f64>load<u32>(keys + (<usize>v << 2), 4) >= target
    if (distinct > most && (!full || binsLeft == 1)) continue
    const value = valueOf(load<u32>(values + (<usize>v << 2)))
    store<f32>(cuts + (<usize>found << 2), between(value, valueOf(load<u32>(values + (<usize>v << 2), 4))))
    found++
    rows -= inBin
    binsLeft--
    inBin = 0
  }
  return found
}

/** All bits set where x > cut, else none: the sign of a difference, so that no engine makes a jump of it. */
// @ts-ignore: decorator
@inline
function above(cut: f32, x: f32): u32 {
  return <u32>(reinterpret<i32>(cut - x) >> 31)
}

/**
 * Bins of one numeric feature. `values` f32 [n]; `cuts` f32 [cutCount] ascending: bin b holds values in (cuts[b-1], cuts[b]].
 * Writes u8 [n]; NaN gets bin cutCount + 1. The search makes no jumps that depend on the values.
 */
export function treeBinNumbers(values: usize, n: i32, cuts: usize, cutCount: i32, bins: usize): void {
  if (cutCount == 0) {
    for (let i: usize = 0; i < <usize>n; i++) {
      const x = load<f32>(values + (i << 2))
      store<u8>(bins + i, x == x ? 0 : 1)
    }
    return
  }
  const missing = <usize>(cutCount + 1)
  const end = <usize>n
  let i: usize = 0
  for (; i + 4 <= end; i += 4) { // four searches side by side: each step waits for the one before it
    const value = values + (i << 2)
    const x0 = load<f32>(value)
    const x1 = load<f32>(value, 4)
    const x2 = load<f32>(value, 8)
    const x3 = load<f32>(value, 12)
    let at0 = cuts
    let at1 = cuts
    let at2 = cuts
    let at3 = cuts
    for (let length = <usize>cutCount; length > 1; ) {
      const half = length >> 1
      const step = half << 2
      at0 += step & above(load<f32>(at0 + step - 4), x0)
      at1 += step & above(load<f32>(at1 + step - 4), x1)
      at2 += step & above(load<f32>(at2 + step - 4), x2)
      at3 += step & above(load<f32>(at3 + step - 4), x3)
      length -= half
    }
    const bin = bins + i
    store<u8>(bin, x0 == x0 ? ((at0 - cuts) >> 2) + (above(load<f32>(at0), x0) & 1) : missing)
    store<u8>(bin, x1 == x1 ? ((at1 - cuts) >> 2) + (above(load<f32>(at1), x1) & 1) : missing, 1)
    store<u8>(bin, x2 == x2 ? ((at2 - cuts) >> 2) + (above(load<f32>(at2), x2) & 1) : missing, 2)
    store<u8>(bin, x3 == x3 ? ((at3 - cuts) >> 2) + (above(load<f32>(at3), x3) & 1) : missing, 3)
  }
  for (; i < end; i++) {
    const x = load<f32>(values + (i << 2))
    let at = cuts
    for (let length = <usize>cutCount; length > 1; ) {
      const half = length >> 1
      at += (half << 2) & above(load<f32>(at + (half << 2) - 4), x)
      length -= half
    }
    store<u8>(bins + i, x == x ? ((at - cuts) >> 2) + (above(load<f32>(at), x) & 1) : missing)
  }
}

/** Bins of one category feature. `values` f32 codes [n], NaN missing; `binOf` u8 [levels]. Writes u8 [n]. */
export function treeBinCategories(
  values: usize,
  n: i32,
  binOf: usize,
  levels: i32,
  missingBin: i32,
  bins: usize,
): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(values + (<usize>i << 2))
    const known = x >= 0 && x < <f32>levels
    store<u8>(bins + <usize>i, known ? load<u8>(binOf + <usize>x) : <u8>missingBin)
  }
}

// @ts-ignore: decorator
@inline
function byteAt(column: usize, place: u64): u64 {
  return <u64>load<u8>(column) << place
}

/**
 * Writes the rows [from, to) of columns u8 [features, n] row by row: u8 [n, stride], stride a multiple of 4. Bytes behind the
 * features stay as they are.
 */
export function treeRowBytes(columns: usize, n: i32, features: i32, rows: usize, stride: i32, from: i32, to: i32): void {
  const height = <usize>n
  let f = 0
  for (; f + 8 <= features; f += 8) {
    const first = columns + <usize>f * height
    for (let i = <usize>from; i < <usize>to; i++) {
      const at = first + i
      const low = byteAt(at, 0) | byteAt(at + height, 8) | byteAt(at + 2 * height, 16) | byteAt(at + 3 * height, 24)
      const fifth = at + 4 * height
      const high =
        byteAt(fifth, 32) | byteAt(fifth + height, 40) | byteAt(fifth + 2 * height, 48) | byteAt(fifth + 3 * height, 56)
      store<u64>(rows + i * <usize>stride + <usize>f, low | high)
    }
  }
  for (; f < features; f++) {
    const column = columns + <usize>f * height
    for (let i = <usize>from; i < <usize>to; i++) {
      store<u8>(rows + i * <usize>stride + <usize>f, load<u8>(column + i))
    }
  }
}
