/**
 * Words that the threads of a pool share for one lease, by Atomics. The rule that keeps late threads harmless: a thread
 * counts itself active before it claims a call, `NEXT` stands beyond every batch except while one is open, and the next
 * batch is written only when nobody is active.
 */
export const control = {
  /** Number of the batch; changes when one opens, and when the lease ends. Threads wait on it. */
  batch: 0,
  /** The next call to be claimed. */
  next: 1,
  /** Calls of the batch. */
  calls: 2,
  /** Threads that claim or run calls, the owner's not among them. The owner waits on it. */
  active: 3,
  /** Which export is called, by its place among the module's exports. */
  target: 4,
  /** Arguments a call. */
  arity: 5,
  /** Pages of memory that the batch takes for granted. */
  pages: 6,
  ended: 7,
  failed: 8,
  words: 9,
} as const

/** Arguments of a batch, all calls together. A larger one is cut by its owner. */
export const ARGUMENTS = 4096

/** Where `next` stands while no batch is open; far enough from the end of i32 for many vain claims. */
export const CLOSED = 2 ** 30

/** What a lease's threads have in common. */
export interface Shared {
  readonly control: Int32Array
  readonly arguments: Float64Array
}

type Functions = readonly ((...args: number[]) => number)[]

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

/** Claims and makes calls of the open batch until none is left. `pause` comes before each claim. */
export function claimCalls(
  { control: words, arguments: args }: Shared,
  functions: Functions,
  pause?: () => void,
): void {
  for (;;) {
    pause?.()
    const call = Atomics.add(words, control.next, 1)
    if (call >= Atomics.load(words, control.calls)) return
    const arity = Atomics.load(words, control.arity)
    const run = functions[Atomics.load(words, control.target)] as Functions[number]
    try {
      run(...args.subarray(call * arity, (call + 1) * arity))
    } catch {
      Atomics.store(words, control.failed, 1)
    }
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
