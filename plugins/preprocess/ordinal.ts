import type { CategoryColumn, NumberColumn } from 'daybook/frame'
import { MISSING } from 'daybook/frame'
import { definePreprocess } from 'daybook/plugin'
import { lookUp } from './onnx.ts'

/** Writes a category as its place in the order of its levels. */
export default definePreprocess({
  id: 'ordinal',
  version: 1,
  summary: 'Writes a category as a number: its place in the order of its levels.',
  description:
    'The order is the one that the page declares by `levels` of the column, else that of the code units, which seldom means anything: ' +
    'declare it, or use one-hot.',
  takes: ['category'],
  missing: 'allow',
  params: {
    unseen: {
      enum: ['first', 'last', 'missing'],
      default: 'last',
      description: 'A level that training did not see stands before all levels (-1), after all, or counts as missing.',
    },
    missing: {
      enum: ['first', 'last', 'missing'],
      default: 'missing',
      description: 'A missing value stands before all levels (-1), after all, or stays missing.',
    },
  },
  output(columns, { unseen, missing }) {
    return columns.map((column) => ({
      name: column.name,
      type: 'number',
      missing: unseen === 'missing' || (column.missing && missing === 'missing'),
    }))
  },
  fit: () => null,
  apply(_, frame, { params: { unseen, missing } }) {
    return frame.columns
      .filter((column) => column.type === 'category')
      .map((column) => numbered(column, placeOf(unseen, column), placeOf(missing, column)))
  },
  onnx(_, columns, graph, { params: { unseen, missing } }) {
    return columns.map(({ name, tensor, levels = [] }) => {
      const places = [...levels.keys(), placeOf(missing, { levels }), placeOf(unseen, { levels })]
      return { name, type: 'number', tensor: lookUp(graph, tensor, Float64Array.from(places)) }
    })
  },
  example: {
    params: {},
    fit: { size: ['large', 'medium', 'small'] },
    given: { size: ['medium', null, 'large'] },
    gives: { size: [1, null, 0] },
  },
})

function placeOf(policy: 'first' | 'last' | 'missing', column: Pick<CategoryColumn, 'levels'>): number {
  return { first: -1, last: column.levels.length, missing: Number.NaN }[policy]
}

function numbered(column: CategoryColumn, unseen: number, missing: number): NumberColumn {
  const values = new Float64Array(column.values.length)
  for (let row = 0; row < values.length; row++) {
    const code = column.values[row] as number
    values[row] = code >= 0 ? code : code === MISSING ? missing : unseen
  }
  return { type: 'number', name: column.name, values }
}
