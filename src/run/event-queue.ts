import { type Deferred, defer } from './deferred.ts'

/** Values that are pushed on one side and iterated on the other, in order. */
export class EventQueue<T> {
  readonly #values: T[] = []
  #closed = false
  #wakeUp: Deferred<void> | undefined

  push(value: T): void {
    this.#values.push(value)
    this.#wakeUp?.resolve()
  }

  /** Ends the iteration once everything pushed was taken. */
  close(): void {
    this.#closed = true
    this.#wakeUp?.resolve()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift() as T
      if (this.#closed) return
      this.#wakeUp = defer()
      await this.#wakeUp.promise
    }
  }
}
