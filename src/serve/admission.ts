/** Bursts are taken in full: shedding begins where waits have been too long for so many milliseconds. */
const burstMs = 50

/** Work that ended so many milliseconds ago ended just now: the process was busy, and what it finds has waited. */
const justNowMs = 1

/**
 * Sheds what would wait too long. A process takes requests in turns: what has arrived is read, then scored and answered;
 * what comes meanwhile waits for the next turn. So what is found now may have come as early as the reading of the turn
 * before ended, if the process was busy since. Once that wait has been longer than it may be for a while, whatever lies
 * beyond it is refused before its body is read, which costs little, and the wait of what is accepted stays bounded.
 */
export class Admission {
  readonly #waitMs: number
  #inTurn = false
  /** When what is found in this turn may have come. */
  #cameFrom = 0
  #readUntil = 0
  #workedUntil = Number.NEGATIVE_INFINITY
  #longTurn = false
  #longSince: number | undefined
  #held = 0

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** Tells that a request was answered. */
  worked(now: number): void {
    this.#workedUntil = now
  }

  /** Refuses nothing until the work has ended: what waits for the server's own doing is not too much to do. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#held++
    try {
      return await work()
    } finally {
      this.#held--
      this.#longSince = undefined
    }
  }

  /** May one more request be taken? */
  admits(now: number): boolean {
    if (!this.#inTurn) this.#beginTurn(now)
    if (now - this.#cameFrom <= this.#waitMs) return true
    this.#longTurn = true
    this.#longSince ??= now
    return this.#held > 0 || now - this.#longSince < burstMs
  }

  #beginTurn(now: number): void {
    this.#inTurn = true
    const busy = now - this.#workedUntil < justNowMs
    this.#cameFrom = busy ? this.#readUntil : now
    setImmediate(() => {
      this.#inTurn = false
      this.#readUntil = performance.now()
      if (!this.#longTurn) this.#longSince = undefined
      this.#longTurn = false
    })
  }
}
