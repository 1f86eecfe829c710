import { Frame, MISSING, type NumberColumn, UNSEEN } from 'daybook/frame'
import type { JsonObject, PreprocessInput } from 'daybook/plugin'
import { conformance, frameOf, type PlainColumns, testContext, testScoringContext } from 'daybook/testing'
import fc from 'fast-check'
import t from 'tap'
import woe from '../../../plugins/preprocess/woe.ts'
import { fillParams } from '../../../src/plugin/fill-params.ts'
import { noise } from '../algorithm/fitting.ts'

/** Next to no smoothing: numbers as the books have them. */
const pure = { smoothing: 1e-6 }

/** Fits on rows, and what comes out for them or for others. */
async function weigh(
  given: JsonObject,
  columns: PlainColumns | Frame,
  y: readonly number[],
  more: Partial<PreprocessInput> & { readonly apply?: PlainColumns } = {},
) {
  const params = fillParams(woe.params, given)
  const frame = columns instanceof Frame ? columns : frameOf(columns, woe.takes)
  const { apply, ...rest } = more
  const ctx = testContext({ params })
  const input = { frame, task: 'binary' as const, classes: ['good', 'bad'], y: Int32Array.from(y), ...rest }
  const state = await woe.fit(input, params, ctx)
  const of = (rows: Frame): Record<string, number[]> => {
    const out = woe.apply(state, rows, testScoringContext(params)) as readonly NumberColumn[]
    return Object.fromEntries(out.map(({ name, values }) => [name, [...values]]))
  }
  return { ctx, state, of, values: of(apply === undefined ? frame : frameOf(apply, woe.takes, frame)) }
}

/** `count` times `value`, for rows that are alike. */
function times<T>(count: number, value: T): T[] {
  return Array<T>(count).fill(value)
}

t.test('the contract holds', (t) => conformance(t, woe))

t.test('weights of evidence and information value of a table by hand', async (t) => {
  // Levels of 40, 30 and 30 rows with 4, 6 and 15 bad ones: 75 good and 25 bad in all.
  const purpose = [...times(40, 'car'), ...times(30, 'home'), ...times(30, 'debt')]
  const y = [...times(36, 0), ...times(4, 1), ...times(24, 0), ...times(6, 1), ...times(15, 0), ...times(15, 1)]
  const { values, ctx } = await weigh(pure, { purpose }, y)
  const [car, home, debt] = [36 / 75 / (4 / 25), 24 / 75 / (6 / 25), 15 / 75 / (15 / 25)].map(Math.log) as [
    number,
    number,
    number,
  ]
  t.match(values.purpose?.[0]?.toFixed(6), car.toFixed(6))
  t.match(values.purpose?.[40]?.toFixed(6), home.toFixed(6))
  t.match(values.purpose?.[70]?.toFixed(6), debt.toFixed(6))
  const information = (36 / 75 - 4 / 25) * car + (24 / 75 - 6 / 25) * home + (15 / 75 - 15 / 25) * debt
  const [summary, table] = ctx.tables
  t.match(summary?.rows[0]?.slice(0, 4), ['purpose', /^/, 'too good?', 3])
  t.ok(Math.abs((summary?.rows[0]?.[1] as number) - information) < 1e-5)
  t.same(
    table?.rows.map((row) => [row[0], row[1], row[3]]),
    [
      ['car', 40, 4],
      ['home', 30, 6],
      ['debt', 30, 15],
      ['all', 100, 25],
    ],
    'bins by rising risk',
  )
  t.match(ctx.warnings, [{ code: 'WOE_TOO_GOOD', evidence: { purpose: Number } }])
})

