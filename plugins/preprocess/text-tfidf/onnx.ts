import type { OnnxGraph, OnnxTensor } from 'daybook/plugin'
import { apostrophes, separators, strangers, textPattern, whitespace } from './onnx-pattern.ts'
import { canonicalWords } from './onnx-words.ts'

/** What a column's texts are weighed by. */
export interface WrittenVocabulary {
  readonly terms: readonly string[]
  readonly weights: Float64Array
  readonly lowerCase: boolean
  readonly maxWords: number
  readonly sublinear: boolean
  readonly normalize: boolean
}

/** Words of all texts, one behind the other, and the row that each stands in. */
interface Words {
  readonly words: OnnxTensor
  readonly rows: OnnxTensor
}

/**
 * Weighs the terms of texts [rows, 1] as nodes of an ONNX graph: float [rows, terms]. ONNX splits texts by one separator at
 * a time and knows no classes of characters, so words are found by splitting at every separator of a list; a text in
 * which a character that is neither in the list nor part of words touches a word is refused.
 */
export function writeTerms(graph: OnnxGraph, texts: OnnxTensor, vocabulary: WrittenVocabulary): OnnxTensor {
  const { terms, weights, sublinear, normalize } = vocabulary
  const pattern = { pattern: { text: textPattern(vocabulary.lowerCase) } }
  graph.refuseRows(graph.node('Not', [graph.node('RegexFullMatch', [texts], { attributes: pattern })]))
  const counts = writeCounts(graph, texts, vocabulary)
  const seen = graph.node('Greater', [counts, 0])
  const damped = (): OnnxTensor => {
    const log = graph.node('Log', [graph.node('Where', [seen, counts, 1])])
    return graph.node('Where', [seen, graph.node('Add', [log, 1]), 0])
  }
  const weighed = graph.node('Mul', [
    sublinear ? damped() : counts,
    graph.constant(Float64Array.from(weights), [terms.length]),
  ])
  if (!normalize) return graph.cast(weighed, 'float')
  const squares = graph.node('ReduceSum', [graph.node('Mul', [weighed, weighed]), BigInt64Array.of(1n)], {
    attributes: { keepdims: { int: 1 } },
  })
  const length = graph.node('Sqrt', [squares])
  const divisor = graph.node('Where', [graph.node('Equal', [length, 0]), 1, length])
  return graph.cast(graph.node('Div', [weighed, divisor]), 'float')
}

/** How often each term stands in each text: double [rows, terms]. */
function writeCounts(graph: OnnxGraph, texts: OnnxTensor, vocabulary: WrittenVocabulary): OnnxTensor {
  const { terms, lowerCase, maxWords } = vocabulary
  const flat = graph.reshape(texts, [-1])
  const size = graph.node('Shape', [flat])
  const lower = lowerCase ? lowerCased(graph, flat) : flat
  const count = graph.reshape(size, [])
  const found = writeWords(graph, { words: lower, rows: graph.node('Range', [zero(graph), count, one(graph)]) })
  const { texts: written, words: canonical } = canonicalWords(terms, lowerCase)
  const words = graph.node('LabelEncoder', [found.words], {
    attributes: {
      keys_strings: { texts: written },
      values_strings: { texts: canonical },
      default_string: { text: '?' }, // part of no word
    },
  })
  const parts = Array.from({ length: maxWords }, (_, i) => runsOf(graph, { words, rows: found.rows }, i + 1))
  const places = parts.map((part) => termsOfRuns(graph, part, terms))
  const all = places.length === 1 ? places[0] : graph.node('Concat', places, { attributes: { axis: { int: 0 } } })
  const shape = graph.node('Concat', [size, BigInt64Array.of(BigInt(terms.length))], {
    attributes: { axis: { int: 0 } },
  })
  const none = graph.node('Expand', [graph.constant(Float64Array.of(0), [1, 1]), shape])
  const ones = graph.node('Expand', [
    graph.constant(Float64Array.of(1), [1]),
    graph.node('Gather', [graph.node('Shape', [all as OnnxTensor]), BigInt64Array.of(0n)]),
  ])
  return graph.node('ScatterND', [none, all as OnnxTensor, ones], { attributes: { reduction: { text: 'add' } } })
}

