// What stands on both sides of a split: rows, groups, times; and the proof that fitted rows do not.
import t from 'tap'
import { proveRows } from '../../../src/run/checks/row-proof.ts'
import { digestOfRows } from '../../../src/run/split/row-keys.ts'
import { rowsOf, rowsOfFold } from '../../../src/run/split/split.ts'
import { categories, check, dates, draws, found, numbers, quarters, texts } from './rows.ts'

const rows = 2000
const noise = draws('sides')
const y = Int32Array.from({ length: rows }, (_, row) => (noise.uniform(row) < 0.4 ? 1 : 0))
const value = (row: number, shift: number): number => noise.uniform(row + shift * rows)
/** Row that a row copies: every tenth of four repeats the one before it, on the other side of the split. */
const copied = (row: number): number => (row % 40 === 3 ? row - 1 : row)

t.test('copies of training rows among the test rows', async (t) => {
  const columns = [1, 2, 3].map((i) => numbers(`x${i}`, rows, (row) => value(copied(row), i)))
  const same = check({
    columns: [...columns, texts('t', rows, (row) => `of ${copied(row) % 90} words or more`)],
    y: Int32Array.from(y, (_, row) => y[copied(row)] as number),
  })
  t.same(found(same), ['LEAK_DUPLICATES'])
  t.same(same.duplicates, { rows: 50, unlikely: 50, same: 50, other: 0 })
  t.match(same.findings[0]?.message, /^50 test rows \(10 %\)/)
  const other = check({ columns, y })
  t.ok((other.duplicates?.other ?? 0) > 10, 'contradicting targets are counted apart')
  t.same(
    found(check({ columns: [numbers('id', rows, (row) => row + 0.5), ...columns], y })),
    [],
    'rows that differ in one column are no copies',
  )
})

t.test('rows of few values meet by chance', async (t) => {
  const columns = [1, 2, 3, 4].map((i) =>
    categories(`c${i}`, rows, ['a', 'b', 'c'], (row) => Math.floor(value(row, i) * 3)),
  )
  const checks = check({ columns, y })
  t.same(found(checks), [])
  t.equal(checks.duplicates?.rows, 500, 'every test row equals a training row')
  t.equal(checks.duplicates?.unlikely, 0)
})

t.test('nor does a column that follows from others make copies of them', async (t) => {
  const [a, b] = [(row: number) => Math.floor(value(row, 1) * 12), (row: number) => Math.floor(value(row, 2) * 40)]
  const columns = [
    numbers('schooling', rows, a),
    numbers('experience', rows, b),
    numbers('age', rows, (row) => a(row) + b(row) + 6),
    numbers('code', rows, (row) => 3 * b(row)),
  ]
  const checks = check({ columns, y })
  t.ok((checks.duplicates?.rows ?? 0) > 300)
  t.same(found(checks), [])
})

t.test('groups on both sides', async (t) => {
  const branch = texts('branch', rows, (row) => (row === 0 ? null : `b${Math.floor(row / 8)}`))
  const x = numbers('x', rows, (row) => value(row, 1))
  const leaks = check({ columns: [branch, x], y, facts: { branch: { role: 'group' } } })
  t.same(found(leaks), ['LEAK_GROUP branch'])
  t.match(leaks.findings[0]?.values, { groups: 250, rows: 500, share: 100 })
  const parts = Uint8Array.from({ length: rows }, (_, row) => (Math.floor(row / 8) % 4 === 0 ? 2 : 0))
  const whole = check({
    columns: [branch, x],
    y,
    facts: { branch: { role: 'group' } },
    split: { ...quarters(rows), parts },
  })
  t.same(found(whole), [])
  t.equal(whole.summary.find(({ code }) => code === 'LEAK_GROUP')?.looked, 1)
})

