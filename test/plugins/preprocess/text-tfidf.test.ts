import t from 'tap'
import { isWordCharacter, lowerCase } from '../../../plugins/preprocess/text-tfidf/letters.ts'
import { termsOf, wordsOf } from '../../../plugins/preprocess/text-tfidf/words.ts'
import tfidf from '../../../plugins/preprocess/text-tfidf.ts'
import { transform } from './transform.ts'

const pinned = '17.0'

t.test(
  'the pinned tables are those of Unicode 17',
  { skip: process.versions.unicode !== pinned && `this Node has Unicode ${process.versions.unicode}` },
  async (t) => {
    const word = /[\p{L}\p{M}\p{N}]/u
    const wrong: string[] = []
    for (let code = 0; code < 0x110000; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue
      const text = String.fromCodePoint(code)
      if (isWordCharacter(code) !== word.test(text)) wrong.push(`class of ${code.toString(16)}`)
      const lower = [...text.toLowerCase()]
      if (lower.length === 1 && lowerCase(code) !== text.toLowerCase().codePointAt(0))
        wrong.push(`case of ${code.toString(16)}`)
    }
    t.strictSame(wrong, [])
    t.equal(lowerCase(0x130), 0x69, 'İ has a simple mapping, though its full one is longer')
  },
)

t.test('words', async (t) => {
  t.strictSame(wordsOf("Don't PANIC — it’s 42!", true), ["don't", 'panic', "it's", '42'])
  t.strictSame(wordsOf("'quoted' rock 'n' roll'", true), ['quoted', 'rock', 'n', 'roll'])
  t.strictSame(wordsOf('ÄRGER Ωmega ЩИ 東京 𝒳𐐀', true), ['ärger', 'ωmega', 'щи', '東京', '𝒳𐐨'])
  t.strictSame(wordsOf('Good', false), ['Good'])
  t.strictSame(wordsOf('', true), [])
  t.strictSame(termsOf('a b c', true, 3), ['a', 'b', 'c', 'a b', 'b c', 'a b c'])
})

// The corpus of the user guide of scikit-learn; the numbers are what its TfidfVectorizer gives for it, to 8 places.
const corpus = [
  'This is the first document.',
  'This document is the second document.',
  'And this is the third one.',
  'Is this the first document?',
]

t.test('weights are those of scikit-learn', async (t) => {
  const { d } = await transform(tfidf, { minTexts: 1 }, { d: corpus })
  const expected = {
    'd=document': 0.6876236,
    'd=is': 0.28108867,
    'd=second': 0.53864762,
    'd=the': 0.28108867,
    'd=this': 0.28108867,
  }
  const got = d?.[1] as Record<string, number>
  t.strictSame(Object.keys(got).sort(), Object.keys(expected).sort())
  for (const [term, weight] of Object.entries(expected)) t.ok(Math.abs((got[term] as number) - weight) < 1e-7, term)
})

t.test('vocabulary: most texts first, then code-unit order', async (t) => {
  const params = { minTexts: 2, maxTerms: 4, idf: false, normalize: false }
  const { d } = await transform(
    tfidf,
    params,
    { d: corpus },
    { d: ['this third document document is first the', null, 'nothing'] },
  )
  t.strictSame(d, [{ 'd=is': 1, 'd=the': 1, 'd=this': 1, 'd=document': 2 }, {}, {}])
  const { d: rarer } = await transform(
    tfidf,
    { ...params, maxShare: 0.75, maxTerms: 10 },
    { d: corpus },
    { d: ['this first document'] },
  )
  t.strictSame(rarer, [{ 'd=document': 1, 'd=first': 1 }], 'terms of more than three of four texts are left out')
})

t.test('counts can be damped; texts without any term left are an error', async (t) => {
  const { d } = await transform(
    tfidf,
    { sublinear: true, idf: false, normalize: false, minTexts: 1 },
    { d: ['a a a b'] },
  )
  const [weights] = d as [Record<string, number>]
  t.ok(Math.abs((weights['d=a'] as number) - 2.09861228866811) < 1e-6, '1 + ln 3')
  await t.rejects(transform(tfidf, {}, { d: ['one', 'two'] }), { code: 'DATA_NO_TERMS' })
})
