// Texts as ONNX: words, terms and their weights beside those of the cell, and whole models of texts.
import fc from 'fast-check'
import t from 'tap'
import gradientBoosting from '../../../plugins/algorithm/gradient-boosting.ts'
import logistic from '../../../plugins/algorithm/logistic.ts'
import textTfidf from '../../../plugins/preprocess/text-tfidf.ts'
import { cellGraph } from './cell-graph.ts'
import { fitted } from './fitted.ts'
import { someLoans } from './loans.ts'
import { holdsParity } from './parity.ts'

t.setTimeout(120_000)

const trees = { plugin: gradientBoosting, params: { trees: 15 } }
for (const { params, algorithm } of [
  { params: {}, algorithm: { plugin: logistic } },
  { params: { maxWords: 3, sublinear: true, lowerCase: false }, algorithm: { plugin: logistic } },
  { params: { idf: false, normalize: false }, algorithm: trees },
]) {
  t.test(`${algorithm.plugin.id} ${JSON.stringify(params)}`, async (t) => {
    const names = ['comment', 'debt', 'paid']
    const cells = [{ plugin: textTfidf, params }]
    const model = await fitted({ frame: someLoans(240, names), target: 'paid', task: 'binary', cells, algorithm })
    const certificate = await holdsParity(t, model, someLoans(160, names, 2))
    t.equal(certificate.holdOut.labelsDiffer.count, 0, 'every label of the hold-out')
  })
}

t.test('words of any text', async (t) => {
  const texts = [
    "Don't panic: it’s GOOD, éclair ÉCLAIR",
    'naïve café – Straße, привет ПРИВЕТ',
    'good good it’s fine, 42 x 7',
  ]
  const training = someLoans(3, ['comment']).replace(new Set(['comment']), [
    { type: 'text', name: 'comment', values: texts },
  ])
  const letters = fc.constantFrom(..."aGzdon't’ éÉßпПñ4", ...' ,.-–“!?', '\n', '\u00a0', '。', '☃', '😀', '\u0130')
  const words = fc.constantFrom(
    'good',
    'GOOD',
    'Éclair',
    'ÉCLAIR',
    'éClair',
    "don't",
    'don’t',
    'Привет',
    'ПРИВЕТ',
    '42',
    'it’s',
    'naïve',
    'café',
    "''",
    "'",
    'straße',
  )
  const pieces = fc.array(fc.oneof(words, letters), { maxLength: 12 })
  const text = fc.oneof(
    fc.constant(null),
    pieces.map((all) => all.join('')),
    pieces.map((all) => all.join(' ')),
    fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  )
  for (const params of [
    { minTexts: 1 },
    { minTexts: 1, maxWords: 3, lowerCase: false },
    { minTexts: 1, maxWords: 2, sublinear: true },
  ]) {
    const cell = await cellGraph(textTfidf, params, training)
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), async (rows) => {
        const { columns, refused } = await cell.compare(rows.map((comment) => ({ comment })))
        const [applied, written] = columns.get('comment') as readonly [Float64Array, Float64Array]
        const width = applied.length / rows.length
        rows.forEach((comment, row) => {
          if (refused[row] !== isBeyond(comment ?? '', params.lowerCase ?? true))
            throw new Error(`${JSON.stringify(comment)} is ${refused[row] ? '' : 'not '}refused`)
          if (refused[row]) return
          for (let i = row * width; i < (row + 1) * width; i++)
            if (!isNear(applied[i] as number, written[i] as number, 1e-7))
              throw new Error(`${JSON.stringify(comment)}: term ${i - row * width} is ${written[i]}, not ${applied[i]}`)
        })
      }),
      { numRuns: 120 },
    )
  }
  t.pass()
})

/** Does a text of this test hold what the graph cannot read: another sign beside a word, or a capital inside of one? */
function isBeyond(text: string, toLowerCase: boolean): boolean {
  if (/[\p{L}\p{M}\p{N}'’][☃😀]|[☃😀][\p{L}\p{M}\p{N}'’]/u.test(text)) return true
  if (!toLowerCase) return false
  const isCapital = (letter: string): boolean => letter >= '\u0080' && letter.toLowerCase() !== letter
  return text.split(/[^\p{L}\p{M}\p{N}]/u).some((word) => {
    const letters = [...word]
    const isShouted = letters.every((letter) => isCapital(letter) || /[A-Z]/.test(letter))
    return word.includes('\u0130') || !(isShouted || !letters.slice(1).some(isCapital))
  })
}

function isNear(a: number, b: number, share: number): boolean {
  return (
    a === b || (Number.isNaN(a) && Number.isNaN(b)) || Math.abs(a - b) <= share * Math.max(Math.abs(a), Math.abs(b))
  )
}
