import fc from 'fast-check'
import t from 'tap'
import { binOf, fineCuts, textsOfCuts } from '../../../../plugins/preprocess/woe/fine-bins.ts'

t.test('cuts are the shortest numbers that part the values', (t) => {
  const cuts = (...values: number[]) => [...fineCuts(Float64Array.from(values), 100)]
  t.same(cuts(1200, 1850), [1500])
  t.same(cuts(3, 4), [4], 'of equally short ones the larger value, so that counts stay counts')
  t.same(cuts(0.1, 0.30000000000000004), [0.3])
  t.same(cuts(-5, -1), [-1])
  t.same(cuts(1, 1, 1), [])
  t.same(cuts(-Infinity, 5, Infinity), [5, Infinity])
  t.same(textsOfCuts(Float64Array.of(25, 30)), ['< 25', '25 to < 30', '>= 30'])
  t.same(textsOfCuts(Float64Array.of()), ['any value'])
  t.end()
})

t.test('a spike has a bin of its own', (t) => {
  const values = Float64Array.from([...Array<number>(60).fill(0), ...Array.from({ length: 40 }, (_, i) => i + 1)])
  const cuts = fineCuts(values, 10)
  t.equal(binOf(cuts, 0), 0)
  t.equal(binOf(cuts, 1), 1)
  t.ok(cuts.length >= 4 && cuts.length <= 10)
  t.end()
})

t.test('fine bins part values in order, equal ones together', (t) => {
  const any = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 })), {
    minLength: 1,
    maxLength: 80,
  })
  fc.assert(
    fc.property(any, fc.integer({ min: 2, max: 20 }), (values, count) => {
      const sorted = Float64Array.from(values).sort()
      const cuts = fineCuts(sorted, count)
      const bins = Array.from(sorted, (value) => binOf(cuts, value))
      const rising = cuts.every((cut, i) => i === 0 || cut > (cuts[i - 1] as number))
      return rising && bins.every((bin, i) => bin === (bins[i - 1] ?? 0) || bin === (bins[i - 1] ?? 0) + 1)
    }),
  )
  t.end()
})
