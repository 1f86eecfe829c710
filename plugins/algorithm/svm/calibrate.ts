import type { Kernels } from 'daybook/kernels'
import type { RandomStream } from 'daybook/plugin'
import { type MachineRules, trainMachine, valuesOf } from './machine.ts'
import { type PairRows, someOfPair } from './pair.ts'
import { classProblem, type Turn } from './problem.ts'
import { countTo } from './rows.ts'
import { fitSigmoid, type Sigmoid } from './sigmoid.ts'
import type { Wave } from './wave.ts'

/** Parts of the rows, each of which is decided on by a machine that did not see it. */
export const CALIBRATION_FOLDS = 5

/** Rows that are dealt between two turns of the event loop. */
const DEALT = 100_000

interface Dealt {
  readonly pair: PairRows
  readonly foldOf: Uint8Array
  /** f64 [rows]: by the machine that did not see the row. */
  readonly decisions: Float64Array
}

/**
 * Finds the sigmoid that makes probabilities of the decisions of a pair: fitted to decisions on rows that the deciding machine
 * was not trained on. Folds may be done in any order, and side by side.
 */
export class PairCalibration {
  readonly #kernels: Kernels
  readonly #rules: MachineRules
  readonly #c: number
  readonly #rows: () => PairRows
  readonly #stream: () => RandomStream
  /** Begun for the first fold, let go of after the last. */
  #dealt: Promise<Dealt> | undefined
  #left = CALIBRATION_FOLDS

  constructor(kernels: Kernels, rules: MachineRules, c: number, rows: () => PairRows, stream: () => RandomStream) {
    this.#kernels = kernels
    this.#rules = rules
    this.#c = c
    this.#rows = rows
    this.#stream = stream
  }

  /** Trains without the rows of a fold and decides on them. The fold that ends last gives the sigmoid. */
  async fold(fold: number, wave: Wave, turn: Turn): Promise<Sigmoid | undefined> {
    const pause = () => turn(0, 'folds')
    await pause()
    this.#dealt ??= this.#deal(pause)
    const { pair, foldOf, decisions } = await this.#dealt
    const { left, rest } = split(foldOf, fold)
    await pause()
    if (left.length > 0) {
      const { source, codes, weights } = someOfPair(pair, rest)
      await pause()
      const problem = classProblem(source, codes, weights, this.#c)
      const machine = await trainMachine(this.#kernels, wave, problem, this.#rules, turn)
      const given = someOfPair(pair, left).source
      const values = await valuesOf(this.#kernels, machine, this.#rules.kernel, given, turn)
      for (let k = 0; k < left.length; k++) decisions[left[k] as number] = values[k] as number
    }
    this.#left -= 1
    if (this.#left > 0) return undefined
    this.#dealt = undefined
    return fitSigmoid(this.#kernels, decisions, pair.codes, pair.weights, () => turn(1, 'sigmoid'))
  }

  /** Deals rows to the folds class by class, in the order of a permutation from the stream (Fisher and Yates, from the end). */
  async #deal(pause: () => Promise<void>): Promise<Dealt> {
    const pair = this.#rows()
    const { rows } = pair.source
    const stream = this.#stream()
    const order = countTo(rows)
    const foldOf = new Uint8Array(rows)
    const dealt = [0, 0]
    for (let i = rows - 1; i >= 0; i--) {
      const j = i > 0 ? stream.below(i + 1, i) : 0
      const row = order[j] as number
      order[j] = order[i] as number
      const code = pair.codes[row] as 0 | 1
      foldOf[row] = (dealt[code] as number) % CALIBRATION_FOLDS
      dealt[code] = (dealt[code] as number) + 1
      if (i % DEALT === DEALT - 1) await pause()
    }
    return { pair, foldOf, decisions: new Float64Array(rows) }
  }
}

/** Indices of the rows of a fold, and of the others. */
function split(foldOf: Uint8Array, fold: number): { left: Uint32Array; rest: Uint32Array } {
  const left = new Uint32Array(foldOf.length)
  const rest = new Uint32Array(foldOf.length)
  let count = 0
  for (let row = 0; row < foldOf.length; row++) {
    if (foldOf[row] === fold) left[count++] = row
    else rest[row - count] = row
  }
  return { left: left.slice(0, count), rest: rest.slice(0, foldOf.length - count) }
}
