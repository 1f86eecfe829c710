import { frameOf, testContext } from 'daybook/testing'
import t from 'tap'

t.test('a test context draws equal numbers for equal purposes and keeps what is shown', async (t) => {
  const one = testContext({ params: { a: 1 } })
  const two = testContext({ params: { a: 1 } })
  t.equal(one.random('rows').bits(7), two.random('rows').bits(7))
  t.not(one.random('rows').bits(7), one.random('columns').bits(7))
  t.not(one.random('rows').bits(7), testContext({ params: {}, seed: 2 }).random('rows').bits(7))
  one.table({ title: 'T', columns: ['a'], rows: [[1]] })
  one.warn({ code: 'W', message: 'w' })
  one.progress(1, 2)
  t.strictSame([one.tables.length, one.figures.length, one.warnings[0]?.code, one.steps], [1, 0, 'W', [[1, 2]]])
  t.throws(() => testContext({ params: {}, random: false }).random('x'), /random: true/)
})

t.test('frames from plain values', async (t) => {
  const frame = frameOf({ n: [1, null], c: ['b', 'a'], f: [true, null], d: ['2024-01-31', null] })
  t.strictSame(
    frame.columns.map(({ name, type }) => `${name}: ${type}`),
    ['n: number', 'c: category', 'f: boolean', 'd: date'],
  )
  const again = frameOf({ c: ['b', 'z', null] }, ['category'], frame)
  t.match(again.get('c'), { levels: ['a', 'b'], values: Int32Array.of(1, -2, -1) })
  t.equal(frameOf({ s: ['b', 'a'] }, ['text']).get('s')?.type, 'text')
})
