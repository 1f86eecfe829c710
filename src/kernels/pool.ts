import { Worker } from 'node:worker_threads'
import {
  ARGUMENTS,
  claimCalls,
  control,
  pauses,
  type Runner,
  type Shared,
  ticketOf,
  waitWhile,
} from './pool-control.ts'
import { exportNames, type Memory, type Module } from './webassembly.ts'

/** What a thread is handed for a lease. */
export interface LeaseMessage extends Shared {
  readonly module: Module
  readonly memory: Memory
  /** For tests: pauses at random. */
  readonly stress: number | undefined
}

export interface PoolOptions {
  /** For tests: a seed that permutes the calls of every batch and makes all threads pause at random. */
  readonly stress?: number
}

/**
 * Threads that help a training's kernels. They start when a batch of calls first needs them and are used again by one
 * training after the other; a batch that comes before they are up is done by its owner alone. They keep no process alive.
 */
export class KernelPool {
  readonly #workers: Worker[] = []
  readonly #stress: number | undefined
  #broken = false

  constructor({ stress }: PoolOptions = {}) {
    this.#stress = stress
  }

  /** Threads that are started by now. */
  get size(): number {
    return this.#workers.length
  }

  /** Hands an instance to `helpers` threads, until the lease ends. */
  lease(module: Module, memory: Memory, functions: Runner['functions'], helpers: number): Lease {
    while (this.#workers.length < helpers && !this.#broken) this.#start()
    const lease = new Lease(module, memory, functions, this.#stress)
    this.#workers.slice(0, helpers).forEach((worker, i) => {
      const stress = this.#stress === undefined ? undefined : this.#stress + i + 1
      worker.postMessage({ ...lease.shared, module, memory, stress } satisfies LeaseMessage)
    })
    return lease
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()))
  }

  #start(): void {
    const worker = new Worker(new URL('./pool-worker.js', import.meta.url), { execArgv: [] })
    worker.unref()
    worker.on('error', () => {
      this.#broken = true // owners do all calls themselves from now on
      const at = this.#workers.indexOf(worker)
      if (at >= 0) this.#workers.splice(at, 1)
    })
    this.#workers.push(worker)
  }
}

/** The use of a pool by one instance. */
export class Lease {
  readonly shared: Shared
  readonly #runner: Runner
  readonly #names: readonly string[]
  #batches = 0n
  readonly #order: (count: number) => readonly number[] | undefined

  constructor(module: Module, memory: Memory, functions: Runner['functions'], stress: number | undefined) {
    this.shared = {
      control: new Int32Array(new SharedArrayBuffer(4 * control.words)),
      ticket: new BigInt64Array(new SharedArrayBuffer(8)).fill(ticketOf(0n, true)),
      arguments: new Float64Array(new SharedArrayBuffer(8 * ARGUMENTS)),
    }
    this.#runner = { functions, memory, pause: stress === undefined ? undefined : pauses(stress) }
    this.#names = exportNames(module)
    this.#order = stress === undefined ? () => undefined : (count) => permuted(count, stress)
  }

  /** See `Kernels.parallel`. */
  run(name: string, calls: readonly (readonly number[])[]): void {
    const arity = calls[0]?.length ?? 0
    const target = this.#names.indexOf(name)
    if (target < 0) throw new TypeError(`the kernels have no function ${name}`)
    const order = this.#order(calls.length)
    const most = Math.max(1, Math.floor(ARGUMENTS / Math.max(arity, 1)))
    for (let from = 0; from < calls.length; from += most) {
      const count = Math.min(most, calls.length - from)
      for (let i = 0; i < count; i++) {
        const call = calls[order?.[from + i] ?? from + i] as readonly number[]
        if (call.length !== arity) throw new TypeError(`calls of ${name} differ in their arguments`)
        this.shared.arguments.set(call, i * arity)
      }
      this.#batch(target, arity, count)
    }
  }

  /** Lets go of the threads. */
  end(): void {
    const { control: words } = this.shared
    Atomics.store(words, control.ended, 1)
    Atomics.add(words, control.batch, 1)
    Atomics.notify(words, control.batch)
  }

  #batch(target: number, arity: number, count: number): void {
    const { control: words, ticket } = this.shared
    Atomics.store(words, control.target, target)
    Atomics.store(words, control.arity, arity)
    Atomics.store(words, control.calls, count)
    Atomics.store(words, control.done, 0)
    Atomics.store(words, control.pages, this.#runner.memory.buffer.byteLength / 65536)
    this.#batches += 1n
    Atomics.store(ticket, 0, ticketOf(this.#batches, false))
    Atomics.add(words, control.batch, 1)
    Atomics.notify(words, control.batch)
    claimCalls(this.shared, this.#runner)
    for (let done = Atomics.load(words, control.done); done < count; ) done = waitWhile(words, control.done, done)
    Atomics.store(ticket, 0, ticketOf(this.#batches, true))
    if (Atomics.exchange(words, control.failed, 0) === 1)
      throw new Error(`the kernel ${this.#names[target]} failed on one of its threads`)
  }
}

function permuted(count: number, seed: number): readonly number[] {
  const keys = Array.from({ length: count }, (_, i) => Math.imul(i + seed, 2654435761) >>> 0)
  return Array.from(keys.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number))
}
