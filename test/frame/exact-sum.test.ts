import fc from 'fast-check'
import t from 'tap'
import { exactSum } from '../../src/frame/exact-sum.ts'

/** The sum by another way: partial sums that do not overlap, added up to one double (J. R. Shewchuk, 1997). */
function partialSums(values: readonly number[]): number {
  const partials: number[] = []
  for (let x of values) {
    let kept = 0
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x]
      const high = x + y
      const low = y - (high - x)
      if (low !== 0) partials[kept++] = low
      x = high
    }
    partials.length = kept
    partials.push(x)
  }
  // Rounded once, from the largest: what is left decides ties.
  let at = partials.length - 1
  let high = at < 0 ? 0 : (partials[at--] as number)
  let low = 0
  while (at >= 0 && low === 0) {
    const x = high
    const y = partials[at--] as number
    high = x + y
    low = y - (high - x)
  }
  const next = partials[at]
  if (next !== undefined && ((low < 0 && next < 0) || (low > 0 && next > 0))) {
    const twice = low * 2
    if (twice === high + twice - high) high += twice
  }
  return high + 0
}

const sum = (...values: number[]) => exactSum(Float64Array.from(values))

t.test('sums are those of the values, rounded once', async (t) => {
  t.equal(sum(), 0)
  t.equal(sum(0.1, 0.2, 0.3), 0.6, '0.1 + 0.2 + 0.3 is 0.6000000000000001 in doubles')
  t.equal(sum(...Array.from({ length: 10 }, () => 0.1)), 1)
  t.equal(sum(1e100, 1, -1e100), 1)
  t.equal(sum(1e308, 1e308, -1e308), 1e308, 'a sum in between is larger than any double')
  t.equal(sum(1, 2 ** -53), 1, 'a tie goes to the even one')
  t.equal(sum(1, 2 ** -53, 2 ** -1074), 1 + 2 ** -52, 'and the least bit breaks it')
  t.equal(sum(-1, -(2 ** -53), -(2 ** -1074)), -1 - 2 ** -52)
  t.equal(sum(5e-324, 5e-324, 2 ** -1022), 2 ** -1022 + 1e-323)
  t.equal(sum(Number.MAX_VALUE, 2 ** 969), Number.MAX_VALUE, 'below half of the last place')
  t.equal(sum(Number.MAX_VALUE, 2 ** 970), undefined, 'no double holds it')
  t.equal(sum(-1e308, -1e308), undefined)
  t.equal(sum(1, Number.NaN, 2, Number.POSITIVE_INFINITY), 3, 'what is missing is passed over')
  t.ok(Object.is(sum(-0, -0), 0))
})

t.test('any values, in any order', async () => {
  const double = fc.double({ noNaN: true, min: -1e300, max: 1e300 })
  fc.assert(
    fc.property(fc.array(double, { maxLength: 60 }), (values) => {
      const expected = partialSums(values)
      return (
        sum(...values) === expected &&
        sum(...[...values].reverse()) === expected &&
        sum(...[...values].sort((a, b) => a - b)) === expected
      )
    }),
    { numRuns: 500 },
  )
})

t.test('a view into the middle of a buffer is summed, and it alone', async (t) => {
  const all = Float64Array.of(1, 2, 4, 8)
  t.equal(exactSum(all.subarray(1, 3)), 6)
})
