import fc from 'fast-check'
import t from 'tap'
import { civilFromDays, daysFromCivil } from '../../../plugins/preprocess/date-parts/civil.ts'
import dateParts from '../../../plugins/preprocess/date-parts.ts'
import { transform } from './transform.ts'

const all = ['year', 'quarter', 'month', 'dayOfMonth', 'dayOfYear', 'dayOfWeek', 'hour', 'daysSince']

t.test('the calendar is that of Date in UTC', async () => {
  fc.assert(
    fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (days) => {
      const date = new Date(days * 86_400_000)
      const dayOfYear = days - Date.UTC(date.getUTCFullYear(), 0, 1) / 86_400_000 + 1
      const { year, month, day, dayOfYear: got } = civilFromDays(days)
      const same = year === date.getUTCFullYear() && month === date.getUTCMonth() + 1 && day === date.getUTCDate()
      if (daysFromCivil(year, month, day) !== days) return false
      return same && (year < 100 || got === dayOfYear) // Date.UTC takes years below 100 for those of the 20th century
    }),
    { numRuns: 5000, seed: 1, examples: [[0], [-1], [59], [11016], [-719468], [-135081]] },
  )
})

t.test('parts of a moment', async (t) => {
  const given = { d: ['2024-12-31T23:30:00Z', '1969-12-28', null] }
  const out = await transform(dateParts, { parts: all, since: '2024-12-30' }, given)
  const parts = (row: number): unknown[] => all.map((part) => out[`d:${part}`]?.[row])
  t.strictSame(parts(0), [2024, 4, 12, 31, 366, 2, 23, 47.5 / 24], 'a Tuesday')
  t.strictSame(parts(1).slice(0, 7), [1969, 4, 12, 28, 362, 7, 0], 'a Sunday before 1970')
  t.strictSame(
    parts(2),
    all.map(() => null),
  )
})

t.test('daysSince counts from the earliest training date where the page names none', async (t) => {
  const out = await transform(
    dateParts,
    { parts: ['daysSince'] },
    { d: ['2020-03-01', '2020-02-28', null] },
    { d: ['2020-03-01', '2020-02-27'] },
  )
  t.strictSame(out, { 'd:daysSince': [2, -1] }, '2020 was a leap year')
  await t.rejects(transform(dateParts, {}, { d: [null, null] }), { code: 'DATA_ALL_MISSING' }, 'no date to count from')
})

t.test('a reference that no calendar has is refused before data flows', async (t) => {
  const params = { parts: ['daysSince' as const], since: '2023-02-29' }
  const expected = { code: 'PARAM_CONFLICT', message: '`since` is 2023-02-29, expected a day of the calendar' }
  t.throws(() => dateParts.output([{ name: 'd', type: 'date', missing: false }], params), expected)
})
