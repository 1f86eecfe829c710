import { fail } from '../../base/errors.ts'
import type { Frame } from '../../frame/index.ts'
import type { Signature } from '../manifest.ts'
import type { Reason, Scored } from '../predictions.ts'
import type { Parts } from './parts.ts'

export interface ReasonOptions {
  /** Most reasons of a row. */
  readonly count: number
  /** Binary: the class that reasons speak for. Default: the positive one, whatever is predicted: where to cut is the caller's. */
  readonly of?: string | undefined
}

/**
 * The columns that spoke most for what a row got, by falling contribution: in a binary task for the positive class or for `of`, with
 * several classes for the predicted one; in a regression or an anomaly task those that moved the number most, up or down. The
 * text is the page's `reason` of the column.
 *
 * @throws DaybookError MODEL_REASON_CLASS
 */
export function reasonsOf(
  parts: Parts,
  scored: Scored,
  signature: Signature,
  { count, of }: ReasonOptions,
): (readonly Reason[])[] {
  const signs = signsOf(scored, signature, of)
  const texts = new Map(signature.columns.map(({ name, reason }) => [name, reason]))
  const width = parts.columns.length
  return Array.from(signs, (sign, row) => {
    const all = parts.columns.map((columns, part) => ({
      columns,
      contribution: (parts.values[row * width + part] as number) * (sign === 0 ? 1 : sign) + 0,
    }))
    const size = (contribution: number): number => (sign === 0 ? Math.abs(contribution) : contribution)
    return all
      .filter(({ contribution }) => size(contribution) > 0)
      .sort((a, b) => size(b.contribution) - size(a.contribution))
      .slice(0, count)
      .map(({ columns, contribution }) => {
        const reason = columns.map((column) => texts.get(column)).find((text) => text !== undefined)
        return { column: columns.join(' × '), contribution, ...(reason !== undefined && { reason }) }
      })
  })
}

/**
 * Can reasons be given that way? Asked before rows are read.
 *
 * @throws DaybookError MODEL_REASON_CLASS, MODEL_NO_REASONS
 */
export function checkReasons({ task, classes, output }: Signature, { of }: ReasonOptions): void {
  if (output === 'clusters') throw fail('MODEL_NO_REASONS', { task })
  if (of === undefined || (task === 'binary' && classes.includes(of))) return
  throw fail('MODEL_REASON_CLASS', {
    class: of,
    classes: task === 'binary' ? classes.join(', ') : 'none to choose from',
  })
}

/** By row: 1 where parts above 0 speak for what is explained, -1 where they speak against it, 0 where there are no classes. */
function signsOf(scored: Scored, signature: Signature, of: string | undefined): Int8Array {
  const { task, classes } = signature
  if (of !== undefined) checkReasons(signature, { count: 0, of })
  const code = of === undefined ? -1 : classes.indexOf(of)
  if (task === 'multiclass') return new Int8Array(scored.rows).fill(1) // parts are those of the predicted class
  if (task !== 'binary') return new Int8Array(scored.rows)
  return new Int8Array(scored.rows).fill(code === 0 ? -1 : 1)
}

/**
 * What sampled parts are of: the probability or score of the positive or predicted class, the value, the strangeness.
 *
 * @throws DaybookError MODEL_NO_REASONS for clusters
 */
export function explainedBy(
  signature: Signature,
  score: (rows: Frame) => Scored,
): (predicted: number) => (rows: Frame) => Float64Array {
  const { task, output, classes } = signature
  if (output === 'clusters') throw fail('MODEL_NO_REASONS', { task })
  const width = output === 'values' || (output === 'scores' && classes.length <= 2) ? 1 : classes.length
  return (predicted) => (rows) => {
    const { values } = score(rows)
    const code = width === 1 ? 0 : task === 'binary' ? 1 : predicted
    return Float64Array.from({ length: rows.rows }, (_, row) => values[row * width + code] as number)
  }
}