/** Texts in the lower case of ASCII, of more where an engine knows more. The operator takes one text at least. */
function lowerCased(graph: OnnxGraph, texts: OnnxTensor): OnnxTensor {
  const some = graph.node('Concat', [texts, graph.constant(['a'], [1])], { attributes: { axis: { int: 0 } } })
  const lower = graph.node('StringNormalizer', [some], {
    attributes: { case_change_action: { text: 'LOWER' }, is_case_sensitive: { int: 1 }, locale: { text: 'C' } },
  })
  return graph.node('Slice', [lower, BigInt64Array.of(0n), BigInt64Array.of(-1n)])
}

/** Runs of `length` words of one text, joined by a space. */
function runsOf(graph: OnnxGraph, { words, rows }: Words, length: number): Words {
  if (length === 1) return { words, rows }
  const slice = (list: OnnxTensor, from: number): OnnxTensor => {
    const end = from + 1 === length ? BigInt(2 ** 31 - 1) : BigInt(from + 1 - length)
    return graph.node('Slice', [list, BigInt64Array.of(BigInt(from)), BigInt64Array.of(end)])
  }
  const joined = Array.from({ length }, (_, from) => slice(words, from)).reduce((run, word) => {
    const spaced = graph.node('StringConcat', [run, graph.constant([' '], [1])])
    return graph.node('StringConcat', [spaced, word])
  })
  const first = slice(rows, 0)
  const inOne = graph.node('Equal', [first, slice(rows, length - 1)])
  return { words: graph.node('Compress', [joined, inOne]), rows: graph.node('Compress', [first, inOne]) }
}

/** Row and term of every run that is a term: int64 [found, 2]. */
function termsOfRuns(graph: OnnxGraph, { words, rows }: Words, terms: readonly string[]): OnnxTensor {
  const term = graph.node('LabelEncoder', [words], {
    type: 'int64',
    attributes: {
      keys_strings: { texts: terms },
      values_int64s: { ints: terms.map((_, place) => place) },
      default_int64: { int: -1 },
    },
  })
  const known = graph.node('GreaterOrEqual', [term, 0])
  const column = (list: OnnxTensor): OnnxTensor => graph.reshape(graph.node('Compress', [list, known]), [-1, 1])
  return graph.node('Concat', [column(rows), column(term)], { attributes: { axis: { int: 1 } } })
}

/** Splits texts at every separator (an engine's own idea of whitespace is not asked for), and at apostrophes that stand beside one another. */
function writeWords(graph: OnnxGraph, texts: Words): Words {
  const split = (at: Words, delimiter: string): Words => {
    const [parts] = graph.nodes('StringSplit', [at.words], ['string', 'int64'], {
      attributes: { delimiter: { text: delimiter } },
    }) as [OnnxTensor]
    const kept = graph.node('Not', [graph.node('Equal', [parts, graph.constant([''], [1])])])
    const rows = graph.node('Where', [kept, graph.reshape(at.rows, [-1, 1]), 0])
    const flat = graph.reshape(kept, [-1])
    return { words: graph.node('Compress', [parts, flat]), rows: graph.node('Compress', [rows, flat]) }
  }
  // What is no word stands between no two of them.
  const without = ({ words, rows }: Words, isOther: OnnxTensor): Words => {
    const kept = graph.node('Not', [isOther])
    return { words: graph.node('Compress', [words, kept]), rows: graph.node('Compress', [rows, kept]) }
  }
  const pairs = apostrophes.flatMap((a) => apostrophes.map((b) => a + b))
  const pieces = [...whitespace, ...separators, ...pairs].reduce(split, texts)
  const words = apostrophes.reduce(
    (at, apostrophe) => without(at, graph.node('Equal', [at.words, graph.constant([apostrophe], [1])])),
    pieces,
  )
  const pattern = { pattern: { text: strangers() } }
  return without(words, graph.node('RegexFullMatch', [words.words], { attributes: pattern }))
}

function zero(graph: OnnxGraph): OnnxTensor {
  return graph.constant(BigInt64Array.of(0n), [])
}

function one(graph: OnnxGraph): OnnxTensor {
  return graph.constant(BigInt64Array.of(1n), [])
}