t.test('time', async (t) => {
  const x = numbers('x', rows, (row) => value(row, 1))
  const day = dates('day', rows, (row) => Math.floor(row / 3) * 864e5)
  t.same(
    found(check({ columns: [day, x], y })),
    ['LEAK_TIME day'],
    'a date that rises row by row, under a random split',
  )
  t.same(
    found(check({ columns: [day, x], y, facts: { day: { role: 'ignore' } } })),
    [],
    'not where the page says to ignore it',
  )
  const born = dates('born', rows, (row) => Math.floor(value(row, 2) * 1e12))
  t.same(found(check({ columns: [born, x], y })), [], 'birthdays have no order')
  t.same(found(check({ columns: [born, x], y, facts: { born: { role: 'time' } } })), ['LEAK_TIME born'])
  const late = { ...quarters(rows), parts: Uint8Array.from({ length: rows }, (_, row) => (row >= 1500 ? 2 : 0)) }
  const by = { by: 'time', on: 'day', test: 0.25, validation: 0 } as const
  const facts = { day: { role: 'time' } } as const
  t.same(found(check({ columns: [day, x], y, facts, by, split: late })), [])
  const broken = { ...late, parts: late.parts.with(10, 2) }
  t.match(check({ columns: [day, x], y, facts, by, split: broken }).findings, [
    { code: 'LEAK_TIME', values: { rows: 1488 } },
  ])
})

t.test('the proof: sets are apart and complete, and their digests are those of the split', async (t) => {
  const keys = Array.from({ length: rows }, (_, row) => `k"é${(row * 7) % rows}`)
  const split = quarters(rows, 3)
  const proof = proveRows(split, keys, 'id')
  t.match(proof, { holds: true, shared: 0, left: 0, rows, key: 'id', validation: null })
  t.equal(proof.test.keys, `sha256:${digestOfRows(keys, rowsOf(split, 2))}`)
  for (const { fold, trained, scored } of proof.folds) {
    const own = rowsOfFold(split, fold)
    t.equal(trained.keys, `sha256:${digestOfRows(keys, own.trained)}`)
    t.equal(scored.keys, `sha256:${digestOfRows(keys, own.scored)}`)
  }
  const left = proveRows({ ...split, folds: split.folds.with(0, 0) }, keys, 'id')
  t.match(left, { holds: false, left: 1 }, 'a training row that no fold scores')
  const unknown = proveRows({ ...split, parts: split.parts.with(5, 9) }, keys, 'id')
  t.equal(unknown.holds, false, 'a row of no part')
  const forward = {
    ...split,
    forward: true,
    folds: Int32Array.from(split.parts, (part, row) => (part === 0 ? Math.floor((row * 3) / rows) : 0)),
    foldCount: 2,
  }
  t.equal(proveRows(forward, keys, 'id').holds, true, 'folds that go forward leave the first block out')
})

t.test('a proof that does not hold is told and cannot be missed', async (t) => {
  const split = quarters(rows)
  const checks = check({
    columns: [numbers('x', rows, (row) => value(row, 1))],
    y,
    split: { ...split, parts: split.parts.with(0, 7) },
  })
  t.match(checks.findings[0], { code: 'LEAK_ROWS', message: /^1 rows stand where they must not/ })
})

t.test('declared facts', async (t) => {
  const columns = [
    numbers('low', rows, (row) => (row === 6 || row === 9 ? -3 - row : value(row, 1))),
    numbers('high', rows, (row) => (row === 4 ? 12 : value(row, 2))),
    categories('grade', rows, ['a', 'b', 'z'], (row) => (row === 11 ? 2 : row % 2)),
    numbers('gaps', rows, (row) => (row % 10 === 1 ? Number.NaN : value(row, 3))),
    texts('phone', rows, (row) => (row < 2 ? null : `0${row === 77 ? 76 : row}`)),
  ]
  const facts = {
    low: { role: 'ignore', min: 0, max: 9 },
    high: { role: 'ignore', max: 10 },
    grade: { role: 'ignore', levels: ['a', 'b'] },
    gaps: { role: 'ignore', missing: { atMost: 0.05 } },
    phone: { role: 'ignore', unique: true },
  } as const
  const checks = check({ columns, y, facts })
  t.match(checks.findings, [
    { code: 'FACT_MIN', column: 'low', values: { rows: 2, row: 7, value: -12 } },
    { code: 'FACT_MAX', column: 'high', values: { rows: 1, row: 5, value: 12 } },
    { code: 'FACT_LEVELS', column: 'grade', values: { rows: 1, row: 12, value: 1 } },
    { code: 'FACT_MISSING', column: 'gaps', values: { rows: 200, row: 2, share: 10 } },
    { code: 'FACT_UNIQUE', column: 'phone', values: { rows: 1, row: 78 } },
  ])
  t.equal(checks.summary.find(({ code }) => code === 'FACT_MAX')?.looked, 2)
  t.notMatch(JSON.stringify(checks), /076|"z"/, 'no value of a row stands in it')
})
