// Splits: the best one of a node.
//
// The objective is the second-order one of T. Chen and C. Guestrin, "XGBoost" (KDD 2016): a leaf of gradient sum G and
// hessian sum H weighs w = -soft(G, l1) / (H + l2), and gives -(2 G w + (H + l2) w² + 2 l1 |w|). Bounds on w carry monotone
// constraints down the tree. Categories are sorted by gradient statistics, where the best of all subsets is a prefix
// (W. Fisher, "On grouping for maximum homogeneity", 1958).

/** Layout of the rules, f64: l1, l2, least child weight, smoothing of categories, least gain. */
const L1: usize = 0
const L2: usize = 8
const LEAST: usize = 16
const SMOOTHING: usize = 24
const LEAST_GAIN: usize = 32

/** Layout of a node, f64: G, H, lowest leaf weight, highest. */
const NODE_G: usize = 0
const NODE_H: usize = 8
const LOWEST: usize = 16
const HIGHEST: usize = 24

/** Layout of a result: f64 gain, left G, left H, left weight, right weight; i32 feature (-1: no split), place, missing left. */
const GAIN: usize = 0
const LEFT_G: usize = 8
const LEFT_H: usize = 16
const LEFT_WEIGHT: usize = 24
const RIGHT_WEIGHT: usize = 32
const FEATURE: usize = 40
const PLACE: usize = 44
const MISSING_LEFT: usize = 48

/** A gain below this share of the node's own relief is rounding. */
const ROUNDING: f64 = 1e-12

/** Smallest f64 above 0. */
const SMALLEST: f64 = reinterpret<f64>(<i64>1)

// @ts-ignore: decorator
@inline
function soft(g: f64, l1: f64): f64 {
  return g > l1 ? g - l1 : g < -l1 ? g + l1 : 0
}

/** Weight of a leaf within the node's bounds. */
// @ts-ignore: decorator
@inline
function weightOf(rules: usize, node: usize, g: f64, h: f64): f64 {
  const curvature = h + load<f64>(rules, L2)
  const weight = curvature > 0 ? -soft(g, load<f64>(rules, L1)) / curvature : 0
  return min(max(weight, load<f64>(node, LOWEST)), load<f64>(node, HIGHEST))
}

/** What a leaf of that weight takes off the objective, twice. */
// @ts-ignore: decorator
@inline
function reliefOf(rules: usize, g: f64, h: f64, w: f64): f64 {
  return -(2.0 * g * w + (h + load<f64>(rules, L2)) * w * w + 2.0 * load<f64>(rules, L1) * abs(w))
}

/** The weight that a node has as a leaf. */
export function treeLeafWeight(rules: usize, node: usize): f64 {
  return weightOf(rules, node, load<f64>(node, NODE_G), load<f64>(node, NODE_H))
}

/** Sets a result to: no split, and the gain that one has to beat. */
export function treeNoSplit(rules: usize, node: usize, best: usize): void {
  const g = load<f64>(node, NODE_G)
  const h = load<f64>(node, NODE_H)
  const before = reliefOf(rules, g, h, weightOf(rules, node, g, h))
  store<f64>(best, max(load<f64>(rules, LEAST_GAIN), before * ROUNDING), GAIN)
  store<i32>(best, -1, FEATURE)
}

/** Takes a candidate into `best` if it is allowed and strictly better: of equal ones the first stays. */
function consider(
  rules: usize,
  node: usize,
  best: usize,
  before: f64,
  leftG: f64,
  leftH: f64,
  feature: i32,
  direction: i32,
  place: i32,
  missingLeft: i32,
): void {
  const rightG = load<f64>(node, NODE_G) - leftG
  const rightH = load<f64>(node, NODE_H) - leftH
  const least = load<f64>(rules, LEAST)
  if (leftH < least || rightH < least || leftH <= 0 || rightH <= 0) return
  const leftWeight = weightOf(rules, node, leftG, leftH)
  const rightWeight = weightOf(rules, node, rightG, rightH)
  if (direction > 0 && leftWeight > rightWeight) return
  if (direction < 0 && leftWeight < rightWeight) return
  const after = reliefOf(rules, leftG, leftH, leftWeight) + reliefOf(rules, rightG, rightH, rightWeight)
  const gain = after - before
  if (!(gain > load<f64>(best, GAIN))) return
  store<f64>(best, gain, GAIN)
  store<f64>(best, leftG, LEFT_G)
  store<f64>(best, leftH, LEFT_H)
  store<i32>(best, feature, FEATURE)
  store<i32>(best, place, PLACE)
  store<i32>(best, missingLeft, MISSING_LEFT)
}

