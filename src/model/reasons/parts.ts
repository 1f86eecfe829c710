import type { Feature } from '../../frame/index.ts'

/** Parts of what a model says of rows, by the raw columns that they come from: base and parts of a row add up to it. */
export interface Parts {
  /** `additive`: exact, as the algorithm gives them. `sampled`: Shapley values over sampled orders of the columns. */
  readonly method: 'additive' | 'sampled'
  /** Raw columns of each part; several where a feature is made of several. */
  readonly columns: readonly (readonly string[])[]
  /** [rows]. */
  readonly base: Float64Array
  /** [rows, parts] row-major. */
  readonly values: Float64Array
}

/**
 * Joins the parts of features that are made of the same raw columns.
 *
 * @param given [rows, features + 1] row-major, the last is the base
 */
export function partsByColumn(features: readonly Feature[], given: Float64Array, rows: number): Parts {
  const names = new Map<string, number>()
  const columns: (readonly string[])[] = []
  const partOf = features.map(({ sources }) => {
    const name = sources.join('\n')
    const known = names.get(name)
    if (known !== undefined) return known
    names.set(name, columns.length)
    return columns.push(sources) - 1
  })
  const width = features.length + 1
  const base = new Float64Array(rows)
  const values = new Float64Array(rows * columns.length)
  for (let row = 0; row < rows; row++) {
    base[row] = given[row * width + width - 1] as number
    partOf.forEach((part, f) => {
      const at = row * columns.length + part
      values[at] = (values[at] as number) + (given[row * width + f] as number)
    })
  }
  return { method: 'additive', columns, base, values }
}
