import { type CategoryColumn, MISSING, type SparseColumn } from 'daybook/frame'
import { definePreprocess } from 'daybook/plugin'
import { lookUp } from './onnx.ts'
import { placesOf } from './places.ts'

/** One feature a level: 1 where the row has it. */
export default definePreprocess({
  id: 'one-hot',
  version: 1,
  summary: 'Gives each level of a category a feature `name=level` of its own, which is 1 where the row has that level.',
  description:
    'The features of a column form one sparse block, so that many levels cost little. A level that training did not see has no feature: ' +
    'all are 0. Rare levels can share the feature `name=(rare)`.',
  takes: ['category'],
  missing: 'allow',
  params: {
    dropFirst: {
      type: 'boolean',
      default: false,
      description: 'Leave out the feature of the first level, so that the features of a column do not sum to 1.',
    },
    minShare: {
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0,
      description: 'Levels that a smaller share of the training rows has are rare.',
    },
    maxLevels: {
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      description:
        'How many levels, the most frequent ones, get a feature of their own; the others are rare. Null: all.',
    },
    missing: {
      enum: ['feature', 'zeros'],
      default: 'feature',
      description:
        'A missing value has a feature `name=(missing)`, if the training rows have any; or all features are 0.',
    },
  },
  output: (columns) => columns.map(({ name }) => ({ name, type: 'sparse', missing: false })),
  fit({ frame }, params): { columns: readonly string[]; blocks: readonly Block[] } {
    const categories = frame.columns.filter((column) => column.type === 'category')
    return { columns: frame.names, blocks: categories.map((column) => blockOf(column, params)) }
  },
  apply({ columns, blocks }, frame) {
    const place = placesOf(columns)
    return frame.columns
      .filter((column) => column.type === 'category')
      .map((column) => encoded(column, blocks[place(column.name)] as Block))
  },
  onnx({ columns, blocks }, taken, graph) {
    const place = placesOf(columns)
    return taken.map(({ name, tensor }) => {
      const { features, featureOf } = blocks[place(name)] as Block
      const numbers = [...featureOf, -1] // the last place is that of levels that training did not see
      const feature = lookUp(
        graph,
        tensor,
        BigInt64Array.from(numbers, (number) => BigInt(number)),
      )
      const all = BigInt64Array.from(features, (_, number) => BigInt(number))
      const hot = graph.cast(graph.node('Equal', [feature, all]), 'float')
      return { name, type: 'sparse', features, tensor: hot }
    })
  },
  example: {
    params: {},
    fit: { purpose: ['car', 'home', null, 'car'] },
    given: { purpose: ['home', null, 'car'] },
    gives: { purpose: [{ 'purpose=home': 1 }, { 'purpose=(missing)': 1 }, { 'purpose=car': 1 }] },
  },
})

/** Which feature each code of a column has; -1 for none. The last entry is for missing values. */
type Block = { readonly features: readonly string[]; readonly featureOf: Int32Array }

interface Limits {
  readonly dropFirst: boolean
  readonly minShare: number
  readonly maxLevels: number | null
  readonly missing: 'feature' | 'zeros'
}

function blockOf({ name, levels, values }: CategoryColumn, { dropFirst, minShare, maxLevels, missing }: Limits): Block {
  const counts = new Uint32Array(levels.length)
  let missingRows = 0
  for (const code of values) {
    if (code >= 0) counts[code] = (counts[code] as number) + 1
    else if (code === MISSING) missingRows++
  }
  const byCount = [...levels.keys()].sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
  const frequent = new Set(byCount.slice(0, maxLevels ?? levels.length))
  const isRare = (code: number): boolean => !frequent.has(code) || (counts[code] as number) < minShare * values.length

  const features: string[] = []
  const feature = (level: string): number => {
    const known = features.indexOf(`${name}=${level}`) // a level may be called `(rare)` itself
    return known < 0 ? features.push(`${name}=${level}`) - 1 : known
  }
  const featureOf = new Int32Array(levels.length + 1).fill(-1)
  const own = [...levels.keys()].filter((code) => !isRare(code))
  own.slice(dropFirst ? 1 : 0).forEach((code, i) => {
    featureOf[code] = i
    features.push(`${name}=${levels[code]}`)
  })
  for (const code of levels.keys()) if (isRare(code)) featureOf[code] = feature('(rare)')
  if (missing === 'feature' && missingRows > 0) featureOf[levels.length] = feature('(missing)')
  return { features, featureOf }
}

function encoded({ name, values, levels }: CategoryColumn, { features, featureOf }: Block): SparseColumn {
  const starts = new Uint32Array(values.length + 1)
  const indices = new Uint32Array(values.length)
  let stored = 0
  for (let row = 0; row < values.length; row++) {
    const code = values[row] as number
    const feature =
      code >= 0 ? (featureOf[code] as number) : code === MISSING ? (featureOf[levels.length] as number) : -1
    if (feature >= 0) indices[stored++] = feature
    starts[row + 1] = stored
  }
  return {
    type: 'sparse',
    name,
    features,
    starts,
    indices: indices.slice(0, stored),
    values: new Float32Array(stored).fill(1),
  }
}
