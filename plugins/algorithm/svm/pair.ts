import type { TrainingData } from 'daybook/plugin'
import { type RowSource, someOf, sourceOf } from './rows.ts'

/** Rows of two classes. */
export interface PairRows {
  readonly source: RowSource
  /** 1 (the second class) or 0 a row. */
  readonly codes: Int32Array
  readonly weights: Float64Array
}

/** The rows of two classes, given by ascending lists, in the order of the data. */
export function pairRowsOf({ X, weight }: TrainingData, first: Uint32Array, second: Uint32Array): PairRows {
  const count = first.length + second.length
  const rows = new Uint32Array(count)
  const codes = new Int32Array(count)
  const weights = new Float64Array(count).fill(1)
  let a = 0
  let b = 0
  for (let k = 0; k < count; k++) {
    const isSecond = a === first.length || (b < second.length && (second[b] as number) < (first[a] as number))
    rows[k] = (isSecond ? second[b++] : first[a++]) as number
    codes[k] = Number(isSecond)
    if (weight !== undefined) weights[k] = weight[rows[k] as number] as number
  }
  return { source: sourceOf(X, rows), codes, weights }
}

/** Some of the rows, by their index among them. */
export function someOfPair({ source, codes, weights }: PairRows, chosen: Uint32Array): PairRows {
  const own = { codes: new Int32Array(chosen.length), weights: new Float64Array(chosen.length) }
  for (let k = 0; k < chosen.length; k++) {
    own.codes[k] = codes[chosen[k] as number] as number
    own.weights[k] = weights[chosen[k] as number] as number
  }
  return { source: someOf(source, chosen), ...own }
}
