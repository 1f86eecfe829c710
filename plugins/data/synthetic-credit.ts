import { type CategoryColumn, type Column, MISSING, type NumberColumn } from 'daybook/frame'
import { defineData } from 'daybook/plugin'
import { drawApplicants, EMPLOYMENT, GENDER, HOUSING, PURPOSE, REGION } from './synthetic-credit/applicants.ts'
import { defaultRisk } from './synthetic-credit/default-risk.ts'
import { Draws } from './synthetic-credit/draws.ts'

/** 2023-01-01 as days since 1970-01-01. */
const FIRST_DAY = 19_358
const DAYS = 1096
const DAY_MS = 86_400_000

/** A made-up loan book. */
export default defineData({
  id: 'synthetic-credit',
  version: 1,
  summary: 'SYNTHETIC: a seeded book of consumer loans, 21 columns of the sort a lender has.',
  description:
    'Every row is made up; nothing stands for a person. Applications of 2023 to 2025 with amount, income, employment, credit history, two ' +
    'protected attributes (`age`, `gender`, which do not decide about the outcome) and `defaulted`: yes or no within a year. The ' +
    'risk is not linear: debt, late payments and income have thresholds and make each other worse, and part of it shows in no column. ' +
    'Row i is the same whatever `rows` is.',
  inputs: 'none',
  synthetic: true,
  random: true,
  params: {
    rows: { type: 'integer', minimum: 1, maximum: 5_000_000, default: 20_000, description: 'Number of applications.' },
    missingShare: {
      type: 'number',
      minimum: 0,
      maximum: 0.5,
      default: 0.04,
      description:
        'Share of values missing in `employmentYears` and `savings`; `income` has half and `utilisation` a quarter of it.',
    },
  },
  read({ rows, missingShare }, ctx) {
    const draws = new Draws((purpose) => ctx.random(purpose), ctx.kernels, rows)
    const applicants = drawApplicants(draws, ctx.kernels, rows)
    const risk = defaultRisk(applicants, ctx.kernels, rows)
    const fate = draws.uniform('defaulted')
    const day = draws.uniform('appliedOn')

    const number = (name: Exclude<keyof typeof applicants, 'care'>, missing = 0): NumberColumn => {
      const values = applicants[name]
      if (missing === 0) return { type: 'number', name, values }
      const gone = draws.uniform(`missing ${name}`)
      return {
        type: 'number',
        name,
        values: values.map((value, i) => ((gone[i] as number) < missing ? Number.NaN : value)),
      }
    }
    const category = (name: Exclude<keyof typeof applicants, 'care'>, texts: readonly string[]): CategoryColumn =>
      codes(name, applicants[name], texts)

    const columns: Column[] = [
      {
        type: 'text',
        name: 'loanId',
        values: Array.from({ length: rows }, (_, i) => `L${String(i + 1).padStart(7, '0')}`),
      },
      { type: 'date', name: 'appliedOn', values: day.map((u) => (FIRST_DAY + Math.floor(u * DAYS)) * DAY_MS) },
      number('amount'),
      number('termMonths'),
      category('purpose', PURPOSE),
      number('income', missingShare / 2),
      category('employmentType', EMPLOYMENT),
      number('employmentYears', missingShare),
      category('housing', HOUSING),
      category('region', REGION),
      number('creditHistoryMonths'),
      number('openAccounts'),
      number('utilisation', missingShare / 4),
      number('delinquencies24m'),
      number('inquiries6m'),
      number('debtRatio'),
      number('savings', missingShare),
      { type: 'boolean', name: 'existingCustomer', values: Int8Array.from(applicants.existingCustomer) },
      number('age'),
      category('gender', GENDER),
      codes(
        'defaulted',
        risk.map((p, i) => ((fate[i] as number) < p ? 1 : 0)),
        ['no', 'yes'],
      ),
    ]
    return { rows, columns, place: (row) => `application ${row + 1}` }
  },
})

/** A category whose codes stand in the order of `texts`, brought into code-unit order; only levels that occur. */
function codes(name: string, values: Float64Array, texts: readonly string[]): CategoryColumn {
  const seen = new Uint8Array(texts.length)
  for (const code of values) seen[code] = 1
  const levels = texts.filter((_, code) => seen[code] === 1).sort((a, b) => (a < b ? -1 : 1))
  const codeOf = Int32Array.from(texts, (text) => levels.indexOf(text))
  const coded = new Int32Array(values.length)
  for (let row = 0; row < values.length; row++) coded[row] = codeOf[values[row] as number] ?? MISSING
  return { type: 'category', name, levels, values: coded }
}
