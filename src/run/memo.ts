/** Values that are dear to make, by key: the most recently used few. A failed making is not kept. */
export class Memo {
  readonly #values = new Map<string, Promise<unknown>>()
  readonly #capacity: number

  constructor(capacity = 12) {
    this.#capacity = capacity
  }

  /** The value of `key`, made now if it is not there. Equal keys stand for equal values. */
  get<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = this.#values.get(key) as Promise<T> | undefined
    const value = known ?? make()
    this.#values.delete(key)
    this.#values.set(key, value)
    if (known === undefined) {
      value.catch(() => this.#values.delete(key))
      const oldest = this.#values.keys().next().value
      if (this.#values.size > this.#capacity && oldest !== undefined) this.#values.delete(oldest)
    }
    return value
  }
}
