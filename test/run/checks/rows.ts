import { RandomStream } from '../../../src/base/random.ts'
import { type Column, Frame } from '../../../src/frame/index.ts'
import { type CheckedData, checkRows } from '../../../src/run/checks/check-rows.ts'
import type { Split } from '../../../src/run/split/split.ts'
import type { ColumnFacts, SplitSpec } from '../../../src/spec/pipeline.ts'
import type { Checks } from '../../../src/store/checks.ts'

/** Draws for made-up rows. */
export function draws(purpose: string): RandomStream {
  return new RandomStream({ seed: 1, cell: 'test', purpose })
}

export function numbers(name: string, rows: number, value: (row: number) => number): Column {
  return { type: 'number', name, values: Float64Array.from({ length: rows }, (_, row) => value(row)) }
}

export function dates(name: string, rows: number, value: (row: number) => number): Column {
  return { ...numbers(name, rows, value), type: 'date' } as Column
}

export function texts(name: string, rows: number, value: (row: number) => string | null): Column {
  return { type: 'text', name, values: Array.from({ length: rows }, (_, row) => value(row)) }
}

export function categories(
  name: string,
  rows: number,
  levels: readonly string[],
  code: (row: number) => number,
): Column {
  return { type: 'category', name, levels, values: Int32Array.from({ length: rows }, (_, row) => code(row)) }
}

/** Every fourth row tests; the others fall into folds by turns. */
export function quarters(rows: number, foldCount = 0): Split {
  const parts = Uint8Array.from({ length: rows }, (_, row) => (row % 4 === 3 ? 2 : 0))
  const folds = Int32Array.from(parts, (part, row) => (part === 0 && foldCount > 0 ? (row % foldCount) + 1 : 0))
  return { parts, folds, foldCount, forward: false }
}

export interface Given {
  readonly columns: readonly Column[]
  /** Class codes, or values of a regression; none: nothing is learned from a target. */
  readonly y?: Int32Array | Float32Array
  readonly classes?: readonly string[]
  readonly facts?: Readonly<Record<string, ColumnFacts>>
  readonly by?: SplitSpec
  readonly split?: Split
  readonly key?: string
}

/** Checks made-up rows. */
export function check(given: Given): Checks {
  const { columns, y, facts = {}, by, key } = given
  const rows = (columns[0] as Exclude<Column, { type: 'sparse' }>).values.length
  const names = given.classes ?? (y instanceof Int32Array ? ['no', 'yes'] : [])
  const task =
    y === undefined
      ? 'clustering'
      : y instanceof Float32Array
        ? 'regression'
        : names.length > 2
          ? 'multiclass'
          : 'binary'
  const data: CheckedData = {
    frame: new Frame(rows, columns),
    split: given.split ?? quarters(rows),
    page: {
      columns: facts,
      split: by ?? { by: 'random', test: 0.25, validation: 0, stratify: false },
      ...(key !== undefined && { key }),
    },
    question: { task, classes: names, truth: names },
    y: y ?? new Int32Array(0),
    random: (purpose) => new RandomStream({ seed: 3, cell: 'checks', purpose }),
  }
  return checkRows(data)
}

/** `CODE column` of every finding. */
export function found(checks: Checks): string[] {
  return checks.findings.map(({ code, column }) => (column === undefined ? code : `${code} ${column}`))
}
