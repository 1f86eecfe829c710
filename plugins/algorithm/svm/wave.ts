import { type Kernels, SvmSolver } from 'daybook/kernels'

interface Waiting {
  readonly solver: SvmSolver
  readonly budget: number
  readonly resolve: (done: number) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Machines that are trained side by side. Each asks for steps and waits; once all wait, threads share the machines out. One
 * that is left alone shares out its kernel rows instead. Machines know nothing of each other, so their bits do not either.
 */
export class Wave {
  readonly #kernels: Kernels
  #size: number
  #waiting: Waiting[] = []

  /** Of `size` machines, each of which has to {@link leave}. */
  constructor(kernels: Kernels, size: number) {
    this.#kernels = kernels
    this.#size = size
  }

  /** Machines that are still at work. */
  get size(): number {
    return this.#size
  }

  /** Takes steps of a solver, at most `budget`; gives how many it took: fewer where its tolerance is met. */
  steps(solver: SvmSolver, budget: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ solver, budget, resolve, reject })
      this.#runOnceAllWait()
    })
  }

  leave(): void {
    this.#size -= 1
    this.#runOnceAllWait()
  }

  #runOnceAllWait(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#size) return
    const calls = this.#waiting
    this.#waiting = []
    try {
      const done =
        calls.length === 1
          ? calls.map(({ solver, budget }) => solver.steps(budget))
          : SvmSolver.stepsOf(this.#kernels, calls)
      for (const [i, { resolve }] of calls.entries()) resolve(done[i] as number)
    } catch (thrown) {
      for (const { reject } of calls) reject(thrown)
    }
  }
}

/**
 * Does jobs in waves of `width`, so that the memory of a wave is free before the next one starts. Ends with the first thing
 * thrown, once the whole wave has ended.
 */
export async function inWaves(
  kernels: Kernels,
  jobs: readonly ((wave: Wave) => Promise<void>)[],
  width: number,
): Promise<void> {
  for (let from = 0; from < jobs.length; from += width) {
    const own = jobs.slice(from, from + width)
    const wave = new Wave(kernels, own.length)
    const ends = await Promise.allSettled(own.map((job) => job(wave).finally(() => wave.leave())))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
}
