// Cuts where leaves hold a distribution over classes: sums of weights by bin and class, and Gini impurity. Categories are
// sorted by the share of one class, for every class that the node has: with two classes that is the best of all subsets.
import {
  COUNTS,
  countRows,
  GAIN,
  insert,
  keep,
  LEFT_H,
  LIST,
  listSeen,
  placeBehind,
  randomCut,
  rowsCounted,
  SEEN,
} from './forest-cuts'
import {
  BIN_COUNTS,
  BINS,
  CELLS,
  CLASS_SUMS,
  CLASSES,
  COUNT_ROWS,
  DRAWN,
  EXTRA,
  KINDS,
  MIN_LEAF,
  SEARCH,
  STRIDE,
  TARGETS,
} from './forest-plan'

/** Weights of one feature by bin and class, and which bins have any. */
export function sumClasses(plan: usize, rows: usize, count: u32, feature: u32): void {
  const stride = load<u32>(plan, STRIDE)
  const drawn = load<usize>(plan, DRAWN)
  const targets = load<usize>(plan, TARGETS)
  const classes = load<u32>(plan, CLASSES)
  const cells = load<usize>(plan, CELLS)
  const bins = load<usize>(plan, BINS) + feature
  const search = load<usize>(plan, SEARCH)
  const end = rows + (count << 2)
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at)
    const bin = <u32>load<u8>(bins + row * stride)
    const cell = cells + ((bin * classes + load<u32>(targets + (row << 2))) << 3)
    store<f64>(cell, load<f64>(cell) + load<f64>(drawn + (row << 4), 8))
    store<u8>(search + bin, 1, SEEN)
  }
}

/** Sum of the weights of one bin. */
function weightOfBin(cell: usize, classes: u32): f64 {
  let sum: f64 = 0
  for (let k: u32 = 0; k < classes; k++) sum += load<f64>(cell + (k << 3))
  return sum
}

/** Sum over both sides of (sum of squared class weights) / weight; `left` f64 [classes] out of `all`. */
function reliefOf(left: usize, all: usize, classes: u32, leftH: f64, h: f64): f64 {
  let leftSquares: f64 = 0
  let rightSquares: f64 = 0
  for (let at: u32 = 0; at < classes << 3; at += 8) {
    const l = load<f64>(left + at)
    const r = load<f64>(all + at) - l
    leftSquares += l * l
    rightSquares += r * r
  }
  return leftSquares / leftH + rightSquares / (h - leftH)
}

/** Tries the cuts of one feature, whose sums stand in the cells, and clears those. `h`: weight of the node. */
export function cutClasses(plan: usize, rows: usize, count: u32, feature: u32, h: f64): void {
  const search = load<usize>(plan, SEARCH)
  const classes = load<u32>(plan, CLASSES)
  const cells = load<usize>(plan, CELLS)
  const bins = load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2))
  const category = load<u8>(load<usize>(plan, KINDS) + feature) == 1
  const length = listSeen(search, bins)
  const missing = cells + ((bins * classes) << 3)
  const missingH = weightOfBin(missing, classes)
  if (length > 1 || (length == 1 && missingH > 0)) {
    if (load<u32>(plan, COUNT_ROWS) == 1) countRows(plan, rows, count, feature, search)
    if (load<u32>(plan, EXTRA) == 1) {
      const cut = randomCut(plan, search, length, category)
      tryCuts(plan, feature, category, length, bins, missingH, h, cut)
    } else if (category) {
      const all = load<usize>(plan, CLASS_SUMS)
      for (let k: u32 = 0; k < classes; k++) {
        if (load<f64>(all + (k << 3)) == 0) continue
        for (let i = 0; i < length; i++) {
          const bin = load<u32>(search + (<usize>i << 2), LIST)
          const cell = cells + ((bin * classes) << 3)
          insert(search, i, bin, load<f64>(cell + (k << 3)) / weightOfBin(cell, classes))
        }
        tryCuts(plan, feature, category, length, bins, missingH, h, 0)
      }
    } else tryCuts(plan, feature, category, length, bins, missingH, h, 0)
  }
  for (let i = 0; i < length; i++) {
    memory.fill(cells + ((load<u32>(search + (<usize>i << 2), LIST) * classes) << 3), 0, classes << 3)
  }
  memory.fill(missing, 0, classes << 3)
}

/** Tries the cuts between the bins of the list, or the one cut given. */
function tryCuts(
  plan: usize,
  feature: u32,
  category: bool,
  length: i32,
  bins: u32,
  missingH: f64,
  h: f64,
  cut: u64,
): void {
  const search = load<usize>(plan, SEARCH)
  const classes = load<u32>(plan, CLASSES)
  const cells = load<usize>(plan, CELLS)
  const all = load<usize>(plan, CLASS_SUMS)
  const left = all + (classes << 3)
  const withMissing = left + (classes << 3)
  const missing = cells + ((bins * classes) << 3)
  const counting = load<u32>(plan, COUNT_ROWS) == 1
  const least = <f64>load<u32>(plan, MIN_LEAF)
  const total = counting ? rowsCounted(search, length, bins) : h
  const missingRows = counting ? load<f64>(search + (bins << 3), COUNTS) : missingH
  const only = <i32>(cut >> 32)
  let leftH: f64 = 0
  let leftRows: f64 = 0
  memory.fill(left, 0, classes << 3)
  for (let i = 0; i < length; i++) {
    const bin = load<u32>(search + (<usize>i << 2), LIST)
    const cell = cells + ((bin * classes) << 3)
    let weight: f64 = 0
    for (let at: u32 = 0; at < classes << 3; at += 8) {
      const w = load<f64>(cell + at)
      store<f64>(left + at, load<f64>(left + at) + w)
      weight += w
    }
    leftH += weight
    leftRows += counting ? load<f64>(search + (bin << 3), COUNTS) : weight
    if (only > 0 && only != i + 1) continue
    if (missingH == 0 && i == length - 1) break
    if (leftRows >= least && total - leftRows >= least) {
      const gain = reliefOf(left, all, classes, leftH, h)
      if (gain > load<f64>(search, GAIN)) {
        const heavier = missingH == 0 && leftH + leftH >= h ? 1 : 0
        const place = only > 0 && i < length - 1 ? <i32>(<u32>cut) : placeBehind(search, i, length, bins)
        keep(search, feature, category, i + 1, length, place, heavier)
        store<f64>(search, gain, GAIN)
        store<f64>(search, leftH, LEFT_H)
      }
    }
    if (missingH == 0 || i == length - 1) continue
    const withRows = leftRows + missingRows
    if (withRows >= least && total - withRows >= least) {
      for (let at: u32 = 0; at < classes << 3; at += 8) {
        store<f64>(withMissing + at, load<f64>(left + at) + load<f64>(missing + at))
      }
      const gain = reliefOf(withMissing, all, classes, leftH + missingH, h)
      if (gain > load<f64>(search, GAIN)) {
        const place = only > 0 ? <i32>(<u32>cut) : placeBehind(search, i, length, bins)
        keep(search, feature, category, i + 1, length, place, 1)
        store<f64>(search, gain, GAIN)
        store<f64>(search, leftH + missingH, LEFT_H)
      }
    }
  }
}
