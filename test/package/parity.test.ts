import t from 'tap'
import { fail } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import type { Model, Prediction, Signature } from '../../src/model/index.ts'
import { certifyParity, requireParity } from '../../src/package/parity.ts'

const bounds = { absolute: 1e-6, relative: 0 }

/** A model that answers what the row says, and refuses where it says nothing. */
function answering(task: Signature['task'], answer: (x: number) => Prediction, threshold = 0): Model {
  const predictRows = (rows: readonly JsonObject[]): Prediction[] =>
    rows.map(({ x }, row) => {
      if (typeof x !== 'number') throw fail('ROW_MISSING_VALUE', { row, column: 'x', taker: 'test' })
      return answer(x)
    })
  const parts = { algorithm: { plugin: { threshold: () => threshold }, state: null } }
  return { digest: 'd', signature: { task }, parts, predictRows } as unknown as Model
}

const shares = (p: number): Prediction => ({ prediction: p > 0.5 ? 'yes' : 'no', probabilities: { no: 1 - p, yes: p } })
const rowsOf = (...xs: readonly (number | null)[]): JsonObject[] => xs.map((x) => ({ x }))
const scorer = (answer: (x: number) => Prediction | null) => async (rows: readonly JsonObject[]) =>
  rows.map(({ x }) => (typeof x === 'number' ? answer(x) : null))

t.test('the same answers', async (t) => {
  const model = answering('binary', shares)
  const rows = { holdOut: rowsOf(0.1, 0.9, null), madeUp: rowsOf(null, 0.3) }
  const certificate = await certifyParity(model, scorer(shares), rows, bounds)
  t.match(certificate, { format: 1, model: 'd', verdict: 'identical', maxAbsolute: 0, maxRelative: 0 })
  t.match(certificate.holdOut, { rows: 3, refused: 1, refusedApart: { count: 0 }, labelsDiffer: { count: 0 } })
})

t.test('numbers within the bounds, and one outside', async (t) => {
  const model = answering('binary', shares)
  const rows = { holdOut: rowsOf(0.1, 0.25, 0.9), madeUp: [] }
  const near = await certifyParity(
    model,
    scorer((x) => shares(x + 2 ** -21)),
    rows,
    bounds,
  )
  t.match(near, { verdict: 'within', maxAbsolute: 2 ** -21 })
  t.ok(Math.abs(near.maxRelative - 2 ** -21 / 0.1) < 1e-9)
  const far = await certifyParity(
    model,
    scorer((x) => shares(x === 0.25 ? 0.26 : x)),
    rows,
    bounds,
  )
  t.equal(far.verdict, 'different')
  t.same(far.holdOut.outside, { count: 1, rows: [1] })
})

t.test('a label may differ on an edge row beside the threshold, on no other', async (t) => {
  const model = answering('binary', shares)
  const turned = scorer((x) => (x === 0.5 ? { ...shares(x), prediction: 'yes' } : shares(x)))
  const asEdge = await certifyParity(model, turned, { holdOut: rowsOf(0.1), madeUp: rowsOf(0.5) }, bounds)
  t.match(asEdge, { verdict: 'within', madeUp: { labelsDiffer: { count: 1 }, nearThreshold: { count: 1, rows: [0] } } })
  const asHoldOut = await certifyParity(model, turned, { holdOut: rowsOf(0.1, 0.5), madeUp: [] }, bounds)
  t.match(asHoldOut, { verdict: 'different', holdOut: { labelsDiffer: { rows: [1] }, nearThreshold: { rows: [1] } } })
  const away = scorer((x) => (x === 0.6 ? { ...shares(x), prediction: 'no' } : shares(x)))
  t.equal((await certifyParity(model, away, { holdOut: [], madeUp: rowsOf(0.6) }, bounds)).verdict, 'different')
})

t.test('a row that one alone refuses', async (t) => {
  const model = answering('binary', shares)
  const refusing = await certifyParity(
    model,
    scorer((x) => (x > 0.8 ? null : shares(x))),
    { holdOut: rowsOf(0.9, 0.1), madeUp: [] },
    bounds,
  )
  t.match(refusing, { verdict: 'different', holdOut: { refused: 0, refusedApart: { count: 1, rows: [0] } } })
  const lax = await certifyParity(
    model,
    async (rows) => rows.map(() => shares(0.5)),
    { holdOut: [], madeUp: rowsOf(null) },
    bounds,
  )
  t.match(lax, { verdict: 'different', madeUp: { refusedApart: { count: 1 } } })
})

