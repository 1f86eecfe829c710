import { Worker } from 'node:worker_threads'
import { type DaybookError, fail } from '../base/errors.ts'
import { defer } from './deferred.ts'
import { graceMs } from './in-process-executor.ts'
import type { Answer, Executor, Task, TaskEvent } from './task.ts'
import { errorFromPlain, type FromWorker, type ToWorker, type WorkerData } from './worker-messages.ts'

/** Bytes of JSON that a task may have: it says what to do and holds no data. Few pages come near 64 KiB; none is larger than this. */
const taskLimit = 1024 * 1024

export interface WorkerOptions {
  readonly store: string
  /** Folder of the page: local and npm plugins are looked for from here. */
  readonly folder: string
  readonly sets?: readonly string[] | undefined
  readonly threads: number
  /** Heap of a worker in MiB. Default: what Node gives. */
  readonly heapMb?: number
}

interface Seat {
  readonly worker: Worker
  readonly stop: Int32Array
}

/**
 * Runs tasks in worker threads, one task at a time each. A worker starts when it is first needed. One that ends by itself
 * (process.exit, out of memory) loses its task alone.
 */
export class WorkerExecutor implements Executor {
  readonly #options: WorkerOptions
  readonly #idle: Seat[] = []
  readonly #all = new Set<Seat>()
  readonly #waiting: ((seat: Seat) => void)[] = []

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  async submit(task: Task, onEvent: (event: TaskEvent) => void, signal: AbortSignal): Promise<Answer> {
    const bytes = Buffer.byteLength(JSON.stringify(task))
    if (bytes > taskLimit) throw fail('RUN_TASK_TOO_LARGE', { bytes, limit: taskLimit }, { cell: task.cell })
    const seat = await this.#take()
    if (signal.aborted) {
      this.#give(seat)
      throw interrupted(task)
    }
    return this.#runOn(seat, task, onEvent, signal)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#all].map(({ worker }) => worker.terminate()))
    this.#all.clear()
  }

  #runOn(seat: Seat, task: Task, onEvent: (event: TaskEvent) => void, signal: AbortSignal): Promise<Answer> {
    const { worker, stop } = seat
    const { promise, resolve, reject } = defer<Answer>()
    let grace: NodeJS.Timeout | undefined
    const onAbort = (): void => {
      Atomics.store(stop, 0, 1)
      worker.postMessage({ type: 'abort' } satisfies ToWorker)
      grace = setTimeout(() => this.#drop(seat, interrupted(task), reject), graceMs)
    }
    const onMessage = (message: FromWorker): void => {
      if (message.type === 'event') onEvent(message.event)
      else {
        this.#give(seat)
        if (message.type === 'answer') resolve(message.answer)
        else reject(errorFromPlain(message.error))
      }
    }
    const onError = (thrown: unknown): void => {
      const { code, message } = thrown as NodeJS.ErrnoException
      this.#drop(seat, lost(task, code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it ran out of memory' : message), reject)
    }
    const onExit = (code: number): void => {
      this.#drop(seat, signal.aborted ? interrupted(task) : lost(task, `it ended with code ${code}`), reject)
    }
    Atomics.store(stop, 0, 0)
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    signal.addEventListener('abort', onAbort, { once: true })
    worker.postMessage({ type: 'task', task } satisfies ToWorker)
    return promise.finally(() => {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
    })
  }

  /** Ends a worker whose task failed with it; whoever waits for a seat gets a new one. */
  #drop(seat: Seat, error: DaybookError, reject: (error: DaybookError) => void): void {
    reject(error)
    if (!this.#all.delete(seat)) return
    seat.worker.on('error', () => {}) // what it still says is of no interest
    void seat.worker.terminate()
    const next = this.#waiting.shift()
    if (next !== undefined) next(this.#start())
  }

  async #take(): Promise<Seat> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#all.size < this.#options.threads) return this.#start()
    const { promise, resolve } = defer<Seat>()
    this.#waiting.push(resolve)
    return promise
  }

  #give(seat: Seat): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#idle.push(seat)
    else next(seat)
  }

  #start(): Seat {
    const { store, folder, sets, heapMb } = this.#options
    const stop = new Int32Array(new SharedArrayBuffer(4))
    const data: WorkerData = { store, folder, sets, stop }
    const resourceLimits = heapMb === undefined ? {} : { maxOldGenerationSizeMb: heapMb }
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: data,
      resourceLimits,
      stdout: true,
      stderr: true,
    })
    // What a plugin prints is no result: it goes to stderr, so that `--json` keeps stdout for itself.
    worker.stdout.on('data', (chunk) => process.stderr.write(chunk))
    worker.stderr.on('data', (chunk) => process.stderr.write(chunk))
    const seat = { worker, stop }
    this.#all.add(seat)
    return seat
  }
}

function interrupted({ cell }: Task): DaybookError {
  return fail('RUN_INTERRUPTED', {}, { cell })
}

function lost({ cell, plugin }: Task, reason: string): DaybookError {
  return fail('RUN_WORKER_LOST', { plugin, reason }, { cell, plugin })
}
