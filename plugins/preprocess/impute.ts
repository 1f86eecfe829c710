import { type BooleanColumn, type CategoryColumn, type Column, isMissing, MISSING } from 'daybook/frame'
import { definePreprocess, fail, type OnnxColumn, type OnnxGraph, type OnnxTensor } from 'daybook/plugin'
import { changeBlock } from './onnx.ts'
import { placesOf } from './places.ts'
import { presentSorted, quantileOfSorted } from './quantile.ts'

/** Fills in what is missing, so that algorithms that need every value can be trained. */
export default definePreprocess({
  id: 'impute',
  version: 1,
  summary: 'Fills in missing values from what the training rows hold.',
  description:
    'A missing number becomes the median (or mean, or a constant), a missing category the most frequent one, and so on by type. ' +
    '`addIndicator` keeps the fact that a value was missing, as a boolean column `name:missing`.',
  takes: ['number', 'category', 'boolean', 'date', 'text'],
  selects: { types: ['number', 'category', 'boolean', 'date', 'text'], missing: true },
  missing: 'allow',
  keepsOrder: true,
  params: {
    number: {
      enum: ['median', 'mean', 'constant'],
      default: 'median',
      description: 'What a missing number becomes; `constant` fills in `numberValue`.',
    },
    numberValue: { type: 'number', default: 0, description: 'The number that `number: constant` fills in.' },
    category: {
      enum: ['mostFrequent', 'constant'],
      default: 'mostFrequent',
      description:
        'What a missing category becomes; `constant` fills in `categoryValue`. Of equally frequent ones, the first in level order.',
    },
    categoryValue: {
      type: 'string',
      minLength: 1,
      default: 'missing',
      description: 'The category that `category: constant` fills in; it becomes a level where it is none yet.',
    },
    boolean: {
      enum: ['mostFrequent', true, false],
      default: 'mostFrequent',
      description: 'What a missing boolean becomes; with a tie, false.',
    },
    date: {
      enum: ['median', 'earliest', 'latest'],
      default: 'median',
      description: 'Which date of the training rows a missing date becomes; of two in the middle, the earlier.',
    },
    text: { type: 'string', default: '', description: 'What a missing text becomes.' },
    addIndicator: {
      type: 'boolean',
      default: false,
      description: 'Adds a boolean column `name:missing` for each column that is filled in.',
    },
  },

  output(columns, { addIndicator }) {
    const filled = columns.map((column) => ({ ...column, missing: false }))
    if (!addIndicator) return filled
    return [
      ...filled,
      ...columns.map(({ name }) => ({ name: `${name}:missing`, type: 'boolean' as const, missing: false })),
    ]
  },

  fit({ frame }, params): { columns: readonly string[]; fill: readonly (number | string)[] } {
    return { columns: frame.names, fill: frame.columns.map((column) => fillOf(column, params)) }
  },

  apply({ columns, fill }, frame, { params: { addIndicator } }) {
    const place = placesOf(columns)
    const filled = frame.columns.map((column) => filledIn(column, fill[place(column.name)] as number | string))
    return addIndicator ? [...filled, ...frame.columns.map((column) => indicator(column, frame.rows))] : filled
  },

  onnx({ columns, fill }, taken, graph, { params: { addIndicator } }) {
    const place = placesOf(columns)
    // A missing text is written as the empty one: what tells the two apart cannot be said.
    if (taken.some(({ type, name }) => type === 'text' && (addIndicator || fill[place(name)] !== '')))
      graph.cannot('a missing text and an empty one are the same there; leave `text` empty, without `addIndicator`')
    const filled = writeFilled(graph, taken, (name) => fill[place(name)] as number | string)
    if (!addIndicator) return filled
    const marks = taken.map((column): OnnxColumn => {
      const tensor = graph.cast(absentIn(graph, column), 'double')
      return { name: `${column.name}:missing`, type: 'boolean', tensor }
    })
    return [...filled, ...marks]
  },

  example: {
    params: { addIndicator: true },
    fit: { income: [10, null, 20, 60], purpose: ['car', 'car', null, 'home'] },
    given: { income: [null, 5], purpose: ['home', null] },
    gives: {
      income: [20, 5],
      purpose: ['home', 'car'],
      'income:missing': [true, false],
      'purpose:missing': [false, true],
    },
  },
})

