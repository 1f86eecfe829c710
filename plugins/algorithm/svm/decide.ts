import {
  type Kernels,
  placeInTiles,
  SVM_TILE,
  type SvmDecisionRule,
  SvmDecisions,
  type SvmKernel,
  type SvmTiles,
  svmDecisionBytes,
  wholeTiles,
} from 'daybook/kernels'
import type { Turn } from './problem.ts'
import { countTo, type RowSource, someOf, writeRow } from './rows.ts'

/** Rows that are decided on between two copies of rows. */
const BATCH = 256
/** Kernel values, times features, between two turns of the event loop. */
const CHUNK = 2e8

/** Vectors of a source, in tiles. */
export function tilesOf(source: RowSource, chosen: ArrayLike<number>): SvmTiles {
  const { features } = source
  const count = wholeTiles(chosen.length)
  const values = new Float32Array(count * features)
  for (let vector = 0; vector < chosen.length; vector++)
    writeRow(source, chosen[vector] as number, values, placeInTiles(vector, features), SVM_TILE)
  return { values, count, features }
}

/** Values f64 [rows, functions] of decision functions for all rows of a source. */
export function decide(kernels: Kernels, rule: SvmDecisionRule, source: RowSource): Float64Array {
  const batch = Math.min(BATCH, source.rows)
  return kernels.scope(svmDecisionBytes(kernels, rule, batch), (memory) => {
    const decisions = new SvmDecisions(kernels, memory, rule, batch)
    const width = rule.intercepts.length
    const out = new Float64Array(source.rows * width)
    for (let from = 0; from < source.rows; from += BATCH) {
      const rows = Math.min(BATCH, source.rows - from)
      decisions.x.fill(0)
      for (let row = 0; row < rows; row++) writeRow(source, from + row, decisions.x, row * source.features, 1)
      out.set(decisions.decide(rows), from * width)
    }
    return out
  })
}

/** One function over the rows of a source: intercept + sum of betas times K(x, row). */
export interface RowMachine {
  readonly source: RowSource
  readonly betas: Float64Array
  readonly intercept: number
}

/** Values f64 [rows] of the machine for the rows of a source; lets the event loop have its turns. */
export async function decisionsOf(
  kernels: Kernels,
  { source, betas, intercept }: RowMachine,
  kernel: SvmKernel,
  given: RowSource,
  turn: Turn,
): Promise<Float64Array> {
  const support = supportOf(betas)
  const rule: SvmDecisionRule = {
    kernel,
    tiles: tilesOf(source, support),
    runs: Int32Array.of(0, support.length, 0, 0),
    coefficients: Float64Array.from(support, (row) => betas[row] as number),
    intercepts: Float64Array.of(intercept),
  }
  const values = new Float64Array(given.rows)
  const part = Math.max(1, Math.floor(CHUNK / ((support.length + 1) * (source.features + 10))))
  for (let from = 0; from < given.rows; from += part) {
    const rows = Uint32Array.from({ length: Math.min(part, given.rows - from) }, (_, k) => from + k)
    values.set(decide(kernels, rule, someOf(given, rows)), from)
    await turn(0, 'looking at rows left out')
  }
  return values
}

/** Rows whose coefficient is not 0. */
export function supportOf(betas: Float64Array): Uint32Array {
  return countTo(betas.length).filter((row) => betas[row] !== 0)
}
