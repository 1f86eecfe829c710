import t from 'tap'
import { philox4x32, RandomStream } from '../../src/base/random.ts'

const stream = (purpose: string, fold?: number) => new RandomStream({ seed: 7, cell: 'train', fold, purpose })

t.test('Philox 4x32-10 gives the known answer of its authors for counter 0 and key 0', async (t) => {
  const out = new Uint32Array(4)
  philox4x32(out, 0, 0, 0)
  t.same([...out], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
})

t.test('a number depends on key and index alone, not on the order of asking', async (t) => {
  const one = stream('rows')
  const other = stream('rows')
  const forward = Array.from({ length: 20 }, (_, i) => one.bits(i))
  const backward = Array.from({ length: 20 }, (_, i) => other.bits(19 - i)).reverse()
  t.same(forward, backward)
})

t.test('another purpose, fold, cell or seed is another stream', async (t) => {
  const first = (s: RandomStream) => s.bits(0)
  const values = [
    stream('rows'),
    stream('dropout'),
    stream('rows', 1),
    new RandomStream({ seed: 7, cell: 'impute', purpose: 'rows' }),
    new RandomStream({ seed: 8, cell: 'train', purpose: 'rows' }),
    stream('rows').derive('tree 1'),
  ].map(first)
  t.equal(new Set(values).size, values.length)
})

t.test('uniform numbers have the moments of the uniform distribution', async (t) => {
  const s = stream('moments')
  const n = 100_000
  let sum = 0
  let squares = 0
  for (let i = 0; i < n; i++) {
    const u = s.uniform(i)
    if (u < 0 || u >= 1) t.fail(`${u} is outside [0, 1)`)
    sum += u
    squares += u * u
  }
  t.ok(Math.abs(sum / n - 1 / 2) < 0.005)
  t.ok(Math.abs(squares / n - 1 / 3) < 0.005)
})

t.test('a permutation holds each number once and differs from the identity', async (t) => {
  const order = stream('shuffle').permutation(1000)
  t.same(
    Uint32Array.from(order).sort(),
    Uint32Array.from({ length: 1000 }, (_, i) => i),
  )
  t.not(order.join(), [...order].sort((a, b) => a - b).join())
})

t.test('below covers its range evenly', async (t) => {
  const s = stream('below')
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const value = s.below(10, i)
    counts[value] = (counts[value] ?? 0) + 1
  }
  t.equal(counts.length, 10)
  t.ok(
    counts.every((count) => count > 880 && count < 1120),
    counts.join(),
  )
})