interface Choices {
  readonly number: 'median' | 'mean' | 'constant'
  readonly numberValue: number
  readonly category: 'mostFrequent' | 'constant'
  readonly categoryValue: string
  readonly boolean: 'mostFrequent' | boolean
  readonly date: 'median' | 'earliest' | 'latest'
  readonly text: string
}

/** What fills a column: a number, a moment, 0 or 1, a level's text, or a text. */
function fillOf(column: Column, choices: Choices): number | string {
  switch (column.type) {
    case 'number': {
      if (choices.number === 'constant') return choices.numberValue
      const present = presentSorted(column)
      return choices.number === 'median'
        ? quantileOfSorted(present, 0.5)
        : present.reduce((a, b) => a + b, 0) / present.length
    }
    case 'date': {
      const present = presentSorted(column)
      const share = { earliest: 0, median: 0.5, latest: 1 }[choices.date]
      return present[Math.floor((present.length - 1) * share)] as number
    }
    case 'category':
      if (choices.category === 'constant') return choices.categoryValue
      return column.levels[mostFrequent(column, column.levels.length)] as string
    case 'boolean':
      return choices.boolean === 'mostFrequent' ? mostFrequent(column, 2) : Number(choices.boolean)
    case 'text':
      return choices.text
    case 'sparse':
      throw new TypeError('a sparse block has no missing values')
  }
}

function mostFrequent(column: CategoryColumn | BooleanColumn, codes: number): number {
  const counts = new Uint32Array(codes)
  for (const code of column.values) if (code >= 0) counts[code] = (counts[code] as number) + 1
  let best = 0
  for (let code = 1; code < codes; code++) if ((counts[code] as number) > (counts[best] as number)) best = code
  if (!counts[best]) throw fail('DATA_ALL_MISSING', { column: column.name })
  return best
}

function filledIn(column: Column, fill: number | string): Column {
  switch (column.type) {
    case 'number':
    case 'date':
      return { ...column, values: column.values.map((value) => (Number.isNaN(value) ? (fill as number) : value)) }
    case 'boolean':
      return { ...column, values: column.values.map((code) => (code === MISSING ? (fill as number) : code)) }
    case 'category': {
      const known = column.levels.indexOf(fill as string)
      const levels = known < 0 ? [...column.levels, fill as string] : column.levels
      const code = known < 0 ? column.levels.length : known
      return { ...column, levels, values: column.values.map((given) => (given === MISSING ? code : given)) }
    }
    case 'text':
      return { ...column, values: column.values.map((value) => value ?? (fill as string)) }
    case 'sparse':
      return column
  }
}

/** {@link filledIn} as nodes of an ONNX graph; numbers, dates and booleans in one block. */
function writeFilled(
  graph: OnnxGraph,
  columns: readonly OnnxColumn[],
  fillOf: (name: string) => number | string,
): OnnxColumn[] {
  const isBlock = ({ type }: OnnxColumn): boolean => type === 'number' || type === 'date' || type === 'boolean'
  const numbers = changeBlock(columns.filter(isBlock), graph, (block) => {
    const fills = Float64Array.from(columns.filter(isBlock), ({ name }) => fillOf(name) as number)
    return graph.node('Where', [graph.node('IsNaN', [block]), fills, block])
  })
  return columns.map((column): OnnxColumn => {
    const { name, type, tensor, levels = [] } = column
    if (isBlock(column)) return numbers.find((one) => one.name === name) as OnnxColumn
    const fill = fillOf(name) as string
    if (type === 'text') return column
    const code = levels.includes(fill) ? levels.indexOf(fill) : levels.length
    const coded = graph.node('Where', [absentIn(graph, column), BigInt64Array.of(BigInt(code)), tensor])
    return { ...column, tensor: coded, levels: levels.includes(fill) ? levels : [...levels, fill] }
  })
}

/** Where the values of a column that is no text are missing: bool [rows, 1]. */
function absentIn(graph: OnnxGraph, { type, tensor }: OnnxColumn): OnnxTensor {
  return type === 'category' ? graph.node('Equal', [tensor, MISSING]) : graph.node('IsNaN', [tensor])
}

function indicator(column: Column, rows: number): BooleanColumn {
  const values = Int8Array.from({ length: rows }, (_, row) => Number(isMissing(column, row)))
  return { type: 'boolean', name: `${column.name}:missing`, values }
}
