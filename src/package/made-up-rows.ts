import type { Json, JsonObject } from '../base/json.ts'
import { formatDate } from '../frame/date.ts'
import { type Column, type Frame, isMissing } from '../frame/index.ts'
import type { Signature, SignatureColumn } from '../model/manifest.ts'

/** Most values of a column that rows are made of, and most levels that get a row of their own. */
const mostValues = 12
const mostLevels = 20

/** Every so many rows, one column holds what the model may refuse. */
const oddEvery = 8

/** Parts of the rows whose values stand for a number column: its ends, its middle, and what is between. */
const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]

export interface MadeUpOptions {
  /** Rows that run through all columns at once; they come first. */
  readonly walking?: number
  /** Also numbers that stand in the rows, and the nearest to them on both sides, in 64 bits and in 32. */
  readonly nearest?: boolean
}

/**
 * Rows that nobody stands behind, to hold a copy of a model against it: equal rows given make equal rows.
 * - Walking rows: each column runs through values of its own, at its own pace. Numbers and dates are rounded quantiles of the rows
 *   given and numbers beyond them, categories the levels, texts are made up; missing values are among them where the model takes
 *   them. In one row of eight, one column holds what it may refuse.
 * - Edges: walking rows with one column at an edge: missing, at its bounds, at +-0 and extremes, at each level and at one that nobody
 *   saw, at the ends of the calendar, with empty and long text; then all columns missing at once.
 *
 * What a model refuses, a copy of it has to refuse as well.
 */
export function madeUpRows(
  rows: Frame,
  { columns }: Pick<Signature, 'columns'>,
  { walking = 500, nearest = false }: MadeUpOptions = {},
): JsonObject[] {
  const walk = walkingRows(rows, columns, walking)
  const base = walk.filter((_, row) => !isOdd(row))
  if (base.length === 0) return walk
  let next = 0
  const changed = (name: string, value: Json): JsonObject => ({ ...base[next++ % base.length], [name]: value })
  const edges = columns.flatMap((column) => edgesOf(column).map((value) => changed(column.name, value)))
  const none = Object.fromEntries(columns.map(({ name }) => [name, null]))
  const near = nearest
    ? columns.flatMap(({ name }) => nearestTo(rows.get(name)).map((value) => changed(name, value)))
    : []
  return [...walk, ...edges, none, ...near]
}

function isOdd(row: number): boolean {
  return row % oddEvery === oddEvery - 1
}

function walkingRows(rows: Frame, columns: readonly SignatureColumn[], count: number): JsonObject[] {
  const values = columns.map((column) => valuesOf(column, rows.get(column.name)))
  return Array.from({ length: count }, (_, row) => {
    const turn = Math.floor(row / oddEvery)
    const odd = isOdd(row) ? turn % columns.length : -1
    return Object.fromEntries(
      columns.map((column, c) => {
        const own = c === odd ? oddValues(column) : (values[c] as readonly Json[])
        // Steps that differ by column, so that columns do not walk side by side.
        const at = c === odd ? turn : row * (2 * c + 1) + Math.floor(row / own.length)
        return [column.name, own[at % own.length] ?? null]
      }),
    )
  })
}

/** What the model may refuse. */
function oddValues({ type, min, max }: SignatureColumn): readonly Json[] {
  const unseen = type === 'category' ? ['a level that nobody saw', 'éß 数 🙂', ''] : []
  const beyond = type === 'number' ? [(max ?? 1e300) * 2, (min ?? -1e300) - 1, 'text'] : []
  return [null, ...unseen, ...beyond]
}

function valuesOf(column: SignatureColumn, given: Column | undefined): readonly Json[] {
  const special = column.missing ? [null] : []
  switch (column.type) {
    case 'number':
      return [...numbers(given, column), ...special]
    case 'date':
      return [...numbers(given, {}).map((moment) => formatDate(Math.floor(moment / 864e5) * 864e5)), ...special]
    case 'boolean':
      return [true, false, ...special]
    case 'category':
      return [...(column.levels ?? []).slice(0, mostValues), ...special]
    case 'text':
      return ['', 'word', 'Two words, and a comma.', 'straße élan 数据 🙂', 'long '.repeat(60), ...special]
  }
}

/** Rounded quantiles, zero of either sign and numbers beyond all others. */
function numbers(column: Column | undefined, { min, max }: { readonly min?: number; readonly max?: number }): number[] {
  if (column === undefined || (column.type !== 'number' && column.type !== 'date')) return [0, 1]
  const sorted = sortedValues(column)
  if (sorted.length === 0) return [0, 1]
  const at = (share: number): number => rounded(sorted[Math.floor(share * (sorted.length - 1))] as number)
  const inside = shares.map(at)
  const [least, most] = [inside[0] as number, inside.at(-1) as number]
  const reach = Math.max(1, most - least)
  const all = column.type === 'date' ? inside : [...inside, 0, least - 10 * reach, most + 10 * reach]
  const allowed = all.filter((value) => value >= (min ?? value) && value <= (max ?? value))
  return [...new Set(allowed.length === 0 ? [min ?? max ?? 0] : allowed)]
}

/** To three significant digits: near a person's value, and nobody's. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

function edgesOf(column: SignatureColumn): Json[] {
  const { type, levels = [], min, max } = column
  switch (type) {
    case 'number': {
      const bounds = [min, max].filter((bound) => bound !== undefined)
      const extremes = [
        1e-300, 5e-324, -5e-324, 1e30, -1e30, 3.4028234663852886e38, 1e39, -1e39, 1.7976931348623157e308,
      ]
      return [null, 0, -0, 1, -1, 0.1, ...bounds, ...extremes]
    }
    case 'category':
      return [null, 'a level that nobody saw', ...levels.slice(0, mostLevels)]
    case 'boolean':
      return [null, true, false]
    case 'date':
      return [
        null,
        '1970-01-01',
        '1969-12-31T23:59:59.999Z',
        '2024-02-29T12:30:00Z',
        '0001-01-01',
        '9999-12-31T23:59:59.999Z',
      ]
    case 'text':
      return [null, '', ' ', "Don't PANIC: it's fine", 'naïve café — 你好', 'long '.repeat(2000)]
  }
}

/** Numbers of a column and those beside them, in 64 bits and in 32. */
function nearestTo(column: Column | undefined): number[] {
  if (column?.type !== 'number') return []
  const sorted = sortedValues(column)
  if (sorted.length === 0) return []
  const given = shares.map((share) => sorted[Math.floor(share * (sorted.length - 1))] as number)
  return [...new Set(given)].flatMap((value) => [
    value,
    ...[1, -1].flatMap((side) => [beside(value, side), beside32(value, side)]),
  ])
}

function sortedValues(column: Extract<Column, { type: 'number' | 'date' }>): Float64Array {
  return column.values.filter((_, row) => !isMissing(column, row)).sort()
}

/** The next double above or below. */
function beside(value: number, side: number): number {
  if (value === 0) return side * Number.MIN_VALUE
  const bits = new BigInt64Array(Float64Array.of(value).buffer)
  bits[0] = (bits[0] as bigint) + BigInt(value > 0 ? side : -side)
  return new Float64Array(bits.buffer)[0] as number
}

/** The next 32-bit float above or below. */
function beside32(value: number, side: number): number {
  const near = Math.fround(value)
  if (near === 0) return side * 2 ** -149
  const bits = new Int32Array(Float32Array.of(near).buffer)
  bits[0] = (bits[0] as number) + (near > 0 ? side : -side)
  return new Float32Array(bits.buffer)[0] as number
}
