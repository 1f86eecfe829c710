// Splits of a forest's nodes: each looks at some features drawn at random, and takes the cut of theirs that lowers impurity
// most (L. Breiman, "Random forests", 2001), or the best of one random cut a feature (P. Geurts, D. Ernst and L. Wehenkel,
// "Extremely randomized trees", 2006). Impurity is variance, or Gini impurity; that of two classes is twice the variance of
// 0 and 1, so they are values here. Categories are sorted by their mean: the best of all subsets is a prefix (W. Fisher,
// "On grouping for maximum homogeneity", 1958).
//
// Of equal splits that of the feature drawn first wins, then that of the first bin, then missing values to the right. (Were
// it the lowest feature, small nodes, where every feature splits well, would always take the first columns.)
import { nextBelow } from './forest-bag'
import { cutClasses, sumClasses } from './forest-classes'
import {
  COUNTS,
  countRows,
  FEATURE,
  GAIN,
  insert,
  keep,
  LEFT_G,
  LEFT_H,
  LIST,
  listFilled,
  listSeen,
  placeBehind,
  randomCut,
  rowsCounted,
  SEEN,
} from './forest-cuts'
import {
  BIN_COUNTS,
  CELLS,
  CLASSES,
  columnOf,
  COUNT_ROWS,
  DRAWN,
  EXTRA,
  FEATURES,
  KINDS,
  LOOKED,
  MIN_LEAF,
  ORDER,
  SEARCH,
  TRIES,
} from './forest-plan'

/** Nodes of at least so many rows take four features at a time and look at every bin. */
const LARGE: u32 = 192

/** Work of a feature beside its values, in values that are read. */
const WORK_A_FEATURE: f64 = 150

/** Bytes of the sums of a feature's 256 bins. */
const BLOCK: usize = 4096

// @ts-ignore: decorator
@inline
function add(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair))
}

/** Sums of four features (u32 [4]), into four blocks of cells. */
function sumFour(plan: usize, rows: usize, count: u32, features: usize): void {
  const drawn = load<usize>(plan, DRAWN)
  const cells = load<usize>(plan, CELLS)
  const b0 = columnOf(plan, load<u32>(features))
  const b1 = columnOf(plan, load<u32>(features, 4))
  const b2 = columnOf(plan, load<u32>(features, 8))
  const b3 = columnOf(plan, load<u32>(features, 12))
  const end = rows + (count << 2)
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at)
    const pair = v128.load(drawn + (row << 4))
    add(cells + (<usize>load<u8>(b0 + row) << 4), pair)
    add(cells + BLOCK + (<usize>load<u8>(b1 + row) << 4), pair)
    add(cells + 2 * BLOCK + (<usize>load<u8>(b2 + row) << 4), pair)
    add(cells + 3 * BLOCK + (<usize>load<u8>(b3 + row) << 4), pair)
  }
}

/** Sums of one feature, and which bins have any. */
function sumOne(plan: usize, rows: usize, count: u32, feature: u32): void {
  const drawn = load<usize>(plan, DRAWN)
  const cells = load<usize>(plan, CELLS)
  const bins = columnOf(plan, feature)
  const search = load<usize>(plan, SEARCH)
  const end = rows + (count << 2)
  for (let at = rows; at < end; at += 4) {
    const row = load<u32>(at)
    const bin = <usize>load<u8>(bins + row)
    add(cells + (bin << 4), v128.load(drawn + (row << 4)))
    store<u8>(search + bin, 1, SEEN)
  }
}

/** What two sides with these sums (g, h) take off the sum of squares. */
// @ts-ignore: decorator
@inline
function relief(g: f64, h: f64, leftG: f64, leftH: f64): f64 {
  const sums = f64x2(leftG, g - leftG)
  const parts = f64x2.div(f64x2.mul(sums, sums), f64x2(leftH, h - leftH))
  return f64x2.extract_lane(parts, 0) + f64x2.extract_lane(parts, 1)
}