/** Room for rounding in a comparison of a few products. */
const SLACK: f64 = 1.0 - 1e-12

/** Gain of a split into these two sides, each (g, h); negative infinity where a side is too light. */
// @ts-ignore: decorator
@inline
function gainOf(left: v128, right: v128, leasts: v128, l2: v128, before: f64, known: f64): f64 {
  const h = f64x2.shuffle(left, right, 1, 3)
  if (!i64x2.all_true(f64x2.ge(h, leasts))) return -Infinity
  const g = f64x2.shuffle(left, right, 0, 2)
  const square = f64x2.mul(g, g)
  const curvature = f64x2.add(h, l2)
  // a²/c + b²/d against a known sum k: first as a² d + b² c against k c d, as divisions take most of the time here.
  const crossed = f64x2.mul(square, i64x2.shuffle(curvature, curvature, 1, 0))
  const sum = f64x2.extract_lane(crossed, 0) + f64x2.extract_lane(crossed, 1)
  if (sum < (known + before) * SLACK * (f64x2.extract_lane(curvature, 0) * f64x2.extract_lane(curvature, 1)))
    return -Infinity
  const relief = f64x2.div(square, curvature)
  return f64x2.extract_lane(relief, 0) + f64x2.extract_lane(relief, 1) - before
}

/**
 * The same search over the bins of one number that no bound, direction or L1 penalty touches: the gain has a closed form,
 * and left and right are worked out side by side in one vector.
 */
