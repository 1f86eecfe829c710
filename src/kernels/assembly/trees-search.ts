// The search for splits, as a list of jobs that threads share: each builds columns of histograms and looks for the best split
// there. Two jobs write to different columns or nodes, and sums are exact, so it is no matter who does which.
import { GATHERED_FEATURES, GATHERED_ROWS, treeAccumulate, treeSubtract } from './trees-histograms'
import { treeNoSplit, treeSearchFeature } from './trees-splits'

/** Layout of what all jobs share: i32 bins, stride, gradients, offsets, bin counts, kinds, monotone, rules; f64 steps of g and h. */
const BINS: usize = 0
const STRIDE: usize = 4
const GRADIENTS: usize = 8
const OFFSETS: usize = 12
const BIN_COUNTS: usize = 16
const KINDS: usize = 20
const MONOTONE: usize = 24
const RULES: usize = 28
const STEP_G: usize = 32
const STEP_H: usize = 40

/**
 * Layout of a job, i32: rows, how many (-1: the histogram holds them already); the histogram that is built of them, one that it is then taken off of, or 0; the first
 * column and the one behind the last; for each of the two histograms its node, or 0 if no split is wanted, the features that
 * it may split on (u8 a feature), and its result.
 */
const ROWS: usize = 0
const COUNT: usize = 4
const BUILT: usize = 8
const REST: usize = 12
const FROM: usize = 16
const TO: usize = 20
const BUILT_NODE: usize = 24
const BUILT_ALLOWED: usize = 28
const BUILT_BEST: usize = 32
const REST_NODE: usize = 36
const REST_ALLOWED: usize = 40
const REST_BEST: usize = 44
const JOB: usize = 48

/** Bytes of scratch memory that a thread needs. */
export function treeSearchScratch(): i32 {
  return 4096 + GATHERED_ROWS * (16 + GATHERED_FEATURES)
}

/** Takes the next number of a counter that threads share. */
// @ts-ignore: decorator
@inline
function claim(counter: usize): i32 {
  if (ASC_FEATURE_THREADS) return atomic.add<i32>(counter, 1)
  const next = load<i32>(counter)
  store<i32>(counter, next + 1)
  return next
}

/** Does jobs until none is left. `counter` i32: the next one that nobody has claimed. */
export function treeSearch(shared: usize, jobs: usize, count: i32, counter: usize, scratch: usize): void {
  for (let j = claim(counter); j < count; j = claim(counter)) search(shared, jobs + <usize>j * JOB, scratch)
}

function search(shared: usize, job: usize, scratch: usize): void {
  const built = load<usize>(job, BUILT)
  const rest = load<usize>(job, REST)
  const from = load<usize>(job, FROM)
  const to = load<usize>(job, TO)
  const offsets = load<usize>(shared, OFFSETS)
  const begin = load<u32>(offsets + (from << 2))
  const end = load<u32>(offsets + (to << 2))
  const count = load<i32>(job, COUNT)
  if (count >= 0) {
    memory.fill(built + begin, 0, end - begin)
    addRows(shared, built, load<usize>(job, ROWS), count, from, to, scratch)
  }
  const rules = load<usize>(shared, RULES)
  const builtNode = load<usize>(job, BUILT_NODE)
  const restNode = load<usize>(job, REST_NODE)
  if (builtNode != 0) treeNoSplit(rules, builtNode, load<usize>(job, BUILT_BEST))
  if (restNode != 0) treeNoSplit(rules, restNode, load<usize>(job, REST_BEST))
  for (let f = from; f < to; f++) {
    const at = load<u32>(offsets + (f << 2))
    if (rest != 0) treeSubtract(rest + at, built + at, load<u32>(offsets + (f << 2), 4) - at)
    if (builtNode != 0 && load<u8>(load<usize>(job, BUILT_ALLOWED) + f) != 0)
      searchFeature(shared, rules, builtNode, load<usize>(job, BUILT_BEST), built + at, f, scratch)
    if (restNode != 0 && load<u8>(load<usize>(job, REST_ALLOWED) + f) != 0)
      searchFeature(shared, rules, restNode, load<usize>(job, REST_BEST), rest + at, f, scratch)
  }
}

/**
 * Adds `count` rows to all columns of a histogram. Threads that part the rows of a node read each of them once, where those
 * that part its columns would all read them.
 */
export function treeAddRows(shared: usize, histogram: usize, rows: usize, count: i32, scratch: usize): void {
  const stride = load<usize>(shared, STRIDE)
  for (let from: usize = 0; from < stride; from += GATHERED_FEATURES)
    addRows(shared, histogram, rows, count, from, min(from + GATHERED_FEATURES, stride), scratch)
}

function addRows(
  shared: usize,
  histogram: usize,
  rows: usize,
  count: i32,
  from: usize,
  to: usize,
  scratch: usize,
): void {
  treeAccumulate(
    histogram,
    rows,
    count,
    load<usize>(shared, BINS),
    load<usize>(shared, STRIDE),
    load<usize>(shared, GRADIENTS),
    load<f64>(shared, STEP_G),
    load<f64>(shared, STEP_H),
    load<usize>(shared, OFFSETS),
    from,
    to,
    scratch + 4096,
  )
}

// @ts-ignore: decorator
@inline
function searchFeature(
  shared: usize,
  rules: usize,
  node: usize,
  best: usize,
  first: usize,
  f: usize,
  scratch: usize,
): void {
  treeSearchFeature(
    rules,
    node,
    best,
    first,
    load<i32>(load<usize>(shared, BIN_COUNTS) + (f << 2)),
    load<u8>(load<usize>(shared, KINDS) + f) == 1,
    load<i8>(load<usize>(shared, MONOTONE) + f),
    <i32>f,
    scratch,
  )
}