t.test('values, scores, clusters, anomalies', async (t) => {
  const value = answering('regression', (x) => ({ prediction: x, value: x }))
  const rows = { holdOut: rowsOf(1000), madeUp: [] }
  const relative = { absolute: 0, relative: 1e-6 }
  const given = scorer((x) => ({ prediction: x + 5e-4, value: x + 5e-4 }))
  t.equal((await certifyParity(value, given, rows, relative)).verdict, 'within')
  t.equal((await certifyParity(value, given, rows, { absolute: 0, relative: 1e-8 })).verdict, 'different')
  const nothing = scorer(() => ({ prediction: Number.NaN, value: Number.NaN }))
  t.equal((await certifyParity(value, nothing, rows, relative)).verdict, 'different')

  const cluster = answering('clustering', (x) => ({ prediction: Math.floor(x), distance: x }))
  const moved = scorer((x) => ({ prediction: 0, distance: x }))
  t.equal((await certifyParity(cluster, moved, { holdOut: rowsOf(2.5), madeUp: [] }, bounds)).verdict, 'different')

  const anomaly = answering('anomaly', (x) => ({ prediction: x > 0.7, score: x }), 0.7)
  const same = scorer((x) => ({ prediction: x > 0.7, score: x }))
  const found = await certifyParity(anomaly, same, { holdOut: rowsOf(0.7, 0.6), madeUp: [] }, bounds)
  t.match(found, { verdict: 'identical', holdOut: { nearThreshold: { count: 1, rows: [0] } } })

  const scores = answering('multiclass', (x) => ({ prediction: 'a', score: { a: x, b: 0, c: -1 } }))
  const tied = await certifyParity(
    scores,
    scorer((x) => ({ prediction: 'a', score: { a: x, b: 0, c: -1 } })),
    { holdOut: rowsOf(0, 1), madeUp: [] },
    bounds,
  )
  t.match(tied.holdOut.nearThreshold, { count: 1, rows: [0] })
})

t.test('a scorer that loses rows', async (t) => {
  const model = answering('binary', shares)
  await t.rejects(
    certifyParity(model, async () => [], { holdOut: rowsOf(0.1), madeUp: [] }, bounds),
    TypeError,
  )
})

t.test('many rows at fault are named up to fifty', async (t) => {
  const model = answering('binary', shares)
  const holdOut = Array.from({ length: 300 }, (_, i) => ({ x: i % 3 === 0 ? null : 0.1 }))
  const { holdOut: part } = await certifyParity(
    model,
    async (rows) => rows.map(() => shares(0.1)),
    { holdOut, madeUp: [] },
    bounds,
  )
  t.equal(part.refusedApart.count, 100)
  t.equal(part.refusedApart.rows.length, 50)
  t.same(part.refusedApart.rows.slice(0, 3), [0, 3, 6])
})

t.test('what is shipped has to be equal, and the first row that is not is named with both answers', async (t) => {
  const model = answering('binary', shares)
  const exact = { absolute: 0, relative: 0 }
  const rows = { holdOut: rowsOf(0.1), madeUp: rowsOf(0.5, null, 0.7) }
  t.match(await requireParity(model, scorer(shares), rows, exact), { verdict: 'identical', madeUp: { refused: 1 } })
  await t.rejects(
    requireParity(
      model,
      scorer((x) => shares(x === 0.7 ? 0.7 + 2 ** -52 : x)),
      rows,
      exact,
    ),
    { code: 'PACKAGE_NOT_EQUAL', values: { row: 'made-up row 2', model: JSON.stringify(shares(0.7)) } },
  )
  // A tie is no excuse where all has to be equal.
  const turned = scorer((x) => (x === 0.5 ? { ...shares(x), prediction: 'yes' } : shares(x)))
  await t.rejects(requireParity(model, turned, rows, exact), {
    code: 'PACKAGE_NOT_EQUAL',
    values: { row: 'made-up row 0' },
  })
  await t.rejects(
    requireParity(model, async (all) => all.map(() => null), rows, exact),
    { code: 'PACKAGE_NOT_EQUAL', values: { row: 'hold-out row 0', package: 'a refusal' } },
  )
  const other = async (all: readonly JsonObject[]) =>
    all.map(({ x }) => (typeof x === 'number' ? shares(x) : { error: 'ROW_BAD_VALUE' }))
  await t.rejects(requireParity(model, other, rows, exact), {
    code: 'PACKAGE_NOT_EQUAL',
    values: { row: 'made-up row 1', model: '{"error":"ROW_MISSING_VALUE"}', package: '{"error":"ROW_BAD_VALUE"}' },
  })
  const names = scorer((x) => ({ ...shares(x), probabilities: { no: 1 - x, maybe: x } }))
  t.equal((await certifyParity(model, names, rows, exact)).verdict, 'different', 'other names of classes')
})
