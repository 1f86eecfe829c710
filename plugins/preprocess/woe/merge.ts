import type { Counts, Evidence, Weighing } from './evidence.ts'

export type Direction = 'increasing' | 'decreasing' | 'none'

export interface MergeRules {
  /** Bins at most. */
  readonly bins: number
  /** Weight that a bin holds at least. */
  readonly least: number
  /** What the rate of events does from each bin to the next. */
  readonly direction: Direction
}

/** Neighbours put together: `starts[i]` is the first fine bin of bin i. */
export interface Merged {
  readonly starts: readonly number[]
  readonly information: number
}

/** A gain in information below this share of it is rounding: fewer bins are better then. */
const GAIN = 1e-9

/**
 * Merges neighbouring fine bins into the bins of the highest information value that the rules allow, by dynamic programming
 * over the last bin: exact for the fine bins given. One bin is always allowed. G. Navas-Palencia, "Optimal binning:
 * mathematical programming formulation" (2020), states the problem.
 */
export function mergeBins(fine: readonly Counts[], weighing: Weighing, rules: MergeRules): Merged {
  const n = fine.length
  const blocks = blocksOf(fine, weighing, rules)
  const single = blocks(0, n)
  let best: Merged = { starts: [0], information: single.information }
  /** Highest information of `count` bins of which the last is [from, to), and where the one before begins. */
  let sums = table(n, (from, to) => (from === 0 && blocks(0, to).allowed ? blocks(0, to).information : -Infinity))
  const before: Int32Array[] = []
  for (let count = 2; count <= Math.min(rules.bins, n); count++) {
    const previous = sums
    const origin = new Int32Array(n * (n + 1)).fill(-1)
    sums = table(n, (from, to) => {
      const last = blocks(from, to)
      if (!last.allowed) return -Infinity
      let most = -Infinity
      for (let start = 0; start < from; start++) {
        const sum = previous[start * (n + 1) + from] as number
        if (sum > most && follows(blocks(start, from), last, rules.direction)) {
          most = sum
          origin[from * (n + 1) + to] = start
        }
      }
      return most + last.information
    })
    before.push(origin)
    for (let from = 1; from < n; from++) {
      const information = sums[from * (n + 1) + n] as number
      if (information > best.information + GAIN * Math.abs(best.information))
        best = { starts: traceBack(before, from, n), information }
    }
  }
  return best
}

interface Block extends Evidence {
  readonly allowed: boolean
}

/** Evidence of every run of neighbours [from, to). */
function blocksOf(
  fine: readonly Counts[],
  weighing: Weighing,
  { least }: MergeRules,
): (from: number, to: number) => Block {
  const n = fine.length
  const blocks: Block[] = []
  for (let from = 0; from < n; from++) {
    let events = 0
    let others = 0
    for (let to = from + 1; to <= n; to++) {
      events += (fine[to - 1] as Counts).events
      others += (fine[to - 1] as Counts).others
      blocks[from * (n + 1) + to] = { ...weighing.of({ events, others }), allowed: events + others >= least }
    }
  }
  return (from, to) => blocks[from * (n + 1) + to] as Block
}

function follows(before: Evidence, after: Evidence, direction: Direction): boolean {
  if (direction === 'increasing') return before.woe >= after.woe
  return direction === 'none' || before.woe <= after.woe
}

function table(n: number, value: (from: number, to: number) => number): Float64Array {
  const values = new Float64Array(n * (n + 1)).fill(-Infinity)
  for (let from = 0; from < n; from++) {
    for (let to = from + 1; to <= n; to++) values[from * (n + 1) + to] = value(from, to)
  }
  return values
}

function traceBack(before: readonly Int32Array[], last: number, n: number): number[] {
  const starts = [last]
  let [from, to] = [last, n]
  for (let count = before.length - 1; count >= 0; count--) {
    const start = before[count]?.[from * (n + 1) + to] as number
    starts.unshift(start)
    ;[from, to] = [start, from]
  }
  return starts
}
