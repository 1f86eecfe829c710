import fc from 'fast-check'
import t from 'tap'
import { canonicalJson } from '../../src/base/canonical.ts'
import type { Json } from '../../src/base/json.ts'
import type { Column } from '../../src/frame/column.ts'
import { Frame } from '../../src/frame/frame.ts'
import { frameFromState, frameToState } from '../../src/frame/frame-state.ts'
import { profileFrame } from '../../src/frame/profile.ts'
import { decodeState, encodeState } from '../../src/plugin/codec.ts'

const texts = fc.string({ unit: 'grapheme' })
const frames = fc.integer({ min: 0, max: 6 }).chain((rows) => {
  const column = (i: number): fc.Arbitrary<Column> => {
    const name = `c${i}`
    const list = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: rows, maxLength: rows })
    return fc.oneof(
      list(fc.double()).map(
        (values): Column => ({ type: 'number', name, values: Float64Array.from(values, (value) => value + 0) }),
      ),
      list(fc.integer()).map((values): Column => ({ type: 'date', name, values: Float64Array.from(values) })),
      list(fc.integer({ min: -1, max: 1 })).map(
        (values): Column => ({ type: 'boolean', name, values: Int8Array.from(values) }),
      ),
      list(fc.option(texts)).map((values): Column => ({ type: 'text', name, values })),
      fc
        .tuple(list(fc.integer({ min: -2, max: 2 })), fc.uniqueArray(texts, { minLength: 3, maxLength: 3 }))
        .map(([codes, levels]): Column => ({ type: 'category', name, values: Int32Array.from(codes), levels })),
      list(fc.boolean()).map(
        (values): Column => ({
          type: 'sparse',
          name,
          features: [`${name}=a`, `${name}=ü`],
          starts: Uint32Array.from([0, ...values.map((_, row) => values.slice(0, row + 1).filter(Boolean).length)]),
          indices: Uint32Array.from(values.filter(Boolean), () => 1),
          values: Float32Array.from(values.filter(Boolean), () => 0.5),
        }),
      ),
    )
  }
  return fc.tuple(column(0), column(1), column(2)).map((columns) => new Frame(rows, columns))
})

t.test('a frame comes back as it was, through the codec', async (t) => {
  fc.assert(
    fc.property(frames, (frame) => {
      const back = frameFromState(decodeState(encodeState(frameToState(frame))))
      t.strictSame(back.columns, frame.columns)
      t.equal(back.rows, frame.rows)
    }),
  )
  t.throws(() => frameFromState({ rows: 1 }), /no stored frame/)
})

t.test('a profile is canonical JSON, whatever the frame', async (t) => {
  fc.assert(fc.property(frames, (frame) => canonicalJson(profileFrame(frame) as Json).length > 0))
  t.pass()
})

t.test('a profile', async (t) => {
  const values = Float64Array.from({ length: 21 }, (_, i) => i)
  const profile = profileFrame(
    new Frame(21, [
      { type: 'number', name: 'n', values: values.map((i) => i / 2) },
      { type: 'date', name: 'd', values: values.map((i) => i * 86_400_000) },
      {
        type: 'category',
        name: 'c',
        levels: ['a', 'b'],
        values: Int32Array.from(values, (i) => (i < 5 ? 0 : i < 20 ? 1 : -1)),
      },
      { type: 'boolean', name: 'b', values: Int8Array.from(values, (i) => (i < 5 ? 0 : i < 20 ? 1 : -1)) },
    ]),
  ) as { columns: { [key: string]: unknown }[] }
  // mean and standard deviation of half of 0 … 20: 5 and sqrt(n(n+1)/12) / 2
  t.match(profile.columns[0], { min: 0, max: 10, mean: 5, q1: 2.5, median: 5, q3: 7.5, missing: 0, distinct: 21 })
  t.ok(Math.abs((profile.columns[0]?.sd as number) - Math.sqrt((21 * 22) / 12) / 2) < 1e-12)
  t.strictSame(profile.columns[0]?.histogram, { from: 0, to: 10, counts: [...new Array(19).fill(1), 2] })
  t.match(profile.columns[1], { min: '1970-01-01', max: '1970-01-21', median: '1970-01-11' })
  t.match(profile.columns[2], {
    missing: 1,
    levels: [
      { value: 'b', count: 15 },
      { value: 'a', count: 5 },
    ],
    other: 0,
  })
  t.match(profile.columns[3], { missing: 1, true: 15, false: 5 })
})

t.test('a profile names nobody', async (t) => {
  const rows = 40
  const codes = Int32Array.from({ length: rows }, (_, i) => (i < 30 ? 0 : i < 35 ? 1 : i - 33))
  const numbers = Float64Array.from({ length: rows }, (_, i) => 7_310_000_000 + i * 31)
  const frame = new Frame(rows, [
    { type: 'number', name: 'account', values: numbers },
    { type: 'text', name: 'key', values: Array.from({ length: rows }, (_, i) => `Surname ${i}`) },
    {
      type: 'category',
      name: 'town',
      levels: ['Ulm', 'Bonn', ...'ABCDE'.split('').map((x) => `Farm ${x}`)],
      values: codes,
    },
    { type: 'number', name: 'age', values: numbers.map((_, i) => 20 + (i % 30)) },
  ])
  const profile = profileFrame(frame, { key: 'key' }) as { columns: { [key: string]: unknown }[] }
  t.strictSame(profile.columns[0], {
    name: 'account',
    type: 'number',
    missing: 0,
    share: 0,
    distinct: 40,
    identity: true,
  })
  t.match(profile.columns[1], { name: 'key', identity: true })
  t.notOk('length' in (profile.columns[1] ?? {}))
  t.match(profile.columns[2], {
    levels: [
      { value: 'Ulm', count: 30 },
      { value: 'Bonn', count: 5 },
    ],
    other: 5,
  })
  t.match(profile.columns[3], { min: 20, max: 49 }, 'ages repeat: they point at nobody')
  t.notMatch(JSON.stringify(profile), /Surname|Farm|7310/)
})
