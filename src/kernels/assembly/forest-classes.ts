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
  CELLS,
  CLASS_SUMS,
  CLASSES,
  columnOf,
  COUNT_ROWS,
  DRAWN,
  EXTRA,
  KINDS,
  MIN_LEAF,
  SEARCH,
  TARGETS,
} from './forest-plan'

/** Classes, and one more where they are odd: sums by class are pairs for SIMD. */
// @ts-ignore: decorator
@inline
export function paddedClasses(plan: usize): u32 {
  return (load<u32>(plan, CLASSES) + 1) & ~1
}

/** Weights of one feature by bin and class, and which bins have any. */
export function sumClasses(plan: usize, rows: usize, count: u32, feature: u32): void {
  const drawn = load<usize>(plan, DRAWN)
  const targets = load<usize>(plan, TARGETS)
  const width = paddedClasses(plan)
  const cells = load<usize>(plan, CELLS)
  const bins = columnOf(plan, feature)
  const search = load<usize>(plan, SEARCH)
  const end = rows + (count << 2)
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at)
    const bin = <u32>load<u8>(bins + row)
    const cell = cells + ((bin * width + load<u32>(targets + (row << 2))) << 3)
    store<f64>(cell, load<f64>(cell) + load<f64>(drawn + (row << 4), 8))
    store<u8>(search + bin, 1, SEEN)
  }
}

// @ts-ignore: decorator
@inline
function lanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1)
}

/** Sum of the weights of one bin. */
function weightOfBin(cell: usize, width: u32): f64 {
  let sum = f64x2.splat(0)
  for (let at: u32 = 0; at < width << 3; at += 16) sum = f64x2.add(sum, v128.load(cell + at))
  return lanes(sum)
}

/** Sum over both sides of (sum of squared class weights) / weight, where `more` goes left beside `left`. */
function reliefWith(left: usize, more: usize, all: usize, width: u32, leftH: f64, h: f64): f64 {
  let leftSquares = f64x2.splat(0)
  let rightSquares = f64x2.splat(0)
  for (let at: u32 = 0; at < width << 3; at += 16) {
    const l = f64x2.add(v128.load(left + at), v128.load(more + at))
    const r = f64x2.sub(v128.load(all + at), l)
    leftSquares = f64x2.add(leftSquares, f64x2.mul(l, l))
    rightSquares = f64x2.add(rightSquares, f64x2.mul(r, r))
  }
  return lanes(leftSquares) / leftH + lanes(rightSquares) / (h - leftH)
}

/**
 * Tries the cuts of one feature, whose sums stand in the cells, and clears those. `h`: weight of the node. Tells whether the
 * feature varies among the rows.
 */
export function cutClasses(plan: usize, rows: usize, count: u32, feature: u32, h: f64): bool {
  const search = load<usize>(plan, SEARCH)
  const classes = load<u32>(plan, CLASSES)
  const width = paddedClasses(plan)
  const cells = load<usize>(plan, CELLS)
  const bins = load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2))
  const category = load<u8>(load<usize>(plan, KINDS) + feature) == 1
  const length = listSeen(search, bins)
  const missing = cells + ((bins * width) << 3)
  const missingH = weightOfBin(missing, width)
  const varies = length > 1 || (length == 1 && missingH > 0)
  if (varies) {
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
          const cell = cells + ((bin * width) << 3)
          insert(search, i, bin, load<f64>(cell + (k << 3)) / weightOfBin(cell, width))
        }
        tryCuts(plan, feature, category, length, bins, missingH, h, 0)
      }
    } else tryCuts(plan, feature, category, length, bins, missingH, h, 0)
  }
  for (let i = 0; i < length; i++) {
    memory.fill(cells + ((load<u32>(search + (<usize>i << 2), LIST) * width) << 3), 0, width << 3)
  }
  memory.fill(missing, 0, width << 3)
  return varies
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
  const width = paddedClasses(plan)
  const cells = load<usize>(plan, CELLS)
  const all = load<usize>(plan, CLASS_SUMS)
  const left = all + (width << 3)
  const missing = cells + ((bins * width) << 3)
  const counting = load<u32>(plan, COUNT_ROWS) == 1
  const least = <f64>load<u32>(plan, MIN_LEAF)
  const total = counting ? rowsCounted(search, length, bins) : h
  const missingRows = counting ? load<f64>(search + (bins << 3), COUNTS) : missingH
  const only = <i32>(cut >> 32)
  let leftH: f64 = 0
  let leftRows: f64 = 0
  memory.fill(left, 0, width << 3)
  for (let i = 0; i < length; i++) {
    const bin = load<u32>(search + (<usize>i << 2), LIST)
    const cell = cells + ((bin * width) << 3)
    let weights = f64x2.splat(0)
    let leftSquares = f64x2.splat(0)
    let rightSquares = f64x2.splat(0)
    for (let at: u32 = 0; at < width << 3; at += 16) {
      const w = v128.load(cell + at)
      const l = f64x2.add(v128.load(left + at), w)
      const r = f64x2.sub(v128.load(all + at), l)
      v128.store(left + at, l)
      weights = f64x2.add(weights, w)
      leftSquares = f64x2.add(leftSquares, f64x2.mul(l, l))
      rightSquares = f64x2.add(rightSquares, f64x2.mul(r, r))
    }
    const weight = lanes(weights)
    leftH += weight
    leftRows += counting ? load<f64>(search + (bin << 3), COUNTS) : weight
    if (only > 0 && only != i + 1) continue
    if (missingH == 0 && i == length - 1) break
    if (leftRows >= least && total - leftRows >= least) {
      const gain = lanes(leftSquares) / leftH + lanes(rightSquares) / (h - leftH)
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
      const gain = reliefWith(left, missing, all, width, leftH + missingH, h)
      if (gain > load<f64>(search, GAIN)) {
        const place = only > 0 ? <i32>(<u32>cut) : placeBehind(search, i, length, bins)
        keep(search, feature, category, i + 1, length, place, 1)
        store<f64>(search, gain, GAIN)
        store<f64>(search, leftH + missingH, LEFT_H)
      }
    }
  }
}