t.test('numbers are cut where risk changes, in the direction that tells most', async (t) => {
  const age = Array.from({ length: 1000 }, (_, i) => 18 + (i % 50))
  const y = age.map((value, i) => (Math.floor(i / 50) < (value < 30 ? 8 : value < 45 ? 4 : 1) ? 1 : 0))
  const { values, ctx, state } = await weigh({ bins: 3 }, { age }, y)
  const [, table] = ctx.tables
  t.same(
    table?.rows.map(([bin]) => bin),
    ['< 30', '30 to < 45', '>= 45', 'all'],
  )
  t.equal(ctx.tables[0]?.rows[0]?.[4], 'decreasing')
  const byAge = new Map(age.map((value, row) => [value, values.age?.[row] as number]))
  t.ok((byAge.get(20) as number) < (byAge.get(40) as number) && (byAge.get(40) as number) < (byAge.get(60) as number))
  t.same(
    woe
      .attributes?.(state)
      .get('age')
      ?.map(({ text }) => text),
    ['< 30', '30 to < 45', '>= 45', 'missing'],
  )
})

t.test('a promise of the page decides the direction, before the param', async (t) => {
  const x = Array.from({ length: 200 }, (_, i) => i)
  const y = x.map((value) => (value % 10 < value / 25 ? 1 : 0)) // risk rises
  const falls = (values: readonly number[] = []) =>
    values.every((value, i) => i === 0 || value <= (values[i - 1] as number))
  const distinct = ({ x: values }: Record<string, number[]>) => new Set(values).size
  const rising = await weigh({ monotone: 'decreasing' }, { x }, y, { promises: new Map([['x', 1]]) })
  t.ok(distinct(rising.values) > 3 && falls(rising.values.x), 'more x is more risk, so less evidence for good')
  const falling = await weigh({ monotone: 'increasing' }, { x }, y, { promises: new Map([['x', -1]]) })
  t.equal(distinct(falling.values), 1, 'no bins keep that promise here')
  t.equal(distinct((await weigh({ monotone: 'decreasing' }, { x }, y)).values), 1)
})

t.test('evidence is monotone, finite and the same for equal values, whatever the data', async () => {
  const row = fc.record({
    x: fc.option(fc.oneof(fc.integer({ min: 0, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }))),
    bad: fc.integer({ min: 0, max: 1 }),
    weight: fc.integer({ min: 0, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 2, maxLength: 60 }), async (rows) => {
      const y = rows.map(({ bad }) => bad)
      const weight = Float32Array.from(rows, ({ weight }) => weight)
      const both = [0, 1].every((bad) => rows.some((one) => one.bad === bad && one.weight > 0))
      if (!both) return true
      const x = new Frame(rows.length, [
        { type: 'number', name: 'x', values: Float64Array.from(rows, (one) => one.x ?? Number.NaN) },
      ])
      const { values } = await weigh({ monotone: 'increasing', minShare: 0.1 }, x, y, { weight })
      const seen = rows.flatMap((one, i) => (one.x === null ? [] : [{ x: one.x, woe: values.x?.[i] as number }]))
      seen.sort((a, b) => a.x - b.x)
      return (
        (values.x ?? []).every(Number.isFinite) &&
        seen.every((one, i) => i === 0 || one.woe <= (seen[i - 1]?.woe as number))
      )
    }),
    { numRuns: 150 },
  )
})

t.test('rare levels share a bin, similar ones are merged where there are too many', async (t) => {
  const level = [...times(50, 'a'), ...times(44, 'b'), ...times(3, 'c'), ...times(3, 'd')]
  const y = level.map((_, i) => (i % 5 === 0 || i > 96 ? 1 : 0))
  const { ctx } = await weigh({}, { level }, y)
  t.same(ctx.tables[1]?.rows.map(([bin]) => bin).sort(), ['a', 'all', 'b', 'c, d'])

  const many = Array.from({ length: 1200 }, (_, i) => `level${String(i % 12).padStart(2, '0')}`)
  const risk = many.map((_, i) => (Math.floor(i / 12) % 100 < 5 * (i % 12) + 1 ? 1 : 0))
  const merged = await weigh({ bins: 4 }, { many }, risk)
  const bins = merged.ctx.tables[1]?.rows.slice(0, -1) ?? []
  t.equal(bins.length, 4)
  t.same(
    bins.flatMap(([text]) => String(text).split(', ')),
    [...new Set(many)].sort(),
    'levels of neighbouring risk go together',
  )
})

