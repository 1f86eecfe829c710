// Bags: the rows that a tree learns from (L. Breiman, "Bagging predictors", 1996), and the tree's own random numbers.
import { randomBits } from './philox'
import {
  DRAWN,
  DRAWS,
  KEY0,
  KEY1,
  LEARNED,
  LEARNED_FROM,
  N,
  OUTSIDE,
  PAIRS,
  RANDOM,
  RANDOM_NEXT,
  RANDOM_USED,
  RANDOM_WORDS,
  REPLACE,
  ROWS,
  SCRATCH,
  TIMES,
  treeOf,
} from './forest-plan'

function refill(plan: usize): void {
  const next = load<u32>(plan, RANDOM_NEXT)
  const tree = treeOf(plan)
  randomBits(load<usize>(plan, RANDOM), <f64>next, RANDOM_WORDS, load<u32>(tree, KEY0), load<u32>(tree, KEY1))
  store<u32>(plan, next + <u32>RANDOM_WORDS, RANDOM_NEXT)
  store<u32>(plan, 0, RANDOM_USED)
}

/** The next 32 random bits of the tree. */
// @ts-ignore: decorator
@inline
export function nextBits(plan: usize): u32 {
  if (load<u32>(plan, RANDOM_USED) == <u32>RANDOM_WORDS) refill(plan)
  const used = load<u32>(plan, RANDOM_USED)
  store<u32>(plan, used + 1, RANDOM_USED)
  return load<u32>(load<usize>(plan, RANDOM) + (used << 2))
}

/** A whole number in [0, bound). Its bias is below bound / 2^32. */
// @ts-ignore: decorator
@inline
export function nextBelow(plan: usize, bound: u32): u32 {
  return <u32>((<u64>nextBits(plan) * <u64>bound) >> 32)
}

/** Counts how often each row is drawn: with replacement, without (D. Knuth's algorithm S), or each once. */
function drawTimes(plan: usize, n: u32, times: usize): void {
  const draws = load<u32>(plan, DRAWS)
  if (load<u32>(plan, REPLACE) == 1) {
    memory.fill(times, 0, n << 2)
    for (let i: u32 = 0; i < draws; i++) {
      const at = times + (nextBelow(plan, n) << 2)
      store<u32>(at, load<u32>(at) + 1)
    }
    return
  }
  let left = draws
  for (let i: u32 = 0; i < n; i++) {
    const taken: u32 = draws == n || nextBelow(plan, n - i) < left ? 1 : 0
    store<u32>(times + (i << 2), taken)
    left -= taken
  }
}

/**
 * Draws the rows of a tree. Those that were drawn and weigh something come first in `rows`, both parts ascending. Begins the
 * tree's random numbers: the first of them are the draws.
 */
export function drawBag(plan: usize): void {
  const n = load<u32>(plan, N)
  const times = load<usize>(plan, TIMES)
  store<u32>(plan, 0, RANDOM_NEXT)
  store<u32>(plan, RANDOM_WORDS, RANDOM_USED)
  drawTimes(plan, n, times)
  const rows = load<usize>(plan, ROWS)
  const scratch = load<usize>(plan, SCRATCH)
  const pairs = load<usize>(plan, PAIRS)
  const drawn = load<usize>(plan, DRAWN)
  const outside = load<usize>(treeOf(plan), OUTSIDE)
  let learned: u32 = 0
  let others: u32 = 0
  for (let i: u32 = 0; i < n; i++) {
    const count = load<u32>(times + (i << 2))
    const pair = v128.load(pairs + (i << 4))
    v128.store(drawn + (i << 4), f64x2.mul(pair, f64x2.splat(<f64>count)))
    if (count > 0 && f64x2.extract_lane(pair, 1) > 0) {
      store<u32>(rows + (learned++ << 2), i)
      if (outside != 0) store<u32>(outside + (i << 2), LEARNED_FROM)
    } else store<u32>(scratch + (others++ << 2), i)
  }
  memory.copy(rows + (learned << 2), scratch, others << 2)
  store<u32>(plan, learned, LEARNED)
}
