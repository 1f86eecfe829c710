import { fail } from '../base/errors.ts'
import type { Frame } from '../frame/index.ts'
import {
  countOf,
  type Model,
  type RawRows,
  type Reason,
  type ReasonOptions,
  RowConformer,
  type Scored,
} from '../model/index.ts'
import type { Batching } from './limits.ts'

/** Takes the scores of a request's rows, with reasons where it asked for them, or why there are none. */
export type TakeScores = (error: unknown, scored?: Scored, reasons?: readonly (readonly Reason[])[]) => void

/** Told of every batch that was scored: its rows, and how long each of its requests had waited. */
export type ObserveBatch = (rows: number, waitedMs: readonly number[]) => void

/** Shown the rows of every batch and their scores; the arrays last until it returns. */
export type SeeRows = (frame: Frame, scored: Scored) => void

interface Waiting {
  readonly from: number
  readonly rows: number
  readonly since: number
  readonly take: TakeScores
  readonly reasons: ReasonOptions | undefined
}

/**
 * Scores rows of concurrent requests together. Each request's rows are judged when they come, so that a bad one is refused
 * alone; should scoring itself refuse a row, the requests of the batch are scored one by one. A row's scores do not depend
 * on what is scored with it.
 */
export class Batcher {
  readonly #model: Model
  readonly #batching: Batching
  readonly #observe: ObserveBatch
  readonly #see: SeeRows | undefined
  readonly #conformer: RowConformer
  #waiting: Waiting[] = []
  /** Takes back the alarm that is set. */
  #alarm: (() => void) | undefined

  constructor(model: Model, batching: Batching, observe: ObserveBatch, see?: SeeRows) {
    this.#model = model
    this.#batching = batching
    this.#observe = observe
    this.#see = see
    this.#conformer = new RowConformer(model.signature)
  }

  /** Requests that wait for their scores. */
  get waiting(): number {
    return this.#waiting.length
  }

  /**
   * Scores rows soon; `take` is called once, later.
   *
   * @throws DaybookError SERVE_BUSY, and for bad rows what {@link RowConformer.add} throws; then `take` is not called
   */
  score(rows: RawRows, take: TakeScores, reasons?: ReasonOptions): void {
    const { maxBatchSize, maxQueue } = this.#batching
    if (this.#waiting.length >= maxQueue) throw fail('SERVE_BUSY', {})
    const count = countOf(rows)
    if (this.#waiting.length > 0 && this.#conformer.rows + count > maxBatchSize) this.flush()
    const from = this.#conformer.rows
    this.#conformer.add(rows)
    this.#waiting.push({ from, rows: count, since: performance.now(), take, reasons })
    if (this.#alarm === undefined) this.#setAlarm()
  }

  /** Scores what waits, now. */
  flush(): void {
    this.#clearAlarm()
    const waiting = this.#waiting
    if (waiting.length === 0) return
    this.#waiting = []
    const now = performance.now()
    const rows = this.#conformer.rows
    const tell = this.#scored(waiting)
    this.#conformer.clear() // before anybody is told: it may be asked for more
    this.#observe(
      rows,
      waiting.map(({ since }) => now - since),
    )
    for (const one of tell) one()
  }

  /**
   * Scores the batch; where that is refused, each request alone. Reasons are given to who asked for them, over rows of its own.
   * What is to be told to each, in order.
   */
  #scored(waiting: readonly Waiting[]): (() => void)[] {
    const frame = this.#conformer.frame()
    try {
      const whole = this.#model.scoreConformed(frame)
      this.#see?.(frame, whole)
      const width = whole.values.length / whole.rows
      return waiting.map((one) => {
        const { from, rows } = one
        const values = whole.values.subarray(from * width, (from + rows) * width)
        return this.#explained(one, frame, { ...whole, rows, values })
      })
    } catch (thrown) {
      if (waiting.length === 1)
        return waiting.map(
          ({ take }) =>
            () =>
              take(thrown),
        )
      return waiting.map((one) => {
        try {
          return this.#explained(one, frame, this.#model.scoreConformed(ownRows(one, frame)))
        } catch (alone) {
          return () => one.take(alone)
        }
      })
    }
  }

  /** What is to be told to a request whose rows are scored. */
  #explained(one: Waiting, frame: Frame, scored: Scored): () => void {
    const { take, reasons } = one
    if (reasons === undefined) return () => take(undefined, scored)
    try {
      const told = this.#model.explain(ownRows(one, frame), scored, reasons)
      return () => take(undefined, scored, told)
    } catch (thrown) {
      return () => take(thrown)
    }
  }

  #setAlarm(): void {
    const { maxDelayMs } = this.#batching
    const ring = (): void => {
      this.#alarm = undefined
      this.flush()
    }
    if (maxDelayMs === 0) {
      const immediate = setImmediate(ring)
      this.#alarm = () => clearImmediate(immediate)
    } else {
      const timeout = setTimeout(ring, maxDelayMs)
      this.#alarm = () => clearTimeout(timeout)
    }
  }

  #clearAlarm(): void {
    this.#alarm?.()
    this.#alarm = undefined
  }
}

function ownRows({ from, rows }: Waiting, frame: Frame): Frame {
  return frame.take(Uint32Array.from({ length: rows }, (_, i) => from + i))
}
