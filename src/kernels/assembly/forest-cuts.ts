// What the search for a split knows of the feature at hand: its bins that hold rows, in the order in which they are cut.
import { nextBelow, nextBits } from './forest-bag'
import { columnOf, TIMES } from './forest-plan'

/** Layout of the search's scratch: the best split, and what is known of the feature at hand. */
export const GAIN: usize = 0 // f64: of the best split, the node's own part not taken off
export const LEFT_G: usize = 8 // f64
export const LEFT_H: usize = 16 // f64
export const FEATURE: usize = 24 // i32, -1: none
export const PLACE: usize = 28 // i32: last bin that goes left
export const MISSING_LEFT: usize = 32 // i32
export const GOES_LEFT: usize = 64 // u8 [256]: bins of the best split
export const SEEN: usize = 320 // u8 [256]: bins of the feature with rows; zero between features
export const LIST: usize = 576 // u32 [256]: those that hold values, in the order in which they are cut
export const KEYS: usize = 1600 // f64 [256]: what categories are sorted by
export const COUNTS: usize = 3648 // f64 [256]: rows by bin
export const DRAWN_FEATURES: usize = 5696 // u32 [4]: features that are looked at together

/** Lists the value bins that were seen, ascending, and forgets what was seen. How many there are. */
export function listSeen(search: usize, bins: u32): i32 {
  let length = 0
  for (let word: u32 = 0; word <= bins; word += 8) {
    let flags = load<u64>(search + word, SEEN)
    if (flags == 0) continue
    store<u64>(search + word, 0, SEEN)
    while (flags != 0) {
      const bin = word + (<u32>ctz(flags) >> 3)
      flags &= flags - 1
      if (bin < bins) store<u32>(search + (<usize>(length++) << 2), bin, LIST)
    }
  }
  return length
}

/** Lists the value bins whose pair has a weight, ascending. How many there are. */
export function listFilled(search: usize, cells: usize, bins: u32): i32 {
  let length = 0
  for (let bin: u32 = 0; bin < bins; bin++) {
    if (load<f64>(cells + (bin << 4), 8) == 0) continue
    store<u32>(search + (<usize>(length++) << 2), bin, LIST)
  }
  return length
}

/** Puts a bin with its key among the first `length` bins of the list, which are sorted; equal keys stay in order. */
export function insert(search: usize, length: i32, bin: u32, key: f64): void {
  let i = length
  while (i > 0 && load<f64>(search + (<usize>(i - 1) << 3), KEYS) > key) {
    store<f64>(search + (<usize>i << 3), load<f64>(search + (<usize>(i - 1) << 3), KEYS), KEYS)
    store<u32>(search + (<usize>i << 2), load<u32>(search + (<usize>(i - 1) << 2), LIST), LIST)
    i--
  }
  store<f64>(search + (<usize>i << 3), key, KEYS)
  store<u32>(search + (<usize>i << 2), bin, LIST)
}

/** A cut at random: how many bins of the list go left, and the last bin that does. The list of a category is parted. */
export function randomCut(plan: usize, search: usize, length: i32, category: bool): u64 {
  const list = search + LIST
  if (length < 2) return <u64>length << 32
  if (!category) {
    const first = load<u32>(list)
    const last = load<u32>(list + (<usize>(length - 1) << 2))
    const place = first + nextBelow(plan, last - first)
    let left = 1
    while (load<u32>(list + (<usize>left << 2)) <= place) left++
    return (<u64>left << 32) | <u64>place
  }
  let left = 0
  let bits: u32 = 0
  for (let i = 0; i < length; i++) {
    if ((i & 31) == 0) bits = nextBits(plan)
    if ((bits & 1) == 1) {
      const at = list + (<usize>i << 2)
      const to = list + (<usize>(left++) << 2)
      const bin = load<u32>(at)
      store<u32>(at, load<u32>(to))
      store<u32>(to, bin)
    }
    bits >>= 1
  }
  return <u64>min(max(left, 1), length - 1) << 32
}

/** The last bin that goes left where a number is cut behind the i-th of the list: half way to the next one with rows. */
// @ts-ignore: decorator
@inline
export function placeBehind(search: usize, i: i32, length: i32, bins: u32): i32 {
  if (i == length - 1) return <i32>bins - 1 // all values go left, missing ones right
  const at = search + (<usize>i << 2)
  return <i32>((load<u32>(at, LIST) + load<u32>(at + 4, LIST) - 1) >> 1)
}

/** Keeps a new best split: the first `left` bins of the list go left. Bins without rows go where missing values go. */
export function keep(
  search: usize,
  feature: u32,
  category: bool,
  left: i32,
  length: i32,
  place: i32,
  missingLeft: i32,
): void {
  store<i32>(search, feature, FEATURE)
  store<i32>(search, place, PLACE)
  store<i32>(search, missingLeft, MISSING_LEFT)
  if (!category) return
  memory.fill(search + GOES_LEFT, <u8>missingLeft, 256)
  for (let i = 0; i < length; i++) {
    store<u8>(search + <usize>load<u32>(search + (<usize>i << 2), LIST), i < left ? 1 : 0, GOES_LEFT)
  }
}

/** Counts the rows of each bin of a feature, each row as often as it was drawn. */
export function countRows(plan: usize, rows: usize, count: u32, feature: u32, search: usize): void {
  const times = load<usize>(plan, TIMES)
  const bins = columnOf(plan, feature)
  const end = rows + (count << 2)
  memory.fill(search + COUNTS, 0, 2048)
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at)
    const cell = search + (<usize>load<u8>(bins + row) << 3)
    store<f64>(cell, load<f64>(cell, COUNTS) + <f64>load<u32>(times + (row << 2)), COUNTS)
  }
}

/** All rows counted: those of the listed bins and the missing ones. */
export function rowsCounted(search: usize, length: i32, bins: u32): f64 {
  let rows = load<f64>(search + (bins << 3), COUNTS)
  for (let i = 0; i < length; i++) {
    rows += load<f64>(search + (<usize>load<u32>(search + (<usize>i << 2), LIST) << 3), COUNTS)
  }
  return rows
}
