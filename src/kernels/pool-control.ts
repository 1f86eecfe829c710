import type { Memory } from './webassembly.ts'

/**
 * What the threads of a pool share for one lease. A call is claimed by moving the ticket on with compare-and-exchange. The
 * ticket names the batch, and never the same one twice, so a thread that comes late, whatever it read before, can only claim a
 * call of the batch that is open; the owner waits for the calls that were claimed, and for no thread that claimed none.
 */
export interface Shared {
  /** See {@link control}. */
  readonly control: Int32Array
  /** One word: the number of the batch, then {@link CALL_BITS} bits of the next call. */
  readonly ticket: BigInt64Array
  readonly arguments: Float64Array
}

/** Words of `control`. All but `batch` and `ended` are written while no batch is open. */
export const control = {
  /** Changes when a batch opens, and when the lease ends. Threads wait on it. */
  batch: 0,
  /** Calls of the batch. */
  calls: 1,
  /** Calls that have ended. The owner waits on it. */
  done: 2,
  /** Which export is called, by its place among the module's exports. */
  target: 3,
  /** Arguments a call. */
  arity: 4,
  /** Pages of memory that the batch takes for granted. */
  pages: 5,
  failed: 6,
  ended: 7,
  words: 8,
} as const

/** Arguments of a batch, all calls together. A larger one is cut by its owner. */
export const ARGUMENTS = 4096

export const CALL_BITS = 13n
const CALLS = (1n << CALL_BITS) - 1n

/** The ticket of a batch before its first call, or, closed, beyond any. */
export function ticketOf(batch: bigint, closed: boolean): bigint {
  return (batch << CALL_BITS) | (closed ? CALLS : 0n)
}

type Functions = readonly ((...args: number[]) => number)[]

/** What a thread runs calls with. */
export interface Runner {
  readonly functions: Functions
  readonly memory: Memory
  /** For tests: comes before each claim. */
  readonly pause: (() => void) | undefined
}

/** Claims and makes calls of the open batch until none is left. */
export function claimCalls({ control: words, ticket, arguments: args }: Shared, runner: Runner): void {
  for (;;) {
    runner.pause?.()
    const claimed = Atomics.load(ticket, 0)
    const call = Number(claimed & CALLS)
    if (call >= Atomics.load(words, control.calls)) return
    if (Atomics.compareExchange(ticket, 0, claimed, claimed + 1n) !== claimed) continue
    seeGrowth(runner.memory, words)
    const arity = Atomics.load(words, control.arity)
    const run = runner.functions[Atomics.load(words, control.target)] as Functions[number]
    try {
      run(...args.subarray(call * arity, (call + 1) * arity))
    } catch {
      Atomics.store(words, control.failed, 1)
    }
    if (Atomics.add(words, control.done, 1) + 1 === Atomics.load(words, control.calls))
      Atomics.notify(words, control.done)
  }
}

/**
 * Memory that another thread grew is seen here when the engine next looks for interrupts, or never if it grew while this
 * thread was given it. To grow by nothing is to look.
 */
function seeGrowth(memory: Memory, words: Int32Array): void {
  while (memory.buffer.byteLength < 65536 * Atomics.load(words, control.pages)) memory.grow(0)
}

/** Looks at a word so many times before it sleeps: waking a thread takes longer than most pauses between batches. */
const LOOKS = 20_000

/** Waits until a word is not `value` any more; gives what it is. */
export function waitWhile(words: Int32Array, at: number, value: number): number {
  for (let look = 0; look < LOOKS; look++) {
    const now = Atomics.load(words, at)
    if (now !== value) return now
  }
  for (;;) {
    Atomics.wait(words, at, value)
    const now = Atomics.load(words, at)
    if (now !== value) return now
  }
}

/** Short waits of random length, from a seed: shakes up which thread does what, for tests. */
export function pauses(seed: number): () => void {
  const sleeping = new Int32Array(new SharedArrayBuffer(4))
  let state = seed | 1
  return () => {
    state = Math.imul(state, 1664525) + 1013904223
    const draw = state >>> 28
    if (draw < 6) Atomics.wait(sleeping, 0, 0, draw / 4)
  }
}
