import { type WarningCode, type WarningEntry, warnings, warningText } from '../../base/codes/warnings.ts'
import type { CheckSummary, Finding } from '../../store/checks.ts'

/** Findings of one code that are told one by one; and of those of many columns at once, such as the edges of images. */
const mostOfCode = 20
const fewOfCode = 5

type Values = Finding['values']

/** One kind of check as it goes: how much was looked at, what is worst, what was found. */
export class Findings {
  readonly #code: WarningCode
  readonly #of: CheckSummary['of']
  readonly #threshold: number
  readonly #list: Finding[] = []
  #looked = 0
  #found = 0
  #worst: { value: number; column?: string } | null = null

  constructor(code: WarningCode, of: CheckSummary['of'], threshold: number) {
    this.#code = code
    this.#of = of
    this.#threshold = threshold
  }

  /** Counts something that was looked at, with what was measured of it; a larger value is worse. */
  look(value?: number, column?: string): void {
    this.#looked++
    if (value === undefined || (this.#worst !== null && value <= this.#worst.value)) return
    this.#worst = { value: rounded(value), ...(column !== undefined && { column }) }
  }

  /** As many rows were looked at, at once. */
  lookAt(count: number, value: number, column?: string): void {
    this.look(value, column)
    this.#looked += count - 1
  }

  add(values: Values, column?: string, threshold = this.#threshold): void {
    this.#found++
    if (this.#list.length === this.#most) return
    const message = warningText(this.#code, { threshold, ...values, ...(column !== undefined && { column }) })
    this.#list.push({ code: this.#code, ...(column !== undefined && { column }), values, threshold, message })
  }

  get list(): readonly Finding[] {
    const more = this.#found - this.#list.length
    if (more === 0 || !this.#together) return this.#list
    const message = warningText(this.#code, { more })
    return [...this.#list, { code: this.#code, values: { more }, threshold: this.#threshold, message }]
  }

  get #together(): boolean {
    return (warnings[this.#code] as WarningEntry).many !== undefined
  }

  get #most(): number {
    return this.#together ? fewOfCode : mostOfCode
  }

  get summary(): CheckSummary {
    return {
      code: this.#code,
      looked: this.#looked,
      of: this.#of,
      worst: this.#worst,
      threshold: this.#threshold,
      found: this.#found,
    }
  }
}

/** A number that is kept: six decimals say enough. */
export function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6
}

/** A share as per cent with one decimal, for messages. */
export function perCent(share: number): number {
  return Math.round(share * 1000) / 10
}

/** A measure with three decimals, for messages. */
export function short(value: number): number {
  return Math.round(value * 1000) / 1000
}
