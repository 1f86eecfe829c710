import type { Json, JsonObject } from '../base/json.ts'
import { formatDate } from '../frame/date.ts'
import { type Column, type Frame, isMissing } from '../frame/index.ts'
import type { Signature, SignatureColumn } from '../model/manifest.ts'

/** Most values of a column that rows are made of. */
const mostValues = 12

/** Every so many rows, one column holds what the model may refuse. */
const oddEvery = 8

/**
 * Rows that nobody stands behind: each column runs through values of its own, at its own pace. Numbers and dates are rounded
 * quantiles of the rows given and numbers beyond them, categories the levels, texts are made up; missing values are among them
 * where the model takes them. In one row of eight, one column holds what it may refuse: a level that training did not see, a
 * missing value, a number out of bounds.
 *
 * @param count rows to make
 */
export function madeUpRows(rows: Frame, { columns }: Pick<Signature, 'columns'>, count: number): JsonObject[] {
  const values = columns.map((column) => valuesOf(column, rows.get(column.name)))
  return Array.from({ length: count }, (_, row) => {
    const turn = Math.floor(row / oddEvery)
    const odd = row % oddEvery === oddEvery - 1 ? turn % columns.length : -1
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
  const sorted = column.values.filter((_, row) => !isMissing(column, row)).sort()
  if (sorted.length === 0) return [0, 1]
  const at = (share: number): number => rounded(sorted[Math.floor(share * (sorted.length - 1))] as number)
  const inside = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map(at)
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
