import type { SparseColumn, TextColumn } from 'daybook/frame'
import type { Kernels } from 'daybook/kernels'
import { definePreprocess, fail } from 'daybook/plugin'
import { placesOf } from './places.ts'
import { writeTerms } from './text-tfidf/onnx.ts'
import { termsOf } from './text-tfidf/words.ts'

/** Weighs the words of a text: often here, seldom elsewhere. */
export default definePreprocess({
  id: 'text-tfidf',
  version: 1,
  summary: 'Gives each word of a text a feature `name=word`: its count in the text, weighed by how few texts have it.',
  description:
    'Term frequency times inverse document frequency, idf = log((1 + texts) / (1 + texts with the term)) + 1, each row brought to length 1 ' +
    '(G. Salton, C. Buckley, "Term-weighting approaches in automatic text retrieval", 1988). Words are runs of letters, marks and digits of ' +
    'any script by tables of Unicode 17 that come with the plugin, so that no engine reads a text in another way. A missing text has no words.',
  takes: ['text'],
  missing: 'allow',
  params: {
    lowerCase: { type: 'boolean', default: true, description: 'Take `Good` and `good` as one word.' },
    maxWords: {
      type: 'integer',
      minimum: 1,
      maximum: 5,
      default: 1,
      description: 'Longest run of words that is a term: 2 adds pairs such as `not good`.',
    },
    minTexts: {
      type: 'integer',
      minimum: 1,
      default: 2,
      description: 'Terms that fewer training texts have are left out.',
    },
    maxShare: {
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1,
      description: 'Terms that a larger share of the training texts has are left out.',
    },
    maxTerms: {
      type: 'integer',
      minimum: 1,
      maximum: 1000000,
      default: 10000,
      description: 'Most terms of a column: those that most texts have, ties in code-unit order.',
    },
    idf: { type: 'boolean', default: true, description: 'Weigh by inverse document frequency; false counts alone.' },
    sublinear: { type: 'boolean', default: false, description: 'Take 1 + log(count) in place of the count.' },
    normalize: { type: 'boolean', default: true, description: 'Bring each row to Euclidean length 1.' },
  },
  output: (columns) => columns.map(({ name }) => ({ name, type: 'sparse', missing: false })),
  fit({ frame }, params, { kernels }): { columns: readonly string[]; vocabularies: readonly Vocabulary[] } {
    const texts = frame.columns.filter((column) => column.type === 'text')
    return { columns: frame.names, vocabularies: texts.map((column) => vocabularyOf(column, params, kernels)) }
  },
  apply({ columns, vocabularies }, frame, { params, kernels }) {
    const place = placesOf(columns)
    return frame.columns
      .filter((column) => column.type === 'text')
      .map((column) => weighed(column, vocabularies[place(column.name)] as Vocabulary, params, kernels))
  },
  onnx({ columns, vocabularies }, taken, graph, { params }) {
    const place = placesOf(columns)
    return taken.map(({ name, tensor }) => {
      const vocabulary = vocabularies[place(name)] as Vocabulary
      const features = vocabulary.terms.map((term) => `${name}=${term}`)
      return { name, type: 'sparse', features, tensor: writeTerms(graph, tensor, { ...params, ...vocabulary }) }
    })
  },
  example: {
    params: { minTexts: 1, idf: false },
    fit: { review: ['good case', 'not good'] },
    given: { review: ['Good, GOOD case!', 'unknown', null] },
    gives: { review: [{ 'review=good': 0.8944271802902222, 'review=case': 0.4472135901451111 }, {}, {}] },
  },
})

/** Terms in the order of their features, with the weight of each. */
type Vocabulary = { readonly terms: readonly string[]; readonly weights: Float64Array }

interface Choices {
  readonly lowerCase: boolean
  readonly maxWords: number
  readonly minTexts: number
  readonly maxShare: number
  readonly maxTerms: number
  readonly idf: boolean
  readonly sublinear: boolean
  readonly normalize: boolean
}

function vocabularyOf(column: TextColumn, choices: Choices, { math }: Kernels): Vocabulary {
  const texts = column.values.length
  const textsWith = new Map<string, number>()
  for (const text of column.values)
    for (const term of new Set(termsOf(text ?? '', choices.lowerCase, choices.maxWords)))
      textsWith.set(term, (textsWith.get(term) ?? 0) + 1)

  const kept = [...textsWith]
    .filter(([, count]) => count >= choices.minTexts && count <= choices.maxShare * texts)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, choices.maxTerms)
  if (kept.length === 0) throw fail('DATA_NO_TERMS', { column: column.name })
  return {
    terms: kept.map(([term]) => term),
    weights: Float64Array.from(kept, ([, count]) => (choices.idf ? math.log((1 + texts) / (1 + count)) + 1 : 1)),
  }
}

function weighed(
  column: TextColumn,
  { terms, weights }: Vocabulary,
  choices: Choices,
  { math }: Kernels,
): SparseColumn {
  const featureOf = placeOfTerm(terms)
  const starts = new Uint32Array(column.values.length + 1)
  const indices: number[] = []
  const values: number[] = []
  column.values.forEach((text, row) => {
    const counts = new Map<number, number>()
    for (const term of termsOf(text ?? '', choices.lowerCase, choices.maxWords)) {
      const feature = featureOf.get(term)
      if (feature !== undefined) counts.set(feature, (counts.get(feature) ?? 0) + 1)
    }
    const features = [...counts.keys()].sort((a, b) => a - b)
    const weighted = features.map((feature) => {
      const count = counts.get(feature) as number
      return (choices.sublinear ? 1 + math.log(count) : count) * (weights[feature] as number)
    })
    const length = choices.normalize ? Math.sqrt(weighted.reduce((sum, value) => sum + value * value, 0)) : 1
    features.forEach((feature, i) => {
      indices.push(feature)
      values.push((weighted[i] as number) / length)
    })
    starts[row + 1] = indices.length
  })
  return {
    type: 'sparse',
    name: column.name,
    features: terms.map((term) => `${column.name}=${term}`),
    starts,
    indices: Uint32Array.from(indices),
    values: Float32Array.from(values),
  }
}

const placesOfTerms = new WeakMap<readonly string[], ReadonlyMap<string, number>>()

/** Where each term stands, kept as long as its state lives: a server scores one row at a time with the same state. */
function placeOfTerm(terms: readonly string[]): ReadonlyMap<string, number> {
  let places = placesOfTerms.get(terms)
  if (places === undefined) {
    places = new Map(terms.map((term, place) => [term, place]))
    placesOfTerms.set(terms, places)
  }
  return places
}
