/** A day of the Gregorian calendar, carried back before 1582 as well. */
export interface CivilDate {
  readonly year: number
  /** 1 … 12 */
  readonly month: number
  /** 1 … 31 */
  readonly day: number
  /** 1 … 366 */
  readonly dayOfYear: number
}

const daysOf400Years = 146_097
const daysOf100Years = 36_524
const daysOf4Years = 1_461

/** Days from 0000-03-01 to 1970-01-01: years are counted from March, so that a leap day ends its year. */
const marchEpoch = 719_468

/** The calendar day that is `days` after 1970-01-01, by whole-number arithmetic alone: no clock, no time zone, no `Date`. */
export function civilFromDays(days: number): CivilDate {
  const since = days + marchEpoch
  const cycle = Math.floor(since / daysOf400Years)
  let rest = since - cycle * daysOf400Years
  const centuries = Math.min(Math.floor(rest / daysOf100Years), 3)
  rest -= centuries * daysOf100Years
  const fours = Math.floor(rest / daysOf4Years)
  rest -= fours * daysOf4Years
  const years = Math.min(Math.floor(rest / 365), 3)
  rest -= years * 365 // day of the year that starts in March, from 0

  const marchMonth = Math.floor((5 * rest + 2) / 153) // March is 0; five months have 153 days, twice over
  const day = rest - Math.floor((153 * marchMonth + 2) / 5) + 1
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  const year = cycle * 400 + centuries * 100 + fours * 4 + years + (month <= 2 ? 1 : 0)
  const beforeMarch = isLeap(year) ? 60 : 59
  const dayOfYear = month <= 2 ? rest - 306 + 1 : rest + beforeMarch + 1
  return { year, month, day, dayOfYear }
}

/** Days from 1970-01-01 to a calendar day, or NaN where the month has no such day. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const marchMonth = month <= 2 ? month + 9 : month - 3
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  const days = marchYear * 365 + leapDays + Math.floor((153 * marchMonth + 2) / 5) + day - 1 - marchEpoch
  return civilFromDays(days).day === day ? days : Number.NaN
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
