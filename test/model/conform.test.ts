import fc from 'fast-check'
import t from 'tap'
import { DaybookError } from '../../src/base/errors.ts'
import type { JsonObject } from '../../src/base/json.ts'
import { concatColumns } from '../../src/frame/concat.ts'
import { type Column, Frame, MISSING, UNSEEN } from '../../src/frame/index.ts'
import {
  conformFrame,
  conformRows,
  countUnseen,
  makeSignature,
  RowConformer,
  type Signature,
} from '../../src/model/index.ts'

const column = { unseen: 'error', missing: false, optional: false } as const
const signature: Signature = {
  columns: [
    { ...column, name: 'income', type: 'number', min: 0, max: 1e6 },
    { ...column, name: 'purpose', type: 'category', levels: ['car', 'furniture', '7', 'true'] },
    { ...column, name: 'since', type: 'date', missing: true },
    { ...column, name: 'member', type: 'boolean', missing: true, optional: true },
    { ...column, name: 'remark', type: 'text', missing: true },
    { ...column, name: 'branch', type: 'category', levels: ['a', 'b'], unseen: 'other' },
    { ...column, name: 'region', type: 'category', levels: ['n', 's'], unseen: 'missing' },
  ],
  ignored: ['id', 'paid'],
  task: 'binary',
  classes: ['no', 'yes'],
  target: 'paid',
  output: 'probabilities',
}
const row = { income: 5, purpose: 'car', since: '2026-01-31', member: true, remark: 'x', branch: 'b', region: 's' }

t.test('a row of JSON values becomes columns', async (t) => {
  const frame = conformRows(
    [
      { ...row, id: 1, paid: 'no' },
      { ...row, since: null, branch: 'z', region: 'z', purpose: 7, remark: null },
    ],
    signature,
  )
  t.same(frame.columns, [
    { type: 'number', name: 'income', values: Float64Array.of(5, 5) },
    { type: 'category', name: 'purpose', levels: ['car', 'furniture', '7', 'true'], values: Int32Array.of(0, 2) },
    { type: 'date', name: 'since', values: Float64Array.of(Date.UTC(2026, 0, 31), Number.NaN) },
    { type: 'boolean', name: 'member', values: Int8Array.of(1, 1) },
    { type: 'text', name: 'remark', values: ['x', null] },
    { type: 'category', name: 'branch', levels: ['a', 'b'], values: Int32Array.of(1, UNSEEN) },
    { type: 'category', name: 'region', levels: ['n', 's'], values: Int32Array.of(1, MISSING) },
  ])
  const { member: _, ...absent } = row
  t.match(
    conformRows([absent], signature).get('member'),
    { values: Int8Array.of(MISSING) },
    'optional: absent is missing',
  )
  t.match(conformRows([{ ...row, purpose: true }], signature).get('purpose'), { values: Int32Array.of(3) })
})

t.test('what is wrong with a row is said', async (t) => {
  const cases: [JsonObject, string, RegExp, RegExp?][] = [
    [{ income: '5' }, 'ROW_BAD_VALUE', /row 0: column `income` holds "5", expected a number$/, /without quotes/],
    [{ income: 'five' }, 'ROW_BAD_VALUE', /"five"/],
    [{ income: Number.NaN }, 'ROW_BAD_VALUE', /NaN/],
    [{ income: Number.POSITIVE_INFINITY }, 'ROW_BAD_VALUE', /Infinity/],
    [{ income: true }, 'ROW_BAD_VALUE', /true/],
    [{ income: [1] }, 'ROW_BAD_VALUE', /holds a list, expected a number/],
    [{ income: null }, 'ROW_BAD_VALUE', /holds null, expected a value/, /declare `missing`/],
    [{ income: -1 }, 'ROW_BAD_VALUE', /at least 0/],
    [{ income: 1e7 }, 'ROW_BAD_VALUE', /at most 1000000/],
    [{ purpose: 'furnitre' }, 'ROW_BAD_VALUE', /a level that training saw/, /"furniture"/],
    [{ purpose: 'yacht' }, 'ROW_BAD_VALUE', /yacht/, /Levels: "car", /],
    [{ purpose: 8 }, 'ROW_BAD_VALUE', /"8"/],
    [{ purpose: {} }, 'ROW_BAD_VALUE', /holds an object, expected text/],
    [{ since: '31.01.2026' }, 'ROW_BAD_VALUE', /a date such as/],
    [{ since: 5 }, 'ROW_BAD_VALUE', /a date such as/],
    [{ member: 'yes' }, 'ROW_BAD_VALUE', /true or false/],
    [{ member: 1 }, 'ROW_BAD_VALUE', /true or false/],
    [{ remark: 5 }, 'ROW_BAD_VALUE', /text/],
    [{ income: 'x'.repeat(500) }, 'ROW_BAD_VALUE', /x…, expected a number$/],
    [{ incme: 5 }, 'ROW_UNKNOWN_COLUMN', /`incme`/],
  ]
  for (const [change, code, message, hint] of cases) {
    t.throws(
      () => conformRows([{ ...row, ...change }], signature),
      { code, message, ...(hint && { hint }) },
      JSON.stringify(change),
    )
  }
  const { income: _, ...absent } = row
  t.throws(() => conformRows([row, absent], signature), {
    code: 'ROW_MISSING_COLUMN',
    values: { row: 1, column: 'income' },
  })
  t.throws(() => conformRows([{ ...absent, incme: 5 }], signature), {
    code: 'ROW_UNKNOWN_COLUMN',
    hint: 'Did you mean `income`?',
  })
  t.throws(
    () => conformRows([Object.create({ ...row })], signature),
    { code: 'ROW_MISSING_COLUMN' },
    'inherited values do not count',
  )
})

