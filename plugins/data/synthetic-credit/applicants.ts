import type { Kernels } from 'daybook/kernels'
import { type Draws, pick, poisson } from './draws.ts'

export const EMPLOYMENT = ['permanent', 'temporary', 'selfEmployed', 'retired', 'unemployed'] as const
export const HOUSING = ['rent', 'mortgage', 'own', 'family'] as const
export const PURPOSE = ['car', 'home', 'debt', 'education', 'medical', 'travel', 'business', 'other'] as const
export const REGION = ['north', 'south', 'east', 'west', 'centre', 'islands'] as const
export const GENDER = ['female', 'male'] as const
const TERMS = [12, 24, 36, 48, 60, 72, 84] as const

const shares = {
  gender: [0.49, 0.51],
  region: [0.19, 0.22, 0.16, 0.2, 0.19, 0.04],
  purpose: [0.25, 0.17, 0.22, 0.07, 0.06, 0.08, 0.06, 0.09],
  term: [0.12, 0.18, 0.26, 0.16, 0.16, 0.07, 0.05],
  young: { employment: [0.5, 0.27, 0.1, 0, 0.13], housing: [0.55, 0.14, 0.04, 0.27] },
  grown: { employment: [0.68, 0.09, 0.16, 0.01, 0.06], housing: [0.34, 0.41, 0.19, 0.06] },
  old: { employment: [0.14, 0.03, 0.09, 0.72, 0.02], housing: [0.24, 0.1, 0.61, 0.05] },
}

/** What is known of the applicants, a number (or code) a row, before values go missing. */
export type Applicants = Readonly<Record<(typeof columns)[number], Float64Array>>

const columns = [
  'age',
  'gender',
  'region',
  'employmentType',
  'employmentYears',
  'housing',
  'income',
  'purpose',
  'amount',
  'termMonths',
  'debtRatio',
  'utilisation',
  'savings',
  'creditHistoryMonths',
  'openAccounts',
  'delinquencies24m',
  'inquiries6m',
  'existingCustomer',
  'care',
] as const

/** Columns that are decided by one uniform number a row. */
const chances = [
  'age',
  'gender',
  'region',
  'employmentType',
  'employmentYears',
  'housing',
  'purpose',
  'termMonths',
  'creditHistoryMonths',
  'openAccounts',
  'delinquencies24m',
  'inquiries6m',
  'existingCustomer',
] as const

/**
 * Draws applicants. Age decides about employment and housing, these about income, income about the amount asked for.
 * `care` is how careful somebody is with money: no lender sees it, late payments, inquiries and savings come from it.
 */
export function drawApplicants(draws: Draws, { math }: Kernels, rows: number): Applicants {
  const { exp, log, sigmoid } = math
  const made = Object.fromEntries(columns.map((name) => [name, new Float64Array(rows)])) as unknown as Applicants
  const uniform = Object.fromEntries(chances.map((name) => [name, draws.uniform(name)])) as Record<
    (typeof chances)[number],
    Float64Array
  >
  const care = draws.normal('care')
  const noise = { income: draws.normal('income'), amount: draws.normal('amount'), ratio: draws.normal('debtRatio') }
  const more = { utilisation: draws.normal('utilisation'), savings: draws.normal('savings') }
  const incomeOf = [1, 0.78, 1.08, 0.72, 0.42].map((factor) => log(2400 * factor))
  const amountOf = [11_000, 16_000, 13_000, 8000, 5000, 4000, 18_000, 6000].map((amount) => log(amount))

  for (let i = 0; i < rows; i++) {
    const u = (name: (typeof chances)[number]): number => uniform[name][i] as number
    const caution = care[i] as number
    const age = Math.floor(18 + 57 * (0.35 * u('age') + 0.65 * u('age') * u('age')))
    const group = age < 27 ? shares.young : age < 62 ? shares.grown : shares.old
    const employment = pick(u('employmentType'), group.employment)
    const worksFor =
      employment === 4 ? 0 : u('employmentYears') * u('employmentYears') * Math.min(age - 17, employment === 1 ? 6 : 40)
    const logIncome =
      (incomeOf[employment] as number) + 0.012 * Math.min(worksFor, 25) + 0.42 * (noise.income[i] as number)
    const income = Math.round(exp(logIncome) / 10) * 10
    const purpose = pick(u('purpose'), shares.purpose)
    const logAmount =
      (amountOf[purpose] as number) + 0.35 * (logIncome - (incomeOf[0] as number)) + 0.5 * (noise.amount[i] as number)
    const amount = Math.min(50_000, Math.max(500, Math.round(exp(logAmount) / 100) * 100))
    const longer = amount > 12_000 ? 0.3 : 0
    const term = TERMS[pick(Math.min(u('termMonths') + longer, 0.999), shares.term)] as number
    const instalment = (amount / term) * 1.06
    const known = Math.floor(Math.max(0, age - 18) * 12 * (0.1 + 0.85 * u('creditHistoryMonths')))
    const accountsMean = 1.5 + Math.min(known, 300) / 60
    const latePayments = exp(-1.55 - 0.75 * caution)
    const asked = exp(-0.35 - 0.3 * caution)

    made.age[i] = age
    made.gender[i] = pick(u('gender'), shares.gender)
    made.region[i] = pick(u('region'), shares.region)
    made.employmentType[i] = employment
    made.employmentYears[i] = Math.round(worksFor * 10) / 10
    made.housing[i] = pick(u('housing'), group.housing)
    made.income[i] = income
    made.purpose[i] = purpose
    made.amount[i] = amount
    made.termMonths[i] = term
    made.debtRatio[i] = share(
      Math.min(
        1.5,
        instalment / Math.max(income, 300) + exp(-1.75 - 0.22 * caution + 0.5 * (noise.ratio[i] as number)),
      ),
    )
    made.utilisation[i] = share(sigmoid(-0.5 - 0.7 * caution + 0.9 * (more.utilisation[i] as number)))
    made.savings[i] =
      Math.round(exp(6.6 + 0.8 * caution + 0.5 * (logIncome - 7.7) + 1.1 * (more.savings[i] as number)) / 10) * 10
    made.creditHistoryMonths[i] = known
    made.openAccounts[i] = poisson(u('openAccounts'), accountsMean, exp(-accountsMean))
    made.delinquencies24m[i] = poisson(
      u('delinquencies24m'),
      Math.min(latePayments, 6),
      exp(-Math.min(latePayments, 6)),
    )
    made.inquiries6m[i] = poisson(u('inquiries6m'), Math.min(asked, 8), exp(-Math.min(asked, 8)))
    made.existingCustomer[i] = u('existingCustomer') < 0.36 ? 1 : 0
    made.care[i] = caution
  }
  return made
}

function share(value: number): number {
  return Math.round(value * 1000) / 1000
}