function searchFree(
  rules: usize,
  node: usize,
  best: usize,
  before: f64,
  first: usize,
  bins: i32,
  feature: i32,
): void {
  const whole = v128.load(node)
  const missing = v128.load(first + (<usize>bins << 4))
  const anyMissing = v128.any_true(f64x2.ne(missing, f64x2.splat(0)))
  const least = max(load<f64>(rules, LEAST), SMALLEST)
  const leasts = f64x2.splat(least)
  const l2 = f64x2.splat(load<f64>(rules, L2))
  let gain = load<f64>(best, GAIN)
  let at = first
  let place: usize = 0
  let missingLeft = 0
  let bestLeft = f64x2.splat(0)
  let left = f64x2.splat(0)
  const end = first + (<usize>bins << 4)
  if (anyMissing) {
    for (; at < end; at += 16) {
      left = f64x2.add(left, v128.load(at))
      const right = f64x2.sub(whole, left)
      const toRight = gainOf(left, right, leasts, l2, before, gain)
      if (toRight > gain) {
        gain = toRight
        place = at
        bestLeft = left
        missingLeft = 0
      }
      const more = f64x2.add(left, missing)
      const toLeft = gainOf(more, f64x2.sub(whole, more), leasts, l2, before, gain)
      if (toLeft > gain) {
        gain = toLeft
        place = at
        bestLeft = more
        missingLeft = 1
      }
    }
  } else {
    for (; at < end; at += 16) {
      left = f64x2.add(left, v128.load(at))
      const right = f64x2.sub(whole, left)
      if (f64x2.extract_lane(right, 1) < least) break // it only gets lighter
      const own = gainOf(left, right, leasts, l2, before, gain)
      if (own > gain) {
        gain = own
        place = at
        bestLeft = left
      }
    }
    const leftH = f64x2.extract_lane(bestLeft, 1)
    missingLeft = leftH + leftH >= load<f64>(node, NODE_H) ? 1 : 0
  }
  if (place == 0) return
  store<f64>(best, gain, GAIN)
  v128.store(best, bestLeft, LEFT_G)
  store<i32>(best, feature, FEATURE)
  store<i32>(best, <i32>((place - first) >> 4), PLACE)
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
 * Takes into `best` the best split of a node at one feature, if it gains more than what `best` holds. `first`: its first bin;
 * `bins`: its value bins, the one of missing values behind them; `promised`: 1 or -1 for a monotone promise. `scratch`: 4 KB.
 *
 * A numeric split's place is the last bin that goes left, a category split's the number of bins of the order that do.
 */
export function treeSearchFeature(
  rules: usize,
  node: usize,
  best: usize,
  first: usize,
  bins: i32,
  category: bool,
  promised: i32,
  feature: i32,
  scratch: usize,
): void {
  const nodeG = load<f64>(node, NODE_G)
  const nodeH = load<f64>(node, NODE_H)
  const before = reliefOf(rules, nodeG, nodeH, weightOf(rules, node, nodeG, nodeH))
  const bounded = load<f64>(node, LOWEST) > -Infinity || load<f64>(node, HIGHEST) < Infinity
  if (!category && !bounded && promised == 0 && load<f64>(rules, L1) == 0) {
    searchFree(rules, node, best, before, first, bins, feature)
    return
  }
  const order = scratch
  const missing = first + (<usize>bins << 4)
  const missingG = load<f64>(missing)
  const missingH = load<f64>(missing, 8)
  const anyMissing = missingG != 0 || missingH != 0
  const places = category ? orderCategories(first, bins, load<f64>(rules, SMOOTHING), order, scratch + 1024) : bins
  const direction = category ? 0 : promised
  let leftG: f64 = 0
  let leftH: f64 = 0
  for (let p = 0; p < places; p++) {
    const pair = first + (<usize>(category ? load<u32>(order + (<usize>p << 2)) : <u32>p) << 4)
    leftG += load<f64>(pair)
    leftH += load<f64>(pair, 8)
    const place = category ? p + 1 : p
    if (anyMissing) {
      consider(rules, node, best, before, leftG, leftH, feature, direction, place, 0)
      consider(rules, node, best, before, leftG + missingG, leftH + missingH, feature, direction, place, 1)
    } else {
      const heavier = leftH + leftH >= nodeH ? 1 : 0
      consider(rules, node, best, before, leftG, leftH, feature, direction, place, heavier)
    }
  }
}

/**
 * Completes a node's result with the weights of the two children, and writes to `goesLeft` u8 [256] which bins of the split's
 * feature go left. Bins of a category that hold no row of the node go where missing values go. `first`: the feature's first
 * bin in the node's histogram.
 */
export function treeDecide(
  rules: usize,
  node: usize,
  best: usize,
  first: usize,
  bins: i32,
  category: i32,
  goesLeft: usize,
  scratch: usize,
): void {
  const leftG = load<f64>(best, LEFT_G)
  const leftH = load<f64>(best, LEFT_H)
  const rightG = load<f64>(node, NODE_G) - leftG
  const rightH = load<f64>(node, NODE_H) - leftH
  store<f64>(best, weightOf(rules, node, leftG, leftH), LEFT_WEIGHT)
  store<f64>(best, weightOf(rules, node, rightG, rightH), RIGHT_WEIGHT)
  const place = load<i32>(best, PLACE)
  const missingLeft = <u8>load<i32>(best, MISSING_LEFT)
  memory.fill(goesLeft, missingLeft, 256)
  if (category == 0) {
    for (let b = 0; b < bins; b++) store<u8>(goesLeft + <usize>b, b <= place ? 1 : 0)
    return
  }
  const count = orderCategories(first, bins, load<f64>(rules, SMOOTHING), scratch, scratch + 1024)
  for (let i = 0; i < count; i++) {
    store<u8>(goesLeft + <usize>load<u32>(scratch + (<usize>i << 2)), i < place ? 1 : 0)
  }
}
