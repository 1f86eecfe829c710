import type { Counts, Weighing } from './evidence.ts'

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
  const runs = runsOf(fine, weighing, rules)
  let best: Merged = { starts: [0], information: runs.information[n] as number }
  /** Highest information of so many bins of which the last is run [from, to); first of one bin alone. */
  let sums: Float64Array = new Float64Array(n * (n + 1)).fill(Number.NEGATIVE_INFINITY)
  for (let to = 1; to <= n; to++) if (runs.allowed[to] === 1) sums[to] = runs.information[to] as number
  const origins: Int32Array[] = []
  for (let count = 2; count <= Math.min(rules.bins, n); count++) {
    const next = addBin(runs, sums, rules.direction, n)
    sums = next.sums
    origins.push(next.origins)
    for (let from = 1; from < n; from++) {
      const information = sums[from * (n + 1) + n] as number
      if (information > best.information + GAIN * Math.abs(best.information))
        best = { starts: traceBack(origins, from, n), information }
    }
  }
  return best
}

/** Every run of neighbours [from, to), at place from * (n + 1) + to. */
interface Runs {
  readonly woe: Float64Array
  readonly information: Float64Array
  /** 1 where the run holds enough rows. */
  readonly allowed: Uint8Array
}

function runsOf(fine: readonly Counts[], weighing: Weighing, { least }: MergeRules): Runs {
  const n = fine.length
  const woe = new Float64Array(n * (n + 1))
  const information = new Float64Array(n * (n + 1))
  const allowed = new Uint8Array(n * (n + 1))
  for (let from = 0; from < n; from++) {
    let events = 0
    let others = 0
    for (let to = from + 1; to <= n; to++) {
      events += (fine[to - 1] as Counts).events
      others += (fine[to - 1] as Counts).others
      const at = from * (n + 1) + to
      const evidence = weighing.of({ events, others })
      woe[at] = evidence.woe
      information[at] = evidence.information
      if (events + others >= least) allowed[at] = 1
    }
  }
  return { woe, information, allowed }
}

/** Puts one more bin behind: for each last run the best run before it, and where that begins. */
function addBin(
  { woe, information, allowed }: Runs,
  before: Float64Array,
  direction: Direction,
  n: number,
): { sums: Float64Array; origins: Int32Array } {
  const sums = new Float64Array(before.length).fill(Number.NEGATIVE_INFINITY)
  const origins = new Int32Array(before.length).fill(-1)
  for (let from = 1; from < n; from++) {
    for (let to = from + 1; to <= n; to++) {
      const at = from * (n + 1) + to
      if (allowed[at] === 0) continue
      const own = woe[at] as number
      let most = Number.NEGATIVE_INFINITY
      for (let start = 0; start < from; start++) {
        const previous = start * (n + 1) + from
        if (!((before[previous] as number) > most)) continue
        const step = own - (woe[previous] as number)
        if ((direction === 'increasing' && step > 0) || (direction === 'decreasing' && step < 0)) continue
        most = before[previous] as number
        origins[at] = start
      }
      sums[at] = most + (information[at] as number)
    }
  }
  return { sums, origins }
}

function traceBack(origins: readonly Int32Array[], last: number, n: number): number[] {
  const starts = [last]
  let [from, to] = [last, n]
  for (let count = origins.length - 1; count >= 0; count--) {
    const start = origins[count]?.[from * (n + 1) + to] as number
    starts.unshift(start)
    ;[from, to] = [start, from]
  }
  return starts
}
