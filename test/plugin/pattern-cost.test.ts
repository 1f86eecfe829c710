import fc from 'fast-check'
import t from 'tap'
import { faultOfCost, longestText } from '../../src/plugin/pattern-cost.ts'

t.test('refuses what can take for ever', (t) => {
  const severalWays = [
    '(a+)+$',
    '^(a|a)*$',
    '^(a|ab)*c$',
    '^(a?){40}$',
    '^(-a?a?)*$',
    '^([^x]+x?)*$',
    '(?:(a*)*b)?',
    '(.*,)*x',
  ]
  for (const pattern of severalWays) t.match(faultOfCost(pattern), /^repeats a group/, pattern)
  for (const pattern of ['a*a*a*a*a*b', `${'a?'.repeat(40)}b`, `^${'(a|b)'.repeat(30)}$`])
    t.match(faultOfCost(pattern), /^repeats too many parts/, pattern)
  for (const pattern of ['(a)\\1', '(?<x>a)\\k<x>']) t.match(faultOfCost(pattern), /^refers back/, pattern)
  t.equal(longestText('(a+)+$'), 0)
  t.end()
})

t.test('takes what people write, long texts of costly ones aside', (t) => {
  const takes: Readonly<Record<string, number | undefined>> = {
    '^[A-Za-z_][A-Za-z0-9_]*$': undefined,
    '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$': undefined,
    '^(\\d{1,3}\\.){3}\\d{1,3}$': undefined,
    '^(?:https?|s3)://\\S+$': undefined,
    '^\\p{Lu}[\\p{L} ]*$': undefined,
    '/': undefined,
    '^[a-z][a-z0-9]*(-[a-z0-9]+)*$': 4472, // the root of 2e7
    '^([a-z]+,)*[a-z]+$': 4472,
    '[a-z]+[0-9]': 4472, // it may begin anywhere
    '^[^@]+@[^@]+\\.[^@]+$': 271, // the third root
  }
  for (const [pattern, length] of Object.entries(takes)) {
    t.equal(faultOfCost(pattern), undefined, pattern)
    t.equal(longestText(pattern), length, pattern)
  }
  t.end()
})

const atom = fc.constantFrom('a', 'b', '-', '[ab]', '[^-]', '.', '\\w', '\\.')
const count = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,9}', '*?')
const pattern = fc.letrec<{ sequence: string; item: string }>((tie) => ({
  sequence: fc.array(tie('item'), { minLength: 1, maxLength: 3 }).map((items) => items.join('')),
  item: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, count).map(([one, times]) => one + times),
    fc
      .tuple(fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }), count)
      .map(([either, times]) => `(${either.join('|')})${times}`),
  ),
})).sequence

t.test('what it takes ends soon on texts that nearly match', (t) => {
  const piece = fc.constantFrom('a', 'b', '-', 'ab', '-a', 'a-', 'aab-')
  let taken = 0
  let slowest = 0
  fc.assert(
    fc.property(pattern, piece, (one, repeated) => {
      const whole = `^(?:${one})$`
      if (faultOfCost(whole) !== undefined) return
      taken++
      const length = Math.min(longestText(whole) ?? 20_000, 20_000) - 1
      const text = `${repeated.repeat(length).slice(0, length)}!`
      const start = performance.now()
      new RegExp(whole, 'u').test(text)
      slowest = Math.max(slowest, performance.now() - start)
    }),
    { numRuns: 400 },
  )
  t.ok(taken > 50, `${taken} patterns were taken`)
  t.ok(slowest < 3000, `the slowest took ${Math.round(slowest)} ms`)
  t.end()
})
