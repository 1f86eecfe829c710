// Splits: the best one of a node, and the rows that go each way.
//
// The objective is the second-order one of T. Chen and C. Guestrin, "XGBoost" (KDD 2016): a leaf of gradient sum G and
// hessian sum H weighs w = -soft(G, l1) / (H + l2), and gives -(2 G w + (H + l2) w² + 2 l1 |w|). Bounds on w carry monotone
// constraints down the tree. Categories are sorted by gradient statistics, where the best of all subsets is a prefix
// (W. Fisher, "On grouping for maximum homogeneity", 1958).

/** Layout of the settings, f64: l1, l2, least child weight, lowest leaf weight, highest, smoothing of categories, G, H. */
const L1: usize = 0
const L2: usize = 8
const LEAST: usize = 16
const LOWEST: usize = 24
const HIGHEST: usize = 32
const SMOOTHING: usize = 40
const NODE_G: usize = 48
const NODE_H: usize = 56

/** Layout of the result: f64 gain, left G, left H, left weight, right weight; i32 feature (-1: no split), place, missing left. */
const GAIN: usize = 0
const LEFT_G: usize = 8
const LEFT_H: usize = 16
const LEFT_WEIGHT: usize = 24
const RIGHT_WEIGHT: usize = 32
const FEATURE: usize = 40
const PLACE: usize = 44
const MISSING_LEFT: usize = 48

/** A gain below this share of the node's own relief is rounding. */
const LEAST_GAIN: f64 = 1e-12

/** A split that no bound or direction touches: its gain has a closed form. */
const FREE: i32 = 2

// @ts-ignore: decorator
@inline
function soft(g: f64, l1: f64): f64 {
  return g > l1 ? g - l1 : g < -l1 ? g + l1 : 0
}

/** Weight of a leaf within the bounds of the settings. */
// @ts-ignore: decorator
@inline
function weightOf(settings: usize, g: f64, h: f64): f64 {
  const curvature = h + load<f64>(settings, L2)
  const weight = curvature > 0 ? -soft(g, load<f64>(settings, L1)) / curvature : 0
  return min(max(weight, load<f64>(settings, LOWEST)), load<f64>(settings, HIGHEST))
}

/** What a leaf of that weight takes off the objective, twice. */
// @ts-ignore: decorator
@inline
function reliefOf(settings: usize, g: f64, h: f64, w: f64): f64 {
  return -(2.0 * g * w + (h + load<f64>(settings, L2)) * w * w + 2.0 * load<f64>(settings, L1) * abs(w))
}

/** The weight that a node of the settings' G and H has as a leaf. */
export function treeLeafWeight(settings: usize): f64 {
  return weightOf(settings, load<f64>(settings, NODE_G), load<f64>(settings, NODE_H))
}

/** Takes a candidate into `best` if it is allowed and strictly better: of equal ones the first stays. */
function consider(
  settings: usize,
  best: usize,
  before: f64,
  leftG: f64,
  leftH: f64,
  feature: i32,
  direction: i32,
  place: i32,
  missingLeft: i32,
): void {
  const rightG = load<f64>(settings, NODE_G) - leftG
  const rightH = load<f64>(settings, NODE_H) - leftH
  const least = load<f64>(settings, LEAST)
  if (leftH < least || rightH < least || leftH <= 0 || rightH <= 0) return
  let after: f64
  if (direction == FREE) {
    const l1 = load<f64>(settings, L1)
    const l2 = load<f64>(settings, L2)
    const left = soft(leftG, l1)
    const right = soft(rightG, l1)
    after = (left * left) / (leftH + l2) + (right * right) / (rightH + l2)
  } else {
    const leftWeight = weightOf(settings, leftG, leftH)
    const rightWeight = weightOf(settings, rightG, rightH)
    if (direction > 0 && leftWeight > rightWeight) return
    if (direction < 0 && leftWeight < rightWeight) return
    after = reliefOf(settings, leftG, leftH, leftWeight) + reliefOf(settings, rightG, rightH, rightWeight)
  }
  const gain = after - before
  if (!(gain > load<f64>(best, GAIN))) return
  store<f64>(best, gain, GAIN)
  store<f64>(best, leftG, LEFT_G)
  store<f64>(best, leftH, LEFT_H)
  store<i32>(best, feature, FEATURE)
  store<i32>(best, place, PLACE)
  store<i32>(best, missingLeft, MISSING_LEFT)
}

/** Value bins of a category that hold rows, sorted by smoothed gradient (ties by bin) into `order` u32; how many there are. */
function orderCategories(histogram: usize, bins: i32, smoothing: f64, order: usize, keys: usize): i32 {
  let count = 0
  for (let b = 0; b < bins; b++) {
    const g = load<f64>(histogram + (<usize>b << 4))
    const h = load<f64>(histogram + (<usize>b << 4), 8)
    if (h <= 0) continue
    const key = g / (h + smoothing)
    let at = count++
    while (at > 0 && load<f64>(keys + (<usize>(at - 1) << 3)) > key) {
      store<f64>(keys + (<usize>at << 3), load<f64>(keys + (<usize>(at - 1) << 3)))
      store<u32>(order + (<usize>at << 2), load<u32>(order + (<usize>(at - 1) << 2)))
      at--
    }
    store<f64>(keys + (<usize>at << 3), key)
    store<u32>(order + (<usize>at << 2), b)
  }
  return count
}

