import { fail } from '../base/errors.ts'
import type { Column } from '../frame/index.ts'
import type { Task } from '../plugin/api.ts'
import { textsOf } from './conform-frame.ts'

/**
 * The target as numbers: class codes in the order of `classes` (i32), or values (f32).
 *
 * @throws DaybookError MODEL_BAD_TARGET: missing, no class of the model, or beyond f32
 */
export function encodeTarget(column: Column, task: Task, classes: readonly string[]): Int32Array | Float32Array {
  return task === 'regression' ? encodeValues(column) : encodeClasses(column, classes)
}

function encodeClasses(column: Column, classes: readonly string[]): Int32Array {
  const textOf = textsOf(column)
  if (textOf === undefined || column.type === 'sparse') {
    throw fail('MODEL_BAD_TARGET', { row: 0, column: column.name, value: `a ${column.type}`, expected: 'a category' })
  }
  const codes = new Map(classes.map((name, code) => [name, code]))
  return Int32Array.from({ length: column.values.length }, (_, row) => {
    const text = textOf(row)
    const code = text === null ? undefined : codes.get(text)
    if (code === undefined) {
      const value = text === null ? 'nothing' : JSON.stringify(text)
      throw fail('MODEL_BAD_TARGET', { row, column: column.name, value, expected: `one of ${classes.join(', ')}` })
    }
    return code
  })
}

function encodeValues(column: Column): Float32Array {
  if (column.type !== 'number') {
    throw fail('MODEL_BAD_TARGET', { row: 0, column: column.name, value: `a ${column.type}`, expected: 'a number' })
  }
  return Float32Array.from(column.values, (value, row) => {
    const cast = Math.fround(value) + 0
    if (Number.isFinite(cast)) return cast
    const shown = Number.isNaN(value) ? 'nothing' : value
    throw fail('MODEL_BAD_TARGET', { row, column: column.name, value: shown, expected: 'a number within ±3.4e38' })
  })
}
