import {
  alignUp,
  BoostGradients,
  type BoostLoss,
  type BoostRows,
  boostLossSum,
  gradientBytes,
  type KernelMemory,
  type Kernels,
  toProbabilities,
} from 'daybook/kernels'
import type { LabelledFeatures, Task } from 'daybook/plugin'

/** The loss that boosting works on for a task. */
export function lossOf(task: Task): BoostLoss {
  return task === 'regression' ? 'squared' : task === 'binary' ? 'logistic' : 'softmax'
}

/** Share that a class has at least when boosting begins, so that its log-odds are finite. */
const LEAST_SHARE = 1e-9

/** Bytes that an objective takes from a scope. */
export function objectiveBytes(rows: number, others: number, outputs: number): number {
  const targets = 2 * (alignUp(4 * rows) + alignUp(4 * others))
  const probabilities = outputs > 1 ? alignUp(8 * rows * outputs) : 0
  return alignUp(8 * (rows + others) * outputs) + probabilities + gradientBytes(rows) + targets
}

/** Scores, gradients and losses of the training rows, with those of the validation rows behind them. */
export class Objective {
  readonly loss: BoostLoss
  readonly outputs: number
  /** f64 [training rows + validation rows, outputs]. */
  readonly scores: Float64Array
  /** Those of the training rows. */
  readonly gradients: BoostGradients
  readonly #kernels: Kernels
  readonly #training: BoostRows
  readonly #validation: BoostRows
  readonly #probabilities: Float64Array

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
    this.gradients = new BoostGradients(kernels, memory, rows)
    this.#probabilities = memory.f64(outputs > 1 ? rows * outputs : 0)
    const enter = (part: LabelledFeatures | undefined, from: number, to: number): BoostRows => ({
      scores: this.scores.subarray(from * outputs, to * outputs),
      y: memory.put(part?.y ?? new Float32Array(0)),
      weight: part?.weight === undefined ? undefined : memory.put(part.weight),
    })
    this.#training = enter(training, 0, rows)
    this.#validation = enter(validation, rows, all)
  }

  /**
   * Starts all scores at the best constant and gives it. It is read off exact sums of gradients at score 0, where they say
   * how far the weighted mean of the targets is off: sum(g) / sum(w) = constant - mean. So the order of rows is no matter.
   */
  start(): Float64Array {
    const { outputs } = this
    const base = new Float64Array(outputs)
    this.begin()
    for (let output = 0; output < outputs; output++) {
      this.differentiate(output)
      const { g, h } = this.gradients.sum()
      base[output] = h > 0 ? this.#constant(g, h) : 0
    }
    for (let i = 0; i < this.scores.length; i++) this.scores[i] = base[i % outputs] as number
    return base
  }

  #constant(g: number, h: number): number {
    if (this.loss === 'squared') return -g / h
    const { log } = this.#kernels.math
    const shareOf = (raw: number): number => Math.min(Math.max(raw, LEAST_SHARE), 1 - LEAST_SHARE)
    if (this.loss === 'softmax') return log(shareOf(1 / this.outputs - g / (this.outputs * h))) // h is sum(w) / K here
    const share = shareOf(0.5 - g / (4 * h)) // h is sum(w) / 4 here
    return log(share / (1 - share))
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
    this.gradients.take(this.loss, this.#training, softmax)
  }

  /** Mean loss of a part: negative log-likelihood, or root mean squared error. */
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
