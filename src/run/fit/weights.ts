import { fail } from '../../base/errors.ts'
import type { Json, JsonObject } from '../../base/json.ts'
import type { Frame } from '../../frame/index.ts'
import type { PageFacts } from '../../plan/index.ts'
import { columnOf } from '../split/row-keys.ts'

/**
 * Weights of all rows by the page's weight column, or undefined where there is none.
 *
 * @throws DaybookError RUN_BAD_WEIGHT, DATA_COLUMN_TYPE
 */
export function rowWeights(page: PageFacts, frame: Frame): Float32Array | undefined {
  const name = Object.entries(page.columns).find(([, facts]) => facts.role === 'weight')?.[0]
  if (name === undefined) return undefined
  const column = columnOf(frame, name)
  if (column.type !== 'number')
    throw fail('DATA_COLUMN_TYPE', { column: name, type: column.type, expected: 'number to weigh by' })
  return Float32Array.from(column.values, (value, row) => {
    const cast = Math.fround(value)
    if (!(cast >= 0 && Number.isFinite(cast))) throw fail('RUN_BAD_WEIGHT', { row, column: name, value })
    return cast
  })
}

/**
 * Weight of each class by the algorithm's `classWeight`: `balanced` is rows / (classes * rows of the class) of the training
 * rows, a map gives classes by text (1 where it names none).
 *
 * @returns one weight a class code, or undefined where every class counts 1
 * @throws DaybookError RUN_UNKNOWN_CLASS
 */
export function classWeights(
  params: JsonObject,
  classes: readonly string[],
  y: ArrayLike<number>,
): Float64Array | undefined {
  const asked = params.classWeight ?? null
  if (asked === null || classes.length === 0) return undefined
  if (asked === 'balanced') {
    const counts = new Float64Array(classes.length)
    for (let row = 0; row < y.length; row++) counts[y[row] as number] = (counts[y[row] as number] as number) + 1
    return counts.map((count) => (count === 0 ? 1 : y.length / (classes.length * count)))
  }
  if (!isMap(asked)) return undefined
  const unknown = Object.keys(asked).find((name) => !classes.includes(name))
  if (unknown !== undefined) throw fail('RUN_UNKNOWN_CLASS', { class: unknown, classes: classes.join(', ') })
  return Float64Array.from(classes, (name) => Number(asked[name] ?? 1))
}

/** Sample weight times class weight; undefined where every row counts 1. */
export function combineWeights(
  rows: Float32Array | undefined,
  byClass: Float64Array | undefined,
  y: ArrayLike<number>,
): Float32Array | undefined {
  if (byClass === undefined) return rows
  return Float32Array.from({ length: y.length }, (_, row) => (rows?.[row] ?? 1) * (byClass[y[row] as number] as number))
}

function isMap(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
