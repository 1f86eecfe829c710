import { type Column, countMissing, isMissing } from '../../frame/index.ts'
import type { ColumnFacts } from '../../spec/pipeline.ts'
import { textAt } from '../../spec/task.ts'

type RawColumn = Exclude<Column, { type: 'sparse' }>

/** A declared fact held against a column: how many rows break it, the first of them (from 1), and what is worst. */
export interface HeldFact {
  readonly code: 'FACT_MIN' | 'FACT_MAX' | 'FACT_LEVELS' | 'FACT_MISSING' | 'FACT_UNIQUE'
  readonly threshold: number
  /** The worst value: a number, a count of levels, a share; of `unique` the rows that repeat. */
  readonly value: number
  readonly rows: number
  /** 0 where no row breaks it. */
  readonly row: number
}

/** Holds the facts that a page declares of a column against all of its values. */
export function holdFacts(column: RawColumn, facts: ColumnFacts): HeldFact[] {
  const held: HeldFact[] = []
  const { min, max, levels, missing, unique } = facts
  if (column.type === 'number' && min !== undefined)
    held.push(bound('FACT_MIN', column.values, min, (value, worst) => value < worst))
  if (column.type === 'number' && max !== undefined)
    held.push(bound('FACT_MAX', column.values, max, (value, worst) => value > worst))
  if (levels !== undefined && column.type !== 'date') held.push(undeclared(column, new Set(levels)))
  if (missing?.atMost !== undefined) held.push(absent(column, missing.atMost))
  if (unique === true) held.push(repeated(column))
  return held
}

function bound(
  code: 'FACT_MIN' | 'FACT_MAX',
  values: Float64Array,
  threshold: number,
  beyond: (value: number, worst: number) => boolean,
): HeldFact {
  let [worst, rows, first] = [Number.NaN, 0, 0]
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (Number.isNaN(value)) continue
    if (Number.isNaN(worst) || beyond(value, worst)) worst = value
    if (!beyond(value, threshold)) continue
    if (rows++ === 0) first = row + 1
  }
  return { code, threshold, value: Number.isNaN(worst) ? threshold : worst, rows, row: first }
}

function undeclared(column: RawColumn, levels: ReadonlySet<string>): HeldFact {
  const odd = new Set<string>()
  let [rows, first] = [0, 0]
  for (let row = 0; row < column.values.length; row++) {
    if (isMissing(column, row)) continue
    const text = textAt(column, row)
    if (levels.has(text)) continue
    odd.add(text)
    if (rows++ === 0) first = row + 1
  }
  return { code: 'FACT_LEVELS', threshold: 0, value: odd.size, rows, row: first }
}

function absent(column: RawColumn, atMost: number): HeldFact {
  const all = column.values.length
  const missing = countMissing(column)
  const broken = missing > atMost * all
  const first = broken ? Array.prototype.findIndex.call(column.values, (_, row) => isMissing(column, row)) + 1 : 0
  return { code: 'FACT_MISSING', threshold: atMost, value: missing / all, rows: broken ? missing : 0, row: first }
}

/** Missing values are no repetition: a name that is not there names no row twice. */
function repeated(column: RawColumn): HeldFact {
  const seen = new Set<string>()
  let [rows, first] = [0, 0]
  for (let row = 0; row < column.values.length; row++) {
    if (isMissing(column, row)) continue
    const text = textAt(column, row)
    if (seen.has(text) && rows++ === 0) first = row + 1
    seen.add(text)
  }
  return { code: 'FACT_UNIQUE', threshold: 0, value: rows, rows, row: first }
}