/**
 * The best split of a node into `best` (see the layouts above), over the features of `chosen` i32 [chosenCount].
 * `offsets` u32: bytes to a feature's first bin; `binCounts` i32: value bins of a feature; `kinds` u8: 1 for a category;
 * `monotone` i8. `scratch`: 4 KB. `best` starts with the gain that has to be beaten.
 *
 * A numeric split's place is the last bin that goes left, a category split's the number of bins of the order that do.
 */
export function treeBestSplit(
  histogram: usize,
  chosen: usize,
  chosenCount: i32,
  offsets: usize,
  binCounts: usize,
  kinds: usize,
  monotone: usize,
  settings: usize,
  best: usize,
  scratch: usize,
): void {
  const nodeG = load<f64>(settings, NODE_G)
  const nodeH = load<f64>(settings, NODE_H)
  const before = reliefOf(settings, nodeG, nodeH, weightOf(settings, nodeG, nodeH))
  const bounded = load<f64>(settings, LOWEST) > -Infinity || load<f64>(settings, HIGHEST) < Infinity
  const order = scratch
  const keys = scratch + 1024
  store<i32>(best, -1, FEATURE)
  store<f64>(best, max(load<f64>(best, GAIN), before * LEAST_GAIN), GAIN)
  for (let c = 0; c < chosenCount; c++) {
    const feature = load<i32>(chosen + (<usize>c << 2))
    const first = histogram + load<u32>(offsets + (<usize>feature << 2))
    const bins = load<i32>(binCounts + (<usize>feature << 2))
    const category = load<u8>(kinds + <usize>feature) == 1
    const promised: i32 = category ? 0 : load<i8>(monotone + <usize>feature)
    const direction: i32 = bounded || promised != 0 ? promised : FREE
    const missing = first + (<usize>bins << 4)
    const missingG = load<f64>(missing)
    const missingH = load<f64>(missing, 8)
    const anyMissing = missingG != 0 || missingH != 0
    const places = category ? orderCategories(first, bins, load<f64>(settings, SMOOTHING), order, keys) : bins
    let leftG: f64 = 0
    let leftH: f64 = 0
    for (let p = 0; p < places; p++) {
      const bin = category ? load<u32>(order + (<usize>p << 2)) : <u32>p
      const pair = first + (<usize>bin << 4)
      const h = load<f64>(pair, 8)
      if (h == 0) continue // an empty bin: the same split as the one before it
      leftG += load<f64>(pair)
      leftH += h
      const place = category ? p + 1 : p
      if (anyMissing) {
        consider(settings, best, before, leftG, leftH, feature, direction, place, 0)
        consider(settings, best, before, leftG + missingG, leftH + missingH, feature, direction, place, 1)
      } else {
        const heavier = leftH + leftH >= nodeH ? 1 : 0
        consider(settings, best, before, leftG, leftH, feature, direction, place, heavier)
      }
    }
  }
  if (load<i32>(best, FEATURE) < 0) return
  const leftG = load<f64>(best, LEFT_G)
  const leftH = load<f64>(best, LEFT_H)
  store<f64>(best, weightOf(settings, leftG, leftH), LEFT_WEIGHT)
  store<f64>(best, weightOf(settings, nodeG - leftG, nodeH - leftH), RIGHT_WEIGHT)
}

/**
 * Writes to `goesLeft` u8 [256] which bins of the split's feature go left. Bins of a category that hold no row of the node
 * go where missing values go.
 */
export function treeSplitTable(
  histogram: usize,
  category: i32,
  bins: i32,
  settings: usize,
  best: usize,
  goesLeft: usize,
  scratch: usize,
): void {
  const place = load<i32>(best, PLACE)
  const missingLeft = <u8>load<i32>(best, MISSING_LEFT)
  if (category == 0) {
    for (let b = 0; b < bins; b++) store<u8>(goesLeft + <usize>b, b <= place ? 1 : 0)
    store<u8>(goesLeft + <usize>bins, missingLeft)
    return
  }
  memory.fill(goesLeft, missingLeft, 256)
  const count = orderCategories(histogram, bins, load<f64>(settings, SMOOTHING), scratch, scratch + 1024)
  for (let i = 0; i < count; i++) {
    store<u8>(goesLeft + <usize>load<u32>(scratch + (<usize>i << 2)), i < place ? 1 : 0)
  }
}

/**
 * Parts `rows` u32 [count] by the bins of one feature (`bins` points to the feature's byte of row 0): those that go left
 * come first, both in their order. `scratch` u32 [count]. Gives how many go left.
 */
export function treePartition(rows: usize, count: i32, bins: usize, stride: i32, goesLeft: usize, scratch: usize): i32 {
  let left = 0
  let right = 0
  for (let i = 0; i < count; i++) {
    const row = load<u32>(rows + (<usize>i << 2))
    const goes = <i32>load<u8>(goesLeft + <usize>load<u8>(bins + <usize>row * <usize>stride))
    store<u32>(rows + (<usize>left << 2), row)
    store<u32>(scratch + (<usize>right << 2), row)
    left += goes
    right += 1 - goes
  }
  memory.copy(rows + (<usize>left << 2), scratch, <usize>right << 2)
  return left
}