/** Tries the cuts of one feature, whose sums stand in `cells`, and clears those. `g`, `h`: sums of the node. */
function cutValues(plan: usize, rows: usize, count: u32, feature: u32, cells: usize, large: bool, g: f64, h: f64): void {
  const search = load<usize>(plan, SEARCH)
  const bins = load<u32>(load<usize>(plan, BIN_COUNTS) + (feature << 2))
  const category = load<u8>(load<usize>(plan, KINDS) + feature) == 1
  const length = large ? listFilled(search, cells, bins) : listSeen(search, bins)
  const missing = cells + (bins << 4)
  const missingG = load<f64>(missing)
  const missingH = load<f64>(missing, 8)
  v128.store(missing, f64x2.splat(0))
  if (length > 1 || (length == 1 && missingH > 0)) {
    if (category) {
      for (let i = 0; i < length; i++) {
        const bin = load<u32>(search + (<usize>i << 2), LIST)
        insert(search, i, bin, load<f64>(cells + (bin << 4)) / load<f64>(cells + (bin << 4), 8))
      }
    }
    const cut: u64 = load<u32>(plan, EXTRA) == 1 ? randomCut(plan, search, length, category) : 0
    const only = <i32>(cut >> 32)
    const counting = load<u32>(plan, COUNT_ROWS) == 1
    if (counting) countRows(plan, rows, count, feature, search)
    const least = <f64>load<u32>(plan, MIN_LEAF)
    const total = counting ? rowsCounted(search, length, bins) : h
    const missingRows = counting ? load<f64>(search + (bins << 3), COUNTS) : missingH
    let leftG: f64 = 0
    let leftH: f64 = 0
    let leftRows: f64 = 0
    for (let i = 0; i < length; i++) {
      const bin = load<u32>(search + (<usize>i << 2), LIST)
      leftG += load<f64>(cells + (bin << 4))
      leftH += load<f64>(cells + (bin << 4), 8)
      leftRows += counting ? load<f64>(search + (bin << 3), COUNTS) : load<f64>(cells + (bin << 4), 8)
      if (only > 0 && only != i + 1) continue
      if (missingH == 0 && i == length - 1) break
      if (leftRows >= least && total - leftRows >= least) {
        const gain = relief(g, h, leftG, leftH)
        if (gain > load<f64>(search, GAIN)) {
          const heavier = missingH == 0 && leftH + leftH >= h ? 1 : 0
          const place = only > 0 && i < length - 1 ? <i32>(<u32>cut) : placeBehind(search, i, length, bins)
          keep(search, feature, category, i + 1, length, place, heavier)
          store<f64>(search, gain, GAIN)
          store<f64>(search, leftG, LEFT_G)
          store<f64>(search, leftH, LEFT_H)
        }
      }
      if (missingH == 0 || i == length - 1) continue
      const withRows = leftRows + missingRows
      if (withRows >= least && total - withRows >= least) {
        const gain = relief(g, h, leftG + missingG, leftH + missingH)
        if (gain > load<f64>(search, GAIN)) {
          const place = only > 0 ? <i32>(<u32>cut) : placeBehind(search, i, length, bins)
          keep(search, feature, category, i + 1, length, place, 1)
          store<f64>(search, gain, GAIN)
          store<f64>(search, leftG + missingG, LEFT_G)
          store<f64>(search, leftH + missingH, LEFT_H)
        }
      }
    }
  }
  for (let i = 0; i < length; i++) {
    v128.store(cells + (load<u32>(search + (<usize>i << 2), LIST) << 4), f64x2.splat(0))
  }
}

/** Draws the feature for place `at` of the order, out of those from there on. */
// @ts-ignore: decorator
@inline
function drawFeature(plan: usize, order: usize, at: u32, features: u32): u32 {
  const here = order + (at << 2)
  const there = order + ((at + nextBelow(plan, features - at)) << 2)
  const drawn = load<u32>(there)
  store<u32>(there, load<u32>(here))
  store<u32>(here, drawn)
  return drawn
}

/**
 * The best split of a node into the search's scratch. Looks at `TRIES` features, and where none of them can be split at
 * further ones, until one can. `g`, `h`: sums of the node; with classes, `h` and the sums by class. Gives the work that is left
 * of `budget`; where that ends before the search does, `LOOKED` is not 0, and the next call goes on.
 */
export function findSplit(plan: usize, rows: usize, count: u32, g: f64, h: f64, budget: f64): f64 {
  const search = load<usize>(plan, SEARCH)
  const features = load<u32>(plan, FEATURES)
  const tries = load<u32>(plan, TRIES)
  const order = load<usize>(plan, ORDER)
  const cells = load<usize>(plan, CELLS)
  const classes = load<u32>(plan, CLASSES)
  const large = classes == 0 && count >= LARGE
  const workOfOne = WORK_A_FEATURE + <f64>count
  let work = budget
  let at = load<u32>(plan, LOOKED)
  if (at == 0) {
    store<f64>(search, -Infinity, GAIN)
    store<i32>(search, -1, FEATURE)
  }
  while (at < features && (at < tries || load<i32>(search, FEATURE) < 0)) {
    if (work <= 0 && at > 0) {
      store<u32>(plan, at, LOOKED)
      return work
    }
    const first = order + (at << 2)
    if (large && at + 4 <= tries) {
      for (let i: u32 = 0; i < 4; i++) drawFeature(plan, order, at + i, features)
      sumFour(plan, rows, count, first)
      for (let i: u32 = 0; i < 4; i++) {
        cutValues(plan, rows, count, load<u32>(first + (i << 2)), cells + i * <u32>BLOCK, true, g, h)
      }
      at += 4
      work -= 4 * workOfOne
      continue
    }
    const feature = drawFeature(plan, order, at, features)
    at++
    work -= workOfOne
    if (classes > 0) {
      sumClasses(plan, rows, count, feature)
      cutClasses(plan, rows, count, feature, h)
    } else {
      sumOne(plan, rows, count, feature)
      cutValues(plan, rows, count, feature, cells, false, g, h)
    }
  }
  store<u32>(plan, 0, LOOKED)
  return work
}
