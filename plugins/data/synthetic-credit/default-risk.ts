import type { Kernels } from 'daybook/kernels'
import type { Applicants } from './applicants.ts'

const byEmployment = [-0.15, 0.25, 0.05, -0.25, 0.5]
const byHousing = [0.15, -0.1, -0.25, 0.05]
const byPurpose = [-0.15, -0.2, 0.1, -0.1, 0.1, 0.05, 0.3, 0]

/**
 * Probability of default of each applicant. Debt and late payments count more the more there is of them, income has a
 * step where ends no longer meet, young self-employment and high utilisation with thin history make each other worse: what
 * trees find and a straight line does not. Age, gender and region do not count.
 */
export function defaultRisk(applicants: Applicants, { math }: Kernels, rows: number): Float64Array {
  const of = (name: keyof Applicants, i: number): number => applicants[name][i] as number
  const risk = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const debt = of('debtRatio', i)
    const late = of('delinquencies24m', i)
    const used = of('utilisation', i)
    const thin = of('creditHistoryMonths', i) < 36
    const years = of('employmentYears', i)
    const left = of('income', i) * (1 - Math.min(debt, 1))
    let score = 0
    score += byEmployment[of('employmentType', i)] as number
    score += byHousing[of('housing', i)] as number
    score += byPurpose[of('purpose', i)] as number
    score += 3.2 * Math.max(0, debt - 0.42)
    score += late === 0 ? -0.1 : 0.5 + 0.15 * Math.min(late, 4)
    score += of('inquiries6m', i) >= 3 ? 0.45 : 0
    score += used > 0.7 ? (thin ? 1.3 : 0.35) : 0
    score += left < 900 ? 0.75 : left < 1400 ? 0.3 : -0.1
    score += years < 1 ? 0.25 : years > 8 ? -0.25 : 0
    score += of('employmentType', i) === 2 && years < 3 ? 0.7 : 0
    score += of('purpose', i) === 2 && debt > 0.5 ? 0.6 : 0
    score += of('savings', i) < 250 ? 0.25 : of('savings', i) > 4000 ? -0.3 : 0
    score += of('termMonths', i) >= 60 && of('amount', i) > 15_000 ? 0.5 : 0
    score += of('existingCustomer', i) === 1 ? -0.25 : 0
    score += of('openAccounts', i) === 0 || of('openAccounts', i) > 7 ? 0.45 : 0
    score -= 0.3 * of('care', i)
    risk[i] = math.sigmoid(-2.95 + 1.2 * score)
  }
  return risk
}
