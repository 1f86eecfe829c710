import { fail } from '../base/errors.ts'
import { type Column, type ColumnType, MISSING, type SparseColumn } from './column.ts'
import type { DenseFeatures, Feature, Features, SparseFeatures } from './features.ts'
import type { Frame } from './frame.ts'
import { type Lineage, namedIn } from './lineage.ts'

/** Most values of a dense matrix: 4 GiB of f32. */
const MAX_VALUES = 2 ** 30

export interface Assembly {
  /** Forms that the algorithm takes. */
  readonly accepts: readonly ('dense' | 'sparse' | 'codes')[]
  /** `allow`: missing and unseen values become NaN. Default: they are errors. */
  readonly missing?: 'allow' | undefined
  readonly lineage: Lineage
  /** Who takes the features, for errors. */
  readonly taker: string
  /** Features of an earlier batch of the same columns, to be used again where there are as many: names are many at times. */
  readonly known?: readonly Feature[] | undefined
}

/**
 * Makes features of the columns that reach an algorithm: the one cast to f32, on the way to training as to serving.
 * Numbers as they are, booleans 0 and 1, categories as codes where the algorithm takes them. Sparse rows come out if a
 * sparse column is there and the algorithm takes them, else sparse columns are written out.
 *
 * @throws DaybookError MODEL_FEATURE_TYPE (text, dates, categories where codes are not taken), MODEL_NO_FEATURES,
 *   MODEL_TOO_WIDE, ROW_MISSING_VALUE, ROW_BAD_VALUE (beyond f32)
 */
export function featuresOf(frame: Frame, assembly: Assembly): Features {
  const { accepts, taker } = assembly
  for (const { name, type } of frame.columns) {
    if (type === 'text' || type === 'date' || (type === 'category' && !accepts.includes('codes'))) {
      throw fail('MODEL_FEATURE_TYPE', { taker, column: name, type }, { hint: hintFor(type) })
    }
  }
  const width = frame.columns.reduce((sum, column) => sum + (column.type === 'sparse' ? column.features.length : 1), 0)
  const features =
    assembly.known?.length === width
      ? assembly.known
      : frame.columns.flatMap((column) => featuresOfColumn(column, assembly.lineage))
  if (features.length === 0) throw fail('MODEL_NO_FEATURES', { taker })
  const sparse = frame.columns.some((column) => column.type === 'sparse')
  const dense = accepts.includes('dense') || accepts.includes('codes')
  const hasCategory = frame.columns.some((column) => column.type === 'category')
  if (accepts.includes('sparse') && !hasCategory && (sparse || !dense)) return sparseRows(frame, features, assembly)
  return denseMatrix(frame, features, assembly)
}

function hintFor(type: ColumnType): string {
  const cell = { text: 'turns text into numbers', date: 'makes numbers of dates' }[type as 'text' | 'date']
  return `Add a preprocess cell that ${cell ?? 'turns categories into numbers'}, or give the column \`role: ignore\`.`
}

function featuresOfColumn(column: Column, lineage: Lineage): Feature[] {
  const { sources, monotone, attributes } = lineage.get(column.name) ?? { sources: [column.name] }
  switch (column.type) {
    case 'sparse':
      return column.features.map((name) => ({ name, kind: 'number', sources: namedIn(name, sources) }))
    case 'category':
      return [{ name: column.name, kind: 'category', levels: column.levels, sources }]
    default: {
      const named = attributes?.()?.map(({ value, text }) => ({ value: Math.fround(value) + 0, text }))
      const told = { ...(monotone && { monotone }), ...(named && { attributes: named }) }
      return [{ name: column.name, kind: 'number', sources, ...told }]
    }
  }
}

/** Values of a column as f32, in row order; NaN where missing or unseen. */
function castColumn(column: Exclude<Column, SparseColumn>, assembly: Assembly): Float32Array {
  const values = new Float32Array(column.values.length)
  const codes = column.type === 'category' || column.type === 'boolean'
  for (let row = 0; row < values.length; row++) {
    const value = column.values[row] as number
    const cast = codes && value < 0 ? Number.NaN : Math.fround(value) + 0 // -0 + 0 is 0
    if (!(cast - cast === 0)) refuse(column, row, value, assembly)
    values[row] = cast
  }
  return values
}

/** Lets a missing or unseen value pass where it may; every other one that is not finite as f32 is refused. */
function refuse(column: Column, row: number, value: number, { missing, taker }: Assembly): void {
  const at = { row, column: column.name }
  const coded = column.type === 'category' || column.type === 'boolean'
  if (!coded && !Number.isNaN(value)) {
    throw fail('ROW_BAD_VALUE', { ...at, value, expected: 'a number within ±3.4e38 (32-bit float)' })
  }
  if (missing === 'allow') return
  if (!coded || value === MISSING) throw fail('ROW_MISSING_VALUE', { ...at, taker })
  throw fail('ROW_BAD_VALUE', { ...at, value: 'a category that training did not see', expected: 'one that it saw' })
}

function denseMatrix(frame: Frame, features: readonly Feature[], assembly: Assembly): DenseFeatures {
  const width = features.length
  if (frame.rows * width > MAX_VALUES) {
    throw fail('MODEL_TOO_WIDE', { rows: frame.rows, features: width, bytes: frame.rows * width * 4 })
  }
  const values = new Float32Array(frame.rows * width)
  let at = 0
  for (const column of frame.columns) {
    if (column.type === 'sparse') {
      for (let row = 0; row < frame.rows; row++) {
        for (let i = column.starts[row] as number; i < (column.starts[row + 1] as number); i++) {
          values[row * width + at + (column.indices[i] as number)] = sparseValue(column, row, i, assembly)
        }
      }
      at += column.features.length
    } else {
      const cast = castColumn(column, assembly)
      for (let row = 0; row < frame.rows; row++) values[row * width + at] = cast[row] as number
      at += 1
    }
  }
  return { form: 'dense', rows: frame.rows, features, values }
}

function sparseValue(column: SparseColumn, row: number, i: number, assembly: Assembly): number {
  const value = column.values[i] as number
  if (!(value - value === 0)) refuse(column, row, value, assembly)
  return value + 0
}

function sparseRows(frame: Frame, features: readonly Feature[], assembly: Assembly): SparseFeatures {
  const parts = frame.columns.map((column) => ({
    column,
    cast: column.type === 'sparse' ? undefined : castColumn(column, assembly),
  }))
  const starts = new Uint32Array(frame.rows + 1)
  const most = parts.reduce((sum, { column, cast }) => sum + (cast ?? (column as SparseColumn).values).length, 0)
  const indices = new Uint32Array(most)
  const values = new Float32Array(most)
  let stored = 0
  const store = (feature: number, value: number): void => {
    if (value === 0) return
    indices[stored] = feature
    values[stored++] = value
  }
  for (let row = 0; row < frame.rows; row++) {
    let at = 0
    for (const { column, cast } of parts) {
      if (cast !== undefined) store(at++, cast[row] as number)
      else {
        const block = column as SparseColumn
        for (let i = block.starts[row] as number; i < (block.starts[row + 1] as number); i++) {
          store(at + (block.indices[i] as number), sparseValue(block, row, i, assembly))
        }
        at += block.features.length
      }
    }
    starts[row + 1] = stored
  }
  return {
    form: 'sparse',
    rows: frame.rows,
    features,
    starts,
    indices: indices.slice(0, stored),
    values: values.slice(0, stored),
  }
}
