import type { BooleanColumn, CategoryColumn, Column, ColumnInfo, Frame, NumberColumn } from 'daybook/frame'
import { definePreprocess, fail, type OnnxColumn } from 'daybook/plugin'
import { type Cross, crossed, fitCross, writeCross } from './interactions/cross.ts'

/** Combines columns two by two, so that linear models see what only matters together. */
export default definePreprocess({
  id: 'interactions',
  version: 1,
  summary: 'Adds combinations of two columns: products of numbers, joined levels of categories.',
  description:
    'Two numbers (or a number and a boolean, or two booleans) give their product `a*b`; two categories give the category `a&b`, whose levels are the ' +
    'pairs that the training rows have. A number and a category do not combine: encode the category first. The columns themselves are kept.',
  takes: ['number', 'category', 'boolean'],
  missing: 'allow',
  params: {
    pairs: {
      type: 'array',
      items: {
        type: 'array',
        items: { type: 'string', minLength: 1, description: 'Name of a column.' },
        minItems: 2,
        maxItems: 2,
        description: 'Two columns to combine.',
      },
      default: [],
      examples: [[['income', 'age']]],
      description: 'The pairs to combine, by name. Empty: every two of the selected columns that combine.',
    },
    squares: { type: 'boolean', default: false, description: 'Add the square `a*a` of each number as well.' },
    maxColumns: {
      type: 'integer',
      minimum: 1,
      maximum: 10000,
      default: 200,
      description: 'More new columns than this are refused: name the pairs that matter.',
    },
    maxLevels: {
      type: 'integer',
      minimum: 2,
      maximum: 10000,
      default: 200,
      description:
        'Most levels of a joined category: the most frequent ones. Other pairs count as levels that training did not see.',
    },
  },
  output(columns, params) {
    const added = pairsOf(columns, params).map(([a, b]): ColumnInfo => {
      const type = a.type === 'category' ? 'category' : 'number'
      return { name: combinedName(a, b), type, missing: a.missing || b.missing }
    })
    return [...columns, ...added]
  },
  fit({ frame }, params): { pairs: readonly (readonly [string, string])[]; crosses: readonly (Cross | null)[] } {
    const pairs = pairsOf(frame.columns, params)
    return {
      pairs: pairs.map(([a, b]) => [a.name, b.name]),
      crosses: pairs.map(([a, b]) =>
        a.type === 'category' && b.type === 'category' ? fitCross(a, b, params.maxLevels) : null,
      ),
    }
  },
  apply({ pairs, crosses }, frame) {
    return [...frame.columns, ...pairs.map(([a, b], i) => combined(frame, a, b, crosses[i] ?? null))]
  },
  onnx({ pairs, crosses }, columns, graph) {
    const column = (name: string) => columns.find((one) => one.name === name) as OnnxColumn
    const added = pairs.map(([first, second], i): OnnxColumn => {
      const [a, b, cross] = [column(first), column(second), crosses[i] ?? null]
      const name = combinedName(a, b)
      if (cross !== null)
        return { name, type: 'category', levels: cross.levels, tensor: writeCross(graph, a, b, cross) }
      return { name, type: 'number', tensor: graph.node('Mul', [a.tensor, b.tensor]) }
    })
    return [...columns, ...added]
  },
  example: {
    params: {},
    fit: { income: [1, 2, 3], age: [10, 20, 30], region: ['north', 'north', 'south'], purpose: ['car', 'home', 'car'] },
    given: { income: [2, null], age: [5, 5], region: ['south', 'north'], purpose: ['car', null] },
    gives: {
      income: [2, null],
      age: [5, 5],
      region: ['south', 'north'],
      purpose: ['car', null],
      'income*age': [10, null],
      'region&purpose': ['south & car', null],
    },
  },
})

interface Choices {
  readonly pairs: readonly (readonly string[])[]
  readonly squares: boolean
  readonly maxColumns: number
}

/** What is combined, from names and types alone: the same before data flows and at fitting. */
function pairsOf<C extends { readonly name: string; readonly type: string }>(
  columns: readonly C[],
  choices: Choices,
): [C, C][] {
  const byName = new Map(columns.map((column) => [column.name, column]))
  const named = choices.pairs.map((pair): [C, C] => {
    const [a, b] = pair.map((name) => {
      const column = byName.get(name)
      if (column === undefined)
        throw fail(
          'DATA_NO_COLUMN',
          { column: name },
          { hint: 'Name columns that this cell takes: see its `columns`.' },
        )
      return column
    }) as [C, C]
    if (!combines(a, b)) {
      const values = {
        column: b.name,
        type: b.type,
        expected: a.type === 'category' ? 'a category' : 'a number or a boolean',
      }
      throw fail('DATA_COLUMN_TYPE', values, {
        hint: `Only columns of a kind combine, and \`${a.name}\` is a ${a.type}.`,
      })
    }
    return [a, b]
  })
  const every = columns.flatMap((a, i) =>
    columns.slice(i + 1).flatMap((b): [C, C][] => (combines(a, b) ? [[a, b]] : [])),
  )
  const squares = columns.flatMap((a): [C, C][] => (choices.squares && a.type === 'number' ? [[a, a]] : []))
  const pairs = [...(named.length > 0 ? named : every), ...squares]
  if (pairs.length > choices.maxColumns) {
    const values = { what: 'interactions', count: pairs.length, limit: choices.maxColumns }
    throw fail('DATA_TOO_MANY_COLUMNS', values, {
      hint: 'Name fewer `columns`, or the `pairs` that matter, or raise `maxColumns`.',
    })
  }
  return pairs
}

function combines(a: { readonly type: string }, b: { readonly type: string }): boolean {
  return (a.type === 'category') === (b.type === 'category')
}

function combinedName(a: { readonly name: string; readonly type: string }, b: { readonly name: string }): string {
  return `${a.name}${a.type === 'category' ? '&' : '*'}${b.name}`
}

function combined(frame: Frame, first: string, second: string, cross: Cross | null): Column {
  const a = frame.get(first) as NumberColumn | BooleanColumn | CategoryColumn
  const b = frame.get(second) as NumberColumn | BooleanColumn | CategoryColumn
  const name = combinedName(a, b)
  if (cross !== null) return crossed(name, a as CategoryColumn, b as CategoryColumn, cross)
  const values = new Float64Array(frame.rows)
  for (let row = 0; row < values.length; row++) values[row] = numberAt(a, row) * numberAt(b, row) + 0 // -0 is 0
  return { type: 'number', name, values }
}

function numberAt(column: Column, row: number): number {
  const value = column.type === 'number' || column.type === 'boolean' ? (column.values[row] as number) : Number.NaN
  return column.type === 'boolean' && value < 0 ? Number.NaN : value
}
