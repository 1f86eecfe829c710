/**
 * Sheds what would wait too long. A process takes requests in turns: what arrived is read, then scored, then answered, and
 * whatever comes meanwhile waits for the next turn. So a turn may take in work for so many milliseconds; the rest of what
 * has piled up is refused at once, which costs little, and the wait of what is accepted stays bounded.
 */
export class Admission {
  readonly #waitMs: number
  #turnBegan = 0
  #inTurn = false

  constructor(waitMs: number) {
    this.#waitMs = waitMs
  }

  /** May one more request be taken in this turn? */
  admits(now: number): boolean {
    if (!this.#inTurn) {
      this.#inTurn = true
      this.#turnBegan = now
      setImmediate(() => {
        this.#inTurn = false
      })
    }
    return now - this.#turnBegan <= this.#waitMs
  }
}
