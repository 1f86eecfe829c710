import fc from 'fast-check'
import t from 'tap'
import { byCodeUnit, canonicalJson } from '../../src/base/canonical.ts'
import type { Json } from '../../src/base/json.ts'

t.test('RFC 8785 section 3.2.2: numbers, strings and literals', async (t) => {
  const value = {
    // The standard writes the first one with more digits than a double holds.
    numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  t.equal(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

t.test('RFC 8785 section 3.2.3: keys are sorted by UTF-16 code unit', async (t) => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
  const order = [...canonicalJson(value).matchAll(/:(\d)/g)].map((match) => match[1]).join('')
  t.equal(order, '2467153')
})

t.test('-0 is 0, and keys without a value are left out', async (t) => {
  t.equal(canonicalJson({ b: -0, a: undefined }), '{"b":0}')
})

t.test('what has no canonical form is refused', async (t) => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', [() => 1], 1n]) {
    t.throws(() => canonicalJson(value as Json), TypeError)
  }
})

t.test('equal values give equal text whatever the order of keys; parsing it gives the value back', async (t) => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'grapheme' }), fc.double({ noNaN: true, noDefaultInfinity: true })),
      (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse())
        t.equal(canonicalJson(reversed), canonicalJson(value))
        t.same(JSON.parse(canonicalJson(value)), { ...value })
      },
    ),
    { numRuns: 50 },
  )
  t.same(['b', 'é', 'Z', 'a'].sort(byCodeUnit), ['Z', 'a', 'b', 'é'])
})