t.test('all faults at once, not without end', async (t) => {
  const found = (rows: JsonObject[]) => {
    try {
      conformRows(rows, signature)
    } catch (thrown) {
      return (thrown as DaybookError).all.map(({ values }) => `${values.row} ${values.column}`)
    }
    return []
  }
  t.same(found([{ ...row, income: 'x', member: 'x' }, row, { ...row, since: 'x' }]), [
    '0 income',
    '0 member',
    '2 since',
  ])
  t.equal(found(new Array(1000).fill({})).length, 20)
})

t.test('rows as objects or as columns, at once or one after the other, among refused ones: the same', async (t) => {
  const usual = fc.record({
    income: fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(-0)),
    purpose: fc.constantFrom('car', 'furniture', 7, true),
    since: fc.constantFrom('2026-01-31', '2024-02-29T09:30:00Z', null),
    remark: fc.oneof(fc.string(), fc.constant(null)),
    branch: fc.constantFrom('a', 'b', 'elsewhere'),
    region: fc.constantFrom('n', 's', 'elsewhere'),
    more: fc.constantFrom({}, { member: true }, { member: null }, { id: 3, paid: 'no' }),
  })
  const odd = fc.constantFrom(
    { income: -1 },
    { income: '5' },
    { purpose: 'boat' },
    { since: 'soon' },
    { other: 1 },
    { remark: 3 },
  )
  const given = fc.array(fc.tuple(usual, fc.option(odd, { freq: 12 })), { minLength: 1, maxLength: 8 })
  const conformer = new RowConformer(signature)
  await fc.assert(
    fc.property(fc.array(given, { minLength: 1, maxLength: 5 }), (requests) => {
      conformer.clear()
      const taken: JsonObject[] = []
      for (const request of requests) {
        const rows = request.map(([{ more, ...one }, fault]) => ({ ...one, ...more, ...fault }) as JsonObject)
        const names = [...new Set(rows.flatMap((one) => Object.keys(one)))]
        const columns = names.map((name) => ({ name, values: rows.map((one) => one[name]) }))
        const faults = [
          () => conformer.add({ form: 'rows', rows }),
          () => new RowConformer(signature).add({ form: 'columns', count: rows.length, columns }),
        ].map((add) => {
          try {
            add()
            return []
          } catch (thrown) {
            return (thrown as DaybookError).all.map(({ message }) => message)
          }
        })
        t.same(faults[0], faults[1])
        t.equal(
          faults[0]?.length === 0,
          request.every(([, fault]) => fault === null),
        )
        if (faults[0]?.length === 0) taken.push(...rows)
      }
      t.same(conformer.frame().columns, conformRows(taken, signature).columns)
      t.same(
        conformer.frame().columns,
        taken.length === 0
          ? conformer.frame().columns
          : taken
              .map((one) => conformRows([one], signature).columns)
              .reduce((before, after) => before.map((one, i) => concatColumns([one, after[i] as Column]))),
      )
    }),
    { numRuns: 60 },
  )
})

t.test('no row can crash it', async () => {
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('car', 5, null, true, '2026-01-01'))
  const rows = fc.array(fc.dictionary(fc.constantFrom(...Object.keys(row), 'id', '__proto__', 'other'), value), {
    maxLength: 3,
  })
  fc.assert(
    fc.property(rows, (given) => {
      try {
        conformRows(given as JsonObject[], signature)
      } catch (thrown) {
        if (!(thrown instanceof DaybookError)) throw thrown
      }
    }),
  )
})

