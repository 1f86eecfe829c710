import { fail } from '../../base/errors.ts'
import type { JsonObject } from '../../base/json.ts'
import type { Column, Frame } from '../../frame/index.ts'
import type { Signature } from '../manifest.ts'
import type { Scored } from '../predictions.ts'
import { Binner, type Bins, binCount, binShares, binsOf, countBins } from './bins.ts'
import { scoreColumns } from './scores.ts'

/** Shares of the training rows in the bins of one quantity: a raw column, or what the model gives. */
export interface Expected extends Bins {
  /** One a bin. */
  readonly shares: readonly number[]
}

/** Where the training rows and their scores lay: what rows that come later are held against. It names no row. */
export interface Baseline {
  readonly format: 1
  /** Training rows. */
  readonly rows: number
  /** Raw columns that the model takes. */
  readonly columns: readonly Expected[]
  readonly scores: readonly Expected[]
}

/** The baseline of conformed training rows and their scores. */
export function makeBaseline(
  training: Frame,
  scored: Pick<Scored, 'rows' | 'values'>,
  signature: Pick<Signature, 'task' | 'output' | 'classes'>,
): Baseline {
  return {
    format: 1,
    rows: scored.rows,
    columns: training.columns.map((column) => expected(column, binsOf(column))),
    scores: scoreColumns(scored, signature).map((column) => expected(column, scoreBins(column))),
  }
}

/** A cluster is nobody's value: it has a bin however small it is. */
export function scoreBins(column: Column): Bins {
  return binsOf(column, 1)
}

function expected(column: Column, bins: Bins): Expected {
  return { ...bins, shares: binShares(countBins(new Binner(bins), column)) }
}

/** Reads a baseline that a store holds. @throws DaybookError MODEL_NO_BASELINE */
export function parseBaseline(value: unknown): Baseline {
  const { format, rows, columns, scores } = (value ?? {}) as Partial<JsonObject>
  const quantities = [columns, scores]
  if (
    format !== 1 ||
    typeof rows !== 'number' ||
    !quantities.every((list) => Array.isArray(list) && list.every(isSound))
  )
    throw fail('MODEL_NO_BASELINE', {})
  return value as Baseline
}

function isSound(value: unknown): boolean {
  const { name, type, cuts, levels, shares } = (value ?? {}) as Partial<Expected>
  const isList = (list: unknown, of: string): boolean => Array.isArray(list) && list.every((one) => typeof one === of)
  return (
    typeof name === 'string' &&
    ['number', 'date', 'level', 'text'].includes(type as string) &&
    isList(cuts, 'number') &&
    isList(levels, 'string') &&
    isList(shares, 'number') &&
    shares?.length === binCount(value as Bins)
  )
}
