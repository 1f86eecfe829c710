// Rows of nodes: which go left at a split, and what leaves add to their scores.

/**
 * Parts `rows` u32 [count] by a split: those that go left to the front of `left`, the others to the front of `right`, both in
 * their order; gives how many go left by `leftCount` i32. Both may hold `count` rows, and `left` may be `rows`. `column` u8:
 * the bins of the split's feature, by row; `goesLeft` u8 [256].
 */
export function treePart(
  rows: usize,
  count: i32,
  column: usize,
  goesLeft: usize,
  left: usize,
  right: usize,
  leftCount: usize,
): void {
  const first = left
  for (let at = rows, end = rows + (<usize>count << 2); at < end; at += 4) {
    const row = load<u32>(at)
    const goes = <usize>load<u8>(goesLeft + <usize>load<u8>(column + row)) << 2
    store<u32>(left, row)
    store<u32>(right, row)
    left += goes
    right += 4 - goes
  }
  store<i32>(leftCount, <i32>((left - first) >> 2))
}

/** Copies `left` rows from `fromLeft` to `toLeft`, and `right` rows from `fromRight` to `toRight`. */
export function treeJoin(
  toLeft: usize,
  fromLeft: usize,
  left: i32,
  toRight: usize,
  fromRight: usize,
  right: i32,
): void {
  memory.copy(toLeft, fromLeft, <usize>left << 2)
  memory.copy(toRight, fromRight, <usize>right << 2)
}

/** Writes the numbers from `first` on to `rows` u32 [count]. */
export function treeNumberRows(rows: usize, first: u32, count: i32): void {
  for (let i = 0; i < count; i++) store<u32>(rows + (<usize>i << 2), first + i)
}

/**
 * Parts `rows` u32 [count] in place: those that go left come first, both in their order. `scratch` u32 [count]. Gives how many
 * go left.
 */
export function treePartition(rows: usize, count: i32, column: usize, goesLeft: usize, scratch: usize): i32 {
  let left = rows
  let right = scratch
  for (let at = rows, end = rows + (<usize>count << 2); at < end; at += 4) {
    const row = load<u32>(at)
    const goes = <usize>load<u8>(goesLeft + <usize>load<u8>(column + row)) << 2
    store<u32>(left, row)
    store<u32>(right, row)
    left += goes
    right += 4 - goes
  }
  memory.copy(left, scratch, right - scratch)
  return <i32>((left - rows) >> 2)
}

/** First place among ascending rows u32 [count] whose row is not below `row`. */
function placeOf(rows: usize, count: i32, row: u32): i32 {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (load<u32>(rows + (<usize>middle << 2)) < row) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Adds the values of leaves to column `output` of `scores` f64 [n, outputs], for the rows [from, to) alone, so that threads
 * write to different parts of the scores. A leaf is 16 bytes: u32 where its rows (ascending) lie, u32 how many, f64 value.
 */
export function treeAddLeaves(
  scores: usize,
  outputs: i32,
  output: i32,
  leaves: usize,
  count: i32,
  from: u32,
  to: u32,
): void {
  const width = <usize>outputs << 3
  const column = scores + (<usize>output << 3)
  for (let leaf = leaves, last = leaves + (<usize>count << 4); leaf < last; leaf += 16) {
    const rows = load<usize>(leaf)
    const length = load<i32>(leaf, 4)
    const value = load<f64>(leaf, 8)
    const end = rows + (<usize>placeOf(rows, length, to) << 2)
    for (let at = rows + (<usize>placeOf(rows, length, from) << 2); at < end; at += 4) {
      const score = column + <usize>load<u32>(at) * width
      store<f64>(score, load<f64>(score) + value)
    }
  }
}
