import type { Kernels, SvmKernel } from 'daybook/kernels'
import type { RandomStream } from 'daybook/plugin'
import { type Machine, valuesOf } from './machine.ts'
import type { Turn } from './problem.ts'
import { countTo, type RowSource, someOf } from './rows.ts'
import { fitSigmoid, type Sigmoid } from './sigmoid.ts'

/** Parts of the rows, each of which is decided on by a machine that did not see it. */
export const CALIBRATION_FOLDS = 5

/** The rows that a sigmoid is fitted to. */
export interface CalibrationRows {
  readonly source: RowSource
  /** 1 or 0 a row. */
  readonly codes: Int32Array
  readonly weights: Float64Array
}

/**
 * Fits the sigmoid that makes probabilities of decisions, to decisions on rows that the deciding machine was not trained on.
 * Rows are dealt to the folds class by class, in the stream's order.
 */
export async function calibrate(
  kernels: Kernels,
  { source, codes, weights }: CalibrationRows,
  kernel: SvmKernel,
  stream: RandomStream,
  train: (rows: Uint32Array, fold: number) => Promise<Machine>,
  turn: Turn,
): Promise<Sigmoid> {
  const folds = new Uint8Array(source.rows)
  const dealt = [0, 0]
  for (const row of stream.permutation(source.rows)) {
    const code = codes[row] as 0 | 1
    folds[row] = (dealt[code] as number) % CALIBRATION_FOLDS
    dealt[code] = (dealt[code] as number) + 1
  }
  const all = countTo(source.rows)
  const decisions = new Float64Array(source.rows)
  for (let fold = 0; fold < CALIBRATION_FOLDS; fold++) {
    const left = all.filter((row) => folds[row] === fold)
    if (left.length === 0) continue
    const machine = await train(
      all.filter((row) => folds[row] !== fold),
      fold,
    )
    const values = await valuesOf(kernels, machine, kernel, someOf(source, left), turn)
    for (const [k, row] of left.entries()) decisions[row] = values[k] as number
  }
  return fitSigmoid(kernels, decisions, codes, weights)
}
