import type { KernelMemory, Kernels } from './kernels.ts'
import { alignUp } from './memory.ts'

type BoostFunctions = {
  boostStep(largest: number, n: number): number
}

const of = (kernels: Kernels): BoostFunctions => kernels.functions as unknown as BoostFunctions

/** Rows to boost on; all arrays lie in kernel memory. */
export interface BoostRows {
  /** Raw scores, f64 [n, outputs]. */
  readonly scores: Float64Array
  /** Class codes i32, or values f32. */
  readonly y: Int32Array | Float32Array
  /** f32 [n], or undefined where every row counts 1. */
  readonly weight: Float32Array | undefined
}

/**
 * Loss to boost by: logistic for two classes, multinomial for more; for values squared error, absolute error, Poisson
 * deviance of scores that are logarithms, or the pinball loss of a quantile.
 */
export type BoostLoss = 'logistic' | 'softmax' | 'squared' | 'absolute' | 'poisson' | { readonly quantile: number }

const at = (array: { readonly byteOffset: number } | undefined): number => array?.byteOffset ?? 0

/** Rows that one call works on: fixed, and few enough for threads to share the work evenly. */
const ROWS_A_CALL = 8192

/** Bytes of kernel memory that {@link BoostGradients} of n rows take. */
export function gradientBytes(n: number): number {
  return alignUp(8 * n) + 2 * alignUp(16 * callsFor(n))
}

function callsFor(n: number): number {
  return Math.ceil(n / ROWS_A_CALL)
}

/**
 * Gradients and hessians of n rows for one output, in memory of a scope. They lie on two grids, steps of a power of two, on
 * which the f64 sum of any of them is exact: sums then depend neither on the order of rows nor on threads.
 */
export class BoostGradients {
  readonly #kernels: Kernels
  readonly #largest: Float64Array
  readonly #sums: Float64Array
  /** Pairs (g, h) i32 [2 n], in steps. */
  readonly pairs: Int32Array
  /** Size of a step of g and of h. */
  stepG = 0
  stepH = 0

  constructor(kernels: Kernels, memory: KernelMemory, n: number) {
    this.#kernels = kernels
    this.pairs = memory.i32(2 * n)
    this.#largest = memory.f64(2 * callsFor(n))
    this.#sums = memory.f64(2 * callsFor(n))
  }

  /** Takes the gradients of the rows' losses. For softmax, `probabilities` f64 [n, outputs] holds those of the scores. */
  take(
    loss: BoostLoss,
    rows: BoostRows,
    softmax?: { readonly probabilities: Float64Array; readonly output: number; readonly outputs: number },
  ): void {
    const { pairs } = this
    const n = rows.y.length
    const y = (from: number): number => at(rows.y) + 4 * from
    const weight = (from: number): number => (rows.weight === undefined ? 0 : at(rows.weight) + 4 * from)
    if (loss === 'softmax') {
      if (softmax === undefined) throw new TypeError('softmax gradients need probabilities')
      const { probabilities, output, outputs } = softmax
      this.#run('boostSoftmaxGradients', n, (from, count) => [
        at(probabilities) + 8 * outputs * from,
        y(from),
        weight(from),
        count,
        output,
        outputs,
        at(pairs) + 8 * from,
      ])
    } else {
      this.#run(gradientsOf(loss), n, (from, count) => [
        at(rows.scores) + 8 * from,
        y(from),
        weight(from),
        count,
        ...slopesOf(loss),
        at(pairs) + 8 * from,
      ])
    }
    this.#run('boostLargest', n, (from, count, call) => [at(pairs) + 8 * from, count, at(this.#largest) + 16 * call])
    this.stepG = this.#step(0, n)
    this.stepH = this.#step(1, n)
    this.#run('boostToGrid', n, (from, count, call) => [
      at(pairs) + 8 * from,
      count,
      this.stepG,
      this.stepH,
      at(this.#sums) + 16 * call,
    ])
  }

  /** Exact sum of all pairs, or of those of some rows. */
  sum(rows?: Uint32Array): { g: number; h: number } {
    const count = rows === undefined ? this.pairs.length / 2 : rows.length
    if (rows !== undefined) {
      this.#run('boostSumRows', count, (from, length, call) => [
        at(this.pairs),
        at(rows) + 4 * from,
        length,
        this.stepG,
        this.stepH,
        at(this.#sums) + 16 * call,
      ])
    }
    let g = 0
    let h = 0
    for (let call = 0; call < callsFor(count); call++) {
      g += this.#sums[2 * call] as number
      h += this.#sums[2 * call + 1] as number
    }
    return { g, h }
  }

  #step(which: 0 | 1, n: number): number {
    let largest = 0
    for (let call = 0; call < callsFor(n); call++)
      largest = Math.max(largest, this.#largest[2 * call + which] as number)
    return of(this.#kernels).boostStep(largest, n)
  }

  #run(name: string, n: number, call: (from: number, count: number, call: number) => number[]): void {
    const calls = Array.from({ length: callsFor(n) }, (_, i) => {
      const from = i * ROWS_A_CALL
      return call(from, Math.min(ROWS_A_CALL, n - from), i)
    })
    this.#kernels.parallel(name, calls)
  }
}

/** The kernel that takes a loss's gradients. */
function gradientsOf(loss: Exclude<BoostLoss, 'softmax'>): string {
  if (loss === 'logistic') return 'boostLogisticGradients'
  if (loss === 'squared') return 'boostSquaredGradients'
  return loss === 'poisson' ? 'boostPoissonGradients' : 'boostPinballGradients'
}

/** Of a pinball loss: what a score costs for each unit below its target, and above. */
function slopesOf(loss: BoostLoss): [] | [under: number, over: number] {
  if (typeof loss === 'object') return [loss.quantile, 1 - loss.quantile]
  return loss === 'absolute' ? [1, 1] : []
}

/** Weighted sum of the rows' losses: negative log-likelihoods, squared or absolute errors, pinball losses, deviances. */
export function boostLossSum(kernels: Kernels, loss: BoostLoss, rows: BoostRows): number {
  const n = rows.y.length
  const outputs = rows.scores.length / Math.max(n, 1)
  const own = loss === 'softmax' ? [outputs] : slopesOf(loss)
  return kernels.scope(8 * callsFor(n), (memory) => {
    const sums = memory.f64(callsFor(n))
    const calls = Array.from(sums, (_, call) => {
      const from = call * ROWS_A_CALL
      const weight = rows.weight === undefined ? 0 : at(rows.weight) + 4 * from
      const count = Math.min(ROWS_A_CALL, n - from)
      return [at(rows.scores) + 8 * outputs * from, at(rows.y) + 4 * from, weight, count, ...own, at(sums) + 8 * call]
    })
    kernels.parallel(lossOf(loss), calls)
    return sums.reduce((a, b) => a + b, 0)
  })
}

/** The kernel that sums a loss. */
function lossOf(loss: BoostLoss): string {
  if (loss === 'logistic') return 'boostLogisticLoss'
  if (loss === 'softmax') return 'boostSoftmaxLoss'
  if (loss === 'squared') return 'boostSquaredLoss'
  return loss === 'poisson' ? 'boostPoissonLoss' : 'boostPinballLoss'
}
