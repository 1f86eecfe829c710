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
  /** Made for the first fold, let go of after the last. */
  #work: { readonly pair: PairRows; readonly foldOf: Uint8Array; readonly decisions: Float64Array } | undefined
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
    await turn(0, 'folds')
    this.#work ??= this.#deal()
    const { pair, foldOf, decisions } = this.#work
    const all = countTo(foldOf.length)
    const left = all.filter((row) => foldOf[row] === fold)
    if (left.length > 0) {
      const rest = someOfPair(
        pair,
        all.filter((row) => foldOf[row] !== fold),
      )
      const problem = classProblem(rest.source, rest.codes, rest.weights, this.#c)
      const machine = await trainMachine(this.#kernels, wave, problem, this.#rules, turn)
      const given = someOfPair(pair, left).source
      const values = await valuesOf(this.#kernels, machine, this.#rules.kernel, given, turn)
      for (const [k, row] of left.entries()) decisions[row] = values[k] as number
    }
    this.#left -= 1
    if (this.#left > 0) return undefined
    this.#work = undefined
    return fitSigmoid(this.#kernels, decisions, pair.codes, pair.weights, () => turn(1, 'sigmoid'))
  }

  /** Deals rows to the folds class by class, in the stream's order. */
  #deal(): { pair: PairRows; foldOf: Uint8Array; decisions: Float64Array } {
    const pair = this.#rows()
    const { rows } = pair.source
    const foldOf = new Uint8Array(rows)
    const dealt = [0, 0]
    for (const row of this.#stream().permutation(rows)) {
      const code = pair.codes[row] as 0 | 1
      foldOf[row] = (dealt[code] as number) % CALIBRATION_FOLDS
      dealt[code] = (dealt[code] as number) + 1
    }
    return { pair, foldOf, decisions: new Float64Array(rows) }
  }
}
