import {
  alignUp,
  type BoostLoss,
  type BoostRows,
  boostGradients,
  boostLossSum,
  boostQuantile,
  type KernelMemory,
  type Kernels,
  sumGradients,
  toProbabilities,
  weightUnit,
} from 'daybook/kernels'
import { fail, type LabelledFeatures, type Task } from 'daybook/plugin'

/** What the `loss` param can say: losses for values. */
export type ValueLoss = 'squared' | 'absolute' | 'quantile' | 'poisson'

/**
 * The loss that boosting works on for a task.
 *
 * @throws DaybookError FIT_PARAM where the loss is one for values and the target has classes
 */
export function lossOf(task: Task, loss: ValueLoss, quantile: number): BoostLoss {
  if (task === 'regression') return loss === 'quantile' ? { quantile } : loss
  if (loss !== 'squared')
    throw fail('FIT_PARAM', { param: 'loss', value: loss, reason: 'the target has classes' }, { hint: 'Leave it out.' })
  return task === 'binary' ? 'logistic' : 'softmax'
}

/** What a learning curve shows of a loss. */
export function lossName(loss: BoostLoss): string {
  if (typeof loss === 'object') return 'pinball loss'
  return {
    logistic: 'log-loss',
    softmax: 'log-loss',
    squared: 'root mean squared error',
    absolute: 'mean absolute error',
    poisson: 'mean Poisson deviance',
  }[loss]
}

/** Share of the leaf's residuals that its value leaves below or at it; undefined where a leaf keeps its Newton step. */
function levelOf(loss: BoostLoss): number | undefined {
  return typeof loss === 'object' ? loss.quantile : loss === 'absolute' ? 0.5 : undefined
}

/** Share that a class has at least when boosting begins, so that its log-odds are finite. */
const LEAST_SHARE = 1e-9

/** Mean that a Poisson target has at least when boosting begins, so that its logarithm is finite. */
const LEAST_MEAN = 1e-9

/** Bytes that an objective takes from a scope. */
export function objectiveBytes(loss: BoostLoss, rows: number, others: number, outputs: number): number {
  const targets = 2 * (alignUp(4 * rows) + alignUp(4 * others))
  const probabilities = outputs > 1 ? alignUp(8 * rows * outputs) : 0
  const selection = levelOf(loss) === undefined ? 0 : 16 * rows
  return alignUp(8 * (rows + others) * outputs) + probabilities + 16 * rows + targets + 16 + selection
}

/** Scores, gradients and losses of the training rows, with those of the validation rows behind them. */
export class Objective {
  readonly loss: BoostLoss
  readonly outputs: number
  /** f64 [training rows + validation rows, outputs]. */
  readonly scores: Float64Array
  /** Pairs (g, h) of the training rows: f64 [2 * rows]. */
  readonly gradients: Float64Array
  readonly #kernels: Kernels
  readonly #training: BoostRows
  readonly #validation: BoostRows
  readonly #probabilities: Float64Array
  readonly #sums: Float64Array
  readonly #level: number | undefined
  readonly #selection: Uint8Array
  readonly #unit: number

  constructor(
    kernels: Kernels,
    memory: KernelMemory,
    loss: BoostLoss,
    outputs: number,
    training: LabelledFeatures,
    validation: LabelledFeatures | undefined,
  ) {
    const rows = training.y.length
    const all = rows + (validation?.y.length ?? 0)
    this.#kernels = kernels
    this.loss = loss
    this.outputs = outputs
    this.scores = memory.f64(all * outputs)
    this.gradients = memory.f64(2 * rows)
    this.#probabilities = memory.f64(outputs > 1 ? rows * outputs : 0)
    this.#sums = memory.f64(2)
    this.#level = levelOf(loss)
    this.#selection = memory.u8(this.#level === undefined ? 0 : 16 * rows)
    this.#unit = weightUnit(training.weight)
    const enter = (part: LabelledFeatures | undefined, from: number, to: number): BoostRows => ({
      scores: this.scores.subarray(from * outputs, to * outputs),
      y: memory.put(part?.y ?? new Float32Array(0)),
      weight: part?.weight === undefined ? undefined : memory.put(part.weight),
    })
    this.#training = enter(training, 0, rows)
    this.#validation = enter(validation, rows, all)
  }

