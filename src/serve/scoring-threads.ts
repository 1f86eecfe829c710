import { Worker } from 'node:worker_threads'
import { fail } from '../base/errors.ts'
import type { MediaType } from './media-type.ts'
import type { Protocol } from './protocol/protocol.ts'
import type { ModelSource, ServedModel } from './served-model.ts'

/** What a scoring thread is asked. */
export type ThreadRequest =
  | { readonly ask: 'prepare'; readonly source: ModelSource }
  | {
      readonly ask: 'score'
      readonly id: number
      readonly source: ModelSource
      readonly protocol: Protocol['name']
      readonly body: Uint8Array
      readonly type: MediaType
      readonly query: string
      readonly name: string
      readonly version: string
      readonly rows: number
    }
  | { readonly ask: 'forget'; readonly source: ModelSource }

/** A request as it came. */
export interface GivenBody {
  readonly body: Uint8Array
  readonly type: MediaType
  readonly query: string
}

/** The answer to a request, ready to be sent. */
export interface ThreadAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
  /** Rows that were scored. */
  readonly rows: number
}

/** What a scoring thread tells. */
export type ThreadReply =
  | { readonly tell: 'prepared'; readonly source: ModelSource }
  | ({ readonly tell: 'answer'; readonly id: number } & ThreadAnswer)
  | { readonly tell: 'fault'; readonly id: number; readonly reason: string }

/** Bodies from this size on are read, scored and answered by another thread, so that they hold up nobody. */
const largeBody = 32 * 1024

/** Requests that one thread has before it at most. */
const mostWaiting = 8

interface Thread {
  readonly worker: Worker
  readonly prepared: Set<string>
  readonly asked: Set<string>
  readonly waiting: Map<
    number,
    { readonly done: (answer: ThreadAnswer) => void; readonly failed: (error: unknown) => void }
  >
}

/**
 * Threads that read, score and answer large requests whole. A thread starts when the first large request comes, and takes
 * none before it has loaded the model: until then they are scored where small ones are. Both ways give equal bytes.
 */
export class ScoringThreads {
  readonly #count: number
  readonly #rows: number
  readonly #threads: Thread[] = []
  #next = 0
  #closed = false
  #answered = 0

  /** @param rows most rows of one request */
  constructor(count: number, rows: number) {
    this.#count = count
    this.#rows = rows
  }

  /** Requests that threads have answered. */
  get answered(): number {
    return this.#answered
  }

  /** Does a thread take this request? Where none has the model yet, one is told to load it. */
  takes(body: Uint8Array, served: ServedModel): boolean {
    if (this.#closed || body.length < largeBody || served.source === undefined) return false
    const key = keyOf(served.source)
    while (this.#threads.length < this.#count) this.#start()
    for (const thread of this.#threads) {
      if (thread.asked.has(key)) continue
      thread.asked.add(key)
      tell(thread, { ask: 'prepare', source: served.source })
    }
    return this.#threads.some(({ prepared }) => prepared.has(key))
  }

  /** @throws DaybookError SERVE_BUSY, SERVE_FAULT */
  async answer(protocol: Protocol, given: GivenBody, served: ServedModel): Promise<ThreadAnswer> {
    const { source, name, version } = served
    if (source === undefined) throw new TypeError('a model without a source is scored here')
    const ready = this.#threads.filter(({ prepared }) => prepared.has(keyOf(source)))
    const thread = ready.reduce<Thread | undefined>(
      (best, one) => (best === undefined || one.waiting.size < best.waiting.size ? one : best),
      undefined,
    )
    if (thread === undefined || thread.waiting.size >= mostWaiting) throw fail('SERVE_BUSY', {})
    const id = this.#next++
    return new Promise((done, failed) => {
      thread.waiting.set(id, {
        done: (answer) => {
          this.#answered++
          done(answer)
        },
        failed,
      })
      const rows = this.#rows
      tell(thread, { ask: 'score', id, source, protocol: protocol.name, ...given, name, version, rows })
    })
  }

  /** Lets go of a model that is served no more, once what waits for it is scored. */
  forget(source: ModelSource): void {
    for (const thread of this.#threads) {
      thread.prepared.delete(keyOf(source))
      thread.asked.delete(keyOf(source))
      tell(thread, { ask: 'forget', source })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #start(): void {
    const worker = new Worker(new URL('./scoring-worker.js', import.meta.url), { execArgv: [] })
    const thread: Thread = { worker, prepared: new Set(), asked: new Set(), waiting: new Map() }
    worker.unref()
    worker.on('message', (reply: ThreadReply) => hear(thread, reply))
    worker.on('error', () => {})
    worker.on('exit', () => {
      const at = this.#threads.indexOf(thread)
      if (at >= 0) this.#threads.splice(at, 1)
      for (const { failed } of thread.waiting.values()) failed(fail('SERVE_FAULT', {}))
      thread.waiting.clear()
    })
    this.#threads.push(thread)
  }
}

function hear({ prepared, waiting }: Thread, reply: ThreadReply): void {
  if (reply.tell === 'prepared') {
    prepared.add(keyOf(reply.source))
    return
  }
  const asked = waiting.get(reply.id)
  waiting.delete(reply.id)
  if (reply.tell === 'answer') asked?.done(reply)
  else asked?.failed(new Error(reply.reason))
}

function tell({ worker }: Thread, request: ThreadRequest): void {
  worker.postMessage(request)
}

/** Names a source. */
export function keyOf(source: ModelSource): string {
  return JSON.stringify(source.kind === 'run' ? [source.kind, source.store, source.run] : [source.kind, source.folder])
}
