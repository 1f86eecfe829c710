import t from 'tap'
import { growersFor } from '../../../../plugins/algorithm/random-forest/grow.ts'

const MEGABYTE = 2 ** 20

t.test('as many growers as threads, unless there are fewer trees or too little memory', async (t) => {
  const small = (places: number): number => 1000 * places
  t.equal(growersFor(1000, 100, 8, small).growers, 8)
  t.equal(growersFor(1000, 3, 8, small).growers, 3)
  t.equal(growersFor(1000, 100, 1, small).growers, 1)
  t.same(growersFor(1e6, 100, 8, (places) => (100 + 50 * places) * MEGABYTE).growers, 5)
  t.same(
    growersFor(1e7, 100, 8, () => 3000 * MEGABYTE),
    { growers: 1, places: 1 },
  )
})

t.test('small trees wait in numbers, so that a turn is worth its while', async (t) => {
  const small = (places: number): number => 1000 * places
  t.ok(growersFor(500, 1000, 2, small).places > 30)
  t.equal(growersFor(500, 10, 2, small).places, 5, 'no more than there are')
  t.equal(growersFor(1e6, 1000, 2, small).places, 2, 'one that grows, and the next')
})
