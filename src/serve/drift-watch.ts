import type { Frame } from '../frame/index.ts'
import type { Baseline, Expected } from '../model/drift/baseline.ts'
import { Binner, binCount } from '../model/drift/bins.ts'
import { compareCounts, type QuantityDrift } from '../model/drift/compare.ts'
import { scoreColumns } from '../model/drift/scores.ts'
import type { Scored } from '../model/index.ts'
import type { ServeLog } from './log.ts'
import type { ServedModel } from './served-model.ts'

export interface DriftWatching {
  /** Rows that are looked back on. Default 10,000. */
  readonly window?: number | undefined
  /** Rows of a second that are all counted; of those above, one in {@link sparse}. Default 1000. */
  readonly perSecond?: number | undefined
}

/** Of the rows above `perSecond`, one in so many is counted. */
const sparse = 50
/** Most columns that are watched, the first ones of the model. */
const mostColumns = 200
/** Rows after which the log is told what has moved, and rows that there must be. */
const lookEvery = 1000

/** The last rows of one quantity: the bin of each, and how many rows each bin has. */
interface Track {
  readonly expected: Expected
  readonly binner: Binner
  readonly bins: Uint8Array
  readonly counts: Float64Array
}

/**
 * Counts where the rows that a version scores lie, over a sliding window: of each row and quantity it keeps the number of a bin.
 * Which rows are left out where there are too many is a matter of their number, never of chance.
 */
export class DriftWatch {
  readonly #served: Pick<ServedModel, 'name' | 'version' | 'model'>
  readonly #baseline: Baseline
  readonly #log: ServeLog
  readonly #window: number
  readonly #perSecond: number
  readonly #columns: readonly Track[]
  readonly #scores: readonly Track[]
  readonly #words = new Map<string, string>()
  #at = 0
  #rows = 0
  #unlooked = 0
  #second = 0
  #ofSecond = 0

  constructor(
    served: Pick<ServedModel, 'name' | 'version' | 'model'>,
    baseline: Baseline,
    log: ServeLog,
    { window = 10_000, perSecond = 1000 }: DriftWatching = {},
  ) {
    this.#served = served
    this.#baseline = baseline
    this.#log = log
    this.#window = window
    this.#perSecond = perSecond
    const track = (expected: Expected): Track => ({
      expected,
      binner: new Binner(expected),
      bins: new Uint8Array(window),
      counts: new Float64Array(binCount(expected) + 1),
    })
    this.#columns = baseline.columns.slice(0, mostColumns).map(track)
    this.#scores = baseline.scores.map(track)
  }

  /** Rows that are looked back on now. */
  get rows(): number {
    return this.#rows
  }

  /** Counts rows that were scored. @param now in milliseconds, of any clock */
  take(frame: Frame, scored: Scored, now = performance.now()): void {
    const chosen = this.#choose(frame.rows, now)
    if (chosen.length === 0) return
    const all = chosen.length === frame.rows
    const [some, values] = all ? [frame, scored.values] : [frame.take(chosen), valuesOf(scored, chosen)]
    for (const track of this.#columns) this.#count(track, some.get(track.expected.name))
    const given = scoreColumns({ rows: chosen.length, values }, this.#served.model.signature)
    for (const track of this.#scores)
      this.#count(
        track,
        given.find(({ name }) => name === track.expected.name),
      )
    this.#at = (this.#at + chosen.length) % this.#window
    this.#rows = Math.min(this.#window, this.#rows + chosen.length)
    this.#unlooked += chosen.length
    if (this.#unlooked >= lookEvery) this.#look()
  }

  /** How the columns lie beside training. */
  columns(): readonly QuantityDrift[] {
    return this.#compared(this.#columns)
  }

  /** How what the model gives lies beside training. */
  scores(): readonly QuantityDrift[] {
    return this.#compared(this.#scores)
  }

  #compared(tracks: readonly Track[]): QuantityDrift[] {
    const { log } = this.#served.model.parts.kernels.math
    return tracks.map(({ expected, counts }) => compareCounts(expected, counts, this.#baseline.rows, log))
  }

  /** Rows of a batch that are counted; at most a window's worth. */
  #choose(rows: number, now: number): Uint32Array {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) [this.#second, this.#ofSecond] = [second, 0]
    const chosen: number[] = []
    for (let row = 0; row < rows && chosen.length < this.#window; row++) {
      const number = this.#ofSecond++
      if (number < this.#perSecond || (number - this.#perSecond) % sparse === 0) chosen.push(row)
    }
    return Uint32Array.from(chosen)
  }

  #count({ binner, bins, counts }: Track, column: Frame['columns'][number] | undefined): void {
    if (column === undefined) return
    binner.each(column, (bin, row) => {
      const at = (this.#at + row) % this.#window
      if (this.#rows === this.#window || at < this.#rows)
        counts[bins[at] as number] = (counts[bins[at] as number] as number) - 1
      bins[at] = bin
      counts[bin] = (counts[bin] as number) + 1
    })
  }

  /** Tells the log of each quantity that passed a threshold, once, and when it came back. */
  #look(): void {
    this.#unlooked = 0
    const { name: model, version } = this.#served
    const told = (kind: 'column' | 'score') => (drift: QuantityDrift) => {
      const word = drift.word ?? 'stable'
      const key = `${kind}\0${drift.name}`
      const before = this.#words.get(key) ?? 'stable'
      if (word === before || word === 'few rows') return
      this.#words.set(key, word)
      const psi = Math.round((drift.psi ?? 0) * 1000) / 1000
      const fields = { model, version, [kind]: drift.name, psi, rows: this.#rows }
      if (word === 'stable') this.#log.info(fields, 'drift: stable again')
      else this.#log.warn(fields, `drift: ${word}`)
    }
    this.columns().forEach(told('column'))
    this.scores().forEach(told('score'))
  }
}

function valuesOf({ rows, values }: Scored, chosen: Uint32Array): Float64Array {
  const width = values.length / rows
  const some = new Float64Array(chosen.length * width)
  for (const [i, row] of chosen.entries()) some.set(values.subarray(row * width, (row + 1) * width), i * width)
  return some
}