  /**
   * Starts all scores at the best constant and gives it. `rows`: all training rows. Means are read off exact sums of
   * gradients at score 0, which say how far they are off: sum(g) / sum(w) = constant - mean. So the order of rows is no matter.
   */
  start(rows: Uint32Array): Float64Array {
    const { outputs } = this
    const base = new Float64Array(outputs)
    this.begin()
    for (let output = 0; output < outputs; output++) {
      this.differentiate(output)
      const { g, h } = this.sum(rows.length)
      if (h > 0) base[output] = this.#level === undefined ? this.#constant(g, h) : this.bestValue(rows)
    }
    for (let i = 0; i < this.scores.length; i++) this.scores[i] = base[i % outputs] as number
    return base
  }

  #constant(g: number, h: number): number {
    const { loss } = this
    if (loss === 'squared') return -g / h
    const { log } = this.#kernels.math
    if (loss === 'poisson') return log(Math.max(1 - g / h, LEAST_MEAN))
    const shareOf = (raw: number): number => Math.min(Math.max(raw, LEAST_SHARE), 1 - LEAST_SHARE)
    if (loss === 'softmax') return log(shareOf(1 / this.outputs - g / (this.outputs * h))) // h is sum(w) / K here
    const share = shareOf(0.5 - g / (4 * h)) // h is sum(w) / 4 here
    return log(share / (1 - share))
  }

  /** True where leaves take the best value of their rows in place of a Newton step. */
  get renews(): boolean {
    return this.#level !== undefined
  }

  /** Of a loss that renews: what, added to the scores of these training rows, makes their loss least. */
  bestValue(rows: Uint32Array): number {
    const value = boostQuantile(this.#kernels, this.#training, this.#unit, rows, this.#level as number, this.#selection)
    return Number.isNaN(value) ? 0 : value // no row has weight
  }

  /**
   * The step that a leaf of this Newton step takes. A Poisson leaf that has to rise by the factor 1 + w would overshoot by
   * far with w, and log(1 + w) is just right. Order is kept, and with it monotone promises.
   */
  stepOf(weight: number): number {
    return this.loss === 'poisson' && weight > 0 ? this.#kernels.math.log1p(weight) : weight
  }

  /** Begins a round: what all outputs of it share. */
  begin(): void {
    if (this.loss !== 'softmax') return
    this.#probabilities.set(this.#training.scores)
    toProbabilities(this.#kernels, this.#probabilities, this.outputs)
  }

  /** Writes the gradients of one output, by the scores at the round's beginning. */
  differentiate(output: number): void {
    const softmax = { probabilities: this.#probabilities, output, outputs: this.outputs }
    boostGradients(this.#kernels, this.loss, this.#training, this.gradients, softmax)
  }

  /** Exact sum of the gradients of some rows, or of the first n. */
  sum(rows: Uint32Array | number): { g: number; h: number } {
    sumGradients(this.#kernels, this.gradients, rows, this.#sums)
    const [g = 0, h = 0] = this.#sums
    return { g, h }
  }

  /** Mean loss of a part, as `lossName` names it. */
  meanLoss(part: 'training' | 'validation'): number {
    const rows = part === 'training' ? this.#training : this.#validation
    const mean = boostLossSum(this.#kernels, this.loss, rows) / weightSum(rows)
    return this.loss === 'squared' ? Math.sqrt(mean) : mean
  }
}

function weightSum({ y, weight }: BoostRows): number {
  if (weight === undefined) return y.length
  let sum = 0
  for (const w of weight) sum += w
  return sum
}