t.test('missing values are a bin; what training did not see is neutral or worst', async (t) => {
  const data = {
    x: [1, 1, 1, 2, 2, 2, null, null],
    c: ['a', 'a', 'a', 'b', 'b', 'b', 'b', 'a'],
    n: [1, 2, 3, 4, 5, 6, 7, 8],
  }
  const y = [0, 0, 1, 1, 1, 0, 1, 1]
  const given = { x: [null], c: ['new'], n: [null] }
  const neutral = await weigh({ minShare: 0.2 }, data, y, { apply: given })
  const expected = Math.log(0.375 / 2.625 / (3 / 5)) // two bad rows, smoothed by one row of the mix 5 : 3
  t.ok(Math.abs((neutral.values.x?.[0] as number) - expected) < 1e-12)
  t.same([neutral.values.c, neutral.values.n], [[0], [0]])
  const worst = await weigh({ minShare: 0.2, unseen: 'worst' }, data, y, { apply: given })
  t.equal(worst.values.c?.[0], Math.min(...(worst.of(frameOf(data, woe.takes)).c ?? [])))
  t.ok((worst.values.n?.[0] as number) < 0)
  const codes = new Frame(2, [
    { type: 'category', name: 'c', levels: ['a', 'b'], values: Int32Array.of(MISSING, UNSEEN) },
  ])
  t.same(worst.of(codes).c, [worst.values.c?.[0], worst.values.c?.[0]])
})

t.test('weights count as rows do, and rows without weight not at all', async (t) => {
  const data = { x: [1, 2, 3, 4, 5, 6, 7, 8], c: ['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b'] }
  const y = [0, 0, 1, 0, 1, 0, 1, 1]
  const weight = Float32Array.of(2, 1, 0, 3, 1, 1, 2, 1)
  const repeat = <T>(values: readonly T[]) => values.flatMap((value, i) => times(weight[i] as number, value))
  const weighted = await weigh({ minShare: 0.1 }, data, y, { weight })
  const repeated = await weigh({ minShare: 0.1 }, { x: repeat(data.x), c: repeat(data.c) }, repeat(y), { apply: data })
  t.same(weighted.values, repeated.values)
})

t.test('out of nothing comes nothing: noise has no information', async (t) => {
  const x = noise(4000, 'x')
  const y = noise(4000, 'y').map((value) => (value < 0.2 ? 1 : 0))
  const { ctx } = await weigh({}, { x }, y)
  t.ok((ctx.tables[0]?.rows[0]?.[1] as number) < 0.02)
  t.match(ctx.warnings, [{ code: 'WOE_NO_USE' }])
})

t.test('columns with little in them', async (t) => {
  const y = [0, 1, 0, 1]
  t.same((await weigh({}, { x: [5, 5, 5, 5] }, y)).values, { x: [0, 0, 0, 0] }, 'constant')
  t.same((await weigh({}, { x: [null, null, null, null] }, y)).values.x, [0, 0, 0, 0], 'nothing but missing values')
  t.same((await weigh({}, { b: [true, true, null, false] }, y, { apply: { b: [null] } })).values.b?.length, 1)
  t.same((await weigh({}, new Frame(4, []), y)).values, {}, 'no columns')
  const beyond = { type: 'number', name: 'x', values: Float64Array.of(-Infinity, 1, 2, Infinity) } as const
  t.ok((await weigh({ minShare: 0 }, new Frame(4, [beyond]), y)).values.x?.every(Number.isFinite), 'infinities')
})

t.test('one class, no rows and no weight are errors', async (t) => {
  const one = 'FIT_ONE_CLASS'
  await t.rejects(weigh({}, { x: [1, 2] }, [0, 0]), { code: one, message: /every row to learn from is `good`/ })
  await t.rejects(weigh({}, { x: [1] }, [1]), { code: one, message: /is `bad`/ })
  await t.rejects(weigh({}, { x: [1, 2] }, [0, 1], { weight: Float32Array.of(0, 1) }), { code: one })
  const none = 'FIT_NO_ROWS'
  await t.rejects(weigh({}, { x: [] }, []), { code: none, message: /empty/ })
  await t.rejects(weigh({}, { x: [1, 2] }, [0, 1], { weight: Float32Array.of(0, 0) }), {
    code: none,
    message: /weights/,
  })
})
