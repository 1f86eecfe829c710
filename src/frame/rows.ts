import { type Column, MISSING } from './column.ts'

/** The rows of a column at the indices given, in that order. */
export function takeRows(column: Column, rows: Uint32Array): Column {
  switch (column.type) {
    case 'number':
    case 'date':
      return { ...column, values: gather(column.values, rows, new Float64Array(rows.length)) }
    case 'category':
      return { ...column, values: gather(column.values, rows, new Int32Array(rows.length)) }
    case 'boolean':
      return { ...column, values: gather(column.values, rows, new Int8Array(rows.length)) }
    case 'text':
      return { ...column, values: Array.from(rows, (row) => column.values[row] as string | null) }
    case 'sparse': {
      const starts = new Uint32Array(rows.length + 1)
      rows.forEach((row, i) => {
        starts[i + 1] = (starts[i] as number) + (column.starts[row + 1] as number) - (column.starts[row] as number)
      })
      const indices = new Uint32Array(starts[rows.length] as number)
      const values = new Float32Array(indices.length)
      rows.forEach((row, i) => {
        const from = column.starts[row] as number
        const to = column.starts[row + 1] as number
        indices.set(column.indices.subarray(from, to), starts[i])
        values.set(column.values.subarray(from, to), starts[i])
      })
      return { ...column, starts, indices, values }
    }
  }
}

function gather<T extends Float64Array | Int32Array | Int8Array>(from: T, rows: Uint32Array, into: T): T {
  for (let i = 0; i < rows.length; i++) into[i] = from[rows[i] as number] as number
  return into
}

/** True where the value of a row is missing. A sparse block has no missing values. */
export function isMissing(column: Column, row: number): boolean {
  switch (column.type) {
    case 'number':
    case 'date':
      return Number.isNaN(column.values[row])
    case 'category':
    case 'boolean':
      return column.values[row] === MISSING
    case 'text':
      return column.values[row] === null
    case 'sparse':
      return false
  }
}

/** Number of missing values of a column. */
export function countMissing(column: Column): number {
  if (column.type === 'sparse' || !hasMissing(column)) return 0
  let count = 0
  for (let row = 0; row < column.values.length; row++) if (isMissing(column, row)) count++
  return count
}

/** True where a column has a missing value. `includes` is the engine's own loop, and finds NaN. */
export function hasMissing(column: Column): boolean {
  switch (column.type) {
    case 'number':
    case 'date':
      return column.values.includes(Number.NaN)
    case 'category':
    case 'boolean':
      return column.values.includes(MISSING)
    case 'text':
      return column.values.includes(null)
    case 'sparse':
      return false
  }
}