const raw: Column[] = [
  { type: 'text', name: 'remark', values: ['x', null] },
  { type: 'number', name: 'income', values: Float64Array.of(5, 2e6) },
  { type: 'category', name: 'purpose', levels: ['boat', 'car', 'furniture'], values: Int32Array.of(2, 0) },
  { type: 'date', name: 'since', values: Float64Array.of(0, Number.NaN) },
  { type: 'boolean', name: 'member', values: Int8Array.of(1, 0) },
  { type: 'category', name: 'branch', levels: ['a', 'z'], values: Int32Array.of(1, 0) },
  { type: 'text', name: 'region', values: ['n', 'x'] },
  { type: 'number', name: 'id', values: Float64Array.of(1, 2) },
]

t.test('a frame gets the columns, order and levels of the signature', async (t) => {
  const frame = conformFrame(new Frame(2, raw), signature, { lenient: true })
  t.same(
    frame.names,
    signature.columns.map(({ name }) => name),
  )
  t.match(frame.get('purpose'), { levels: ['car', 'furniture', '7', 'true'], values: Int32Array.of(1, UNSEEN) })
  t.match(frame.get('branch'), { values: Int32Array.of(UNSEEN, 0) })
  t.match(frame.get('region'), { values: Int32Array.of(0, MISSING) })
  t.same(
    [...countUnseen(frame)],
    [
      ['purpose', 1],
      ['branch', 1],
    ],
  )
})

t.test('rows to be served are checked', async (t) => {
  const strict =
    (...columns: Column[]) =>
    () => {
      const others = conformRows([row, row], signature).columns.filter(
        (other) => !columns.some(({ name }) => name === other.name),
      )
      return conformFrame(new Frame(2, [...others, ...columns]), signature, { lenient: false })
    }
  t.doesNotThrow(strict())
  t.throws(strict(raw[1] as Column), { code: 'ROW_BAD_VALUE', values: { row: 1, column: 'income' } })
  t.throws(strict(raw[2] as Column), { code: 'ROW_BAD_VALUE', message: /"boat"/ })
  t.throws(strict({ type: 'number', name: 'income', values: Float64Array.of(1, Number.NaN) }), {
    code: 'ROW_BAD_VALUE',
    message: /null/,
  })
  t.throws(strict({ type: 'text', name: 'income', values: ['a', 'b'] }), { code: 'MODEL_COLUMN_TYPE' })
  t.throws(() => conformFrame(new Frame(2, []), signature, { lenient: true }), { code: 'MODEL_NO_COLUMN' })
  const numbers: Column = { type: 'number', name: 'purpose', values: Float64Array.of(7, 7) }
  t.match(strict(numbers)().get('purpose'), { values: Int32Array.of(2, 2) }, 'numbers that read as levels')
  const nothing: Column = { type: 'text', name: 'since', values: [null, null] }
  t.match(strict(nothing)().get('since'), { type: 'date', values: Float64Array.of(Number.NaN, Number.NaN) })
  const texts: Column = { type: 'category', name: 'remark', levels: ['hi'], values: Int32Array.of(0, MISSING) }
  t.match(strict(texts)().get('remark'), { type: 'text', values: ['hi', null] })
})

t.test('the signature is what the training rows and the page say', async (t) => {
  const frame = new Frame(2, [
    ...raw,
    { type: 'category', name: 'paid', levels: ['no', 'yes'], values: Int32Array.of(0, 1) },
    { type: 'number', name: 'age', values: Float64Array.of(30, 40) },
    { type: 'category', name: 'grade', levels: ['A', 'B', 'C'], values: Int32Array.of(0, 0) },
  ])
  const found = makeSignature(frame, {
    columns: {
      age: { role: 'protected' },
      income: { min: 0, max: 5, unit: 'EUR', monotone: 'decreasing', reason: 'Low income' },
      grade: { levels: ['A', 'B', 'C'] },
      branch: { unseen: 'other', missing: { values: ['-9'] } },
      member: { optional: true },
      region: { missing: { atMost: 0 } },
    },
    key: 'id',
    target: { column: 'paid' },
    task: 'binary',
    classes: ['no', 'yes'],
    output: 'probabilities',
  })
  t.same(found.ignored, ['id', 'paid', 'age'])
  t.equal(found.target, 'paid')
  const of = Object.fromEntries(found.columns.map((one) => [one.name, one]))
  t.same(Object.keys(of), ['remark', 'income', 'purpose', 'since', 'member', 'branch', 'region', 'grade'])
  t.same(of.income, {
    ...column,
    name: 'income',
    type: 'number',
    typical: 5,
    min: 0,
    max: 5,
    unit: 'EUR',
    monotone: 'decreasing',
    reason: 'Low income',
  })
  t.same(of.purpose?.levels, ['boat', 'furniture'], 'levels that training saw')
  t.same(of.grade?.levels, ['A', 'B', 'C'], 'levels that the page declares')
  t.match(of, {
    since: { missing: true },
    branch: { missing: true, unseen: 'other' },
    member: { missing: true, optional: true },
    region: { missing: false },
  })
})
