import { byCodeUnit } from '../base/canonical.ts'
import { nearest } from '../base/nearest.ts'
import { type BooleanColumn, type CategoryColumn, type DateColumn, MISSING, type NumberColumn } from './column.ts'
import { parseDate } from './date.ts'
import { isUnsafeInteger, type NumberFormat, parseNumber } from './number-text.ts'
import type { TypeFacts } from './type-facts.ts'

type Texts = readonly (string | null)[]

/** Says that a value is wrong. What it was comes from the row. */
export type Refuse = (row: number, expected: string, hint?: string) => void

/** Numbers of texts. Refused: what is none, infinities, whole numbers beyond 2^53. */
export function fillNumbers(
  name: string,
  texts: Texts,
  format: NumberFormat | undefined,
  refuse: Refuse,
): NumberColumn {
  const values = new Float64Array(texts.length)
  for (let row = 0; row < values.length; row++) {
    const text = texts[row] as string | null
    const value = text === null ? Number.NaN : parseNumber(text, format)
    if (value === undefined) refuse(row, 'a number', MISSING_HINT)
    values[row] = value ?? Number.NaN
  }
  refuseExtremes(values, texts, refuse)
  return { type: 'number', name, values }
}

/** Numbers of texts that nobody declared, or undefined where one is no number. Refused are infinities and 2^53 as above. */
export function inferNumbers(
  name: string,
  texts: Texts,
  format: NumberFormat | undefined,
  refuse: Refuse,
): NumberColumn | undefined {
  const values = new Float64Array(texts.length)
  for (let row = 0; row < values.length; row++) {
    const text = texts[row] as string | null
    const value = text === null ? Number.NaN : parseNumber(text, format)
    if (value === undefined) return undefined
    values[row] = value
  }
  refuseExtremes(values, texts, refuse)
  return { type: 'number', name, values }
}

/** Refuses infinities and whole numbers beyond 2^53, and puts missing values in their place. */
function refuseExtremes(values: Float64Array, texts: Texts, refuse: Refuse): void {
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number
    if (value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) continue
    if (Number.isNaN(value)) continue
    const finite = value - value === 0
    if (finite && !(isUnsafeInteger(value) && isWhole(texts[row] as string | null))) continue
    if (finite) refuse(row, 'a whole number within ±2^53', IDENTIFIER_HINT)
    else refuse(row, 'a finite number', MISSING_HINT)
    values[row] = Number.NaN
  }
}

const MISSING_HINT = 'If it stands for missing, name it under `missing: { values: [...] }` of the column.'
const IDENTIFIER_HINT = 'If it is an identifier, declare `type: text`; a double cannot hold it exactly.'

function isWhole(text: string | null): boolean {
  return text !== null && !/[.eE]/.test(text)
}

/** Dates of texts in ISO 8601. */
export function fillDates(name: string, texts: Texts, refuse: Refuse): DateColumn {
  const values = new Float64Array(texts.length)
  for (let row = 0; row < values.length; row++) {
    const text = texts[row] as string | null
    const moment = text === null ? Number.NaN : parseDate(text)
    values[row] = moment ?? Number.NaN
    if (moment === undefined) refuse(row, 'a date such as 2026-01-31 or 2026-01-31T09:30:00Z', MISSING_HINT)
  }
  return { type: 'date', name, values }
}

const truths: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['TRUE', 1],
  ['True', 1],
  ['1', 1],
  ['false', 0],
  ['FALSE', 0],
  ['False', 0],
  ['0', 0],
])

/** Booleans of `true` and `false` (also `TRUE`, `True`, `1` and so on). */
export function fillBooleans(name: string, texts: Texts, refuse: Refuse): BooleanColumn {
  const values = new Int8Array(texts.length)
  for (let row = 0; row < values.length; row++) {
    const text = texts[row] as string | null
    const value = text === null ? MISSING : truths.get(text)
    values[row] = value ?? MISSING
    if (value === undefined) refuse(row, 'true or false', 'For other pairs of texts declare `type: category`.')
  }
  return { type: 'boolean', name, values }
}

/** Codes of texts: into the declared levels in their order, or into those that are there in code-unit order. */
export function fillCategories(name: string, texts: Texts, facts: TypeFacts, refuse: Refuse): CategoryColumn {
  const codes = new Map((facts.levels ?? []).map((level, code) => [level, code]))
  const values = new Int32Array(texts.length)
  for (let row = 0; row < values.length; row++) {
    const text = texts[row] as string | null
    let code = text === null ? MISSING : codes.get(text)
    if (code === undefined) {
      if (facts.levels === undefined) {
        code = codes.size
        codes.set(text as string, code)
      } else {
        const meant = nearest(text as string, facts.levels)
        refuse(row, `one of ${shortList(facts.levels)}`, meant === undefined ? undefined : `Did you mean \`${meant}\`?`)
        code = MISSING
      }
    }
    values[row] = code
  }
  if (facts.levels !== undefined) return { type: 'category', name, values, levels: facts.levels }
  const found = [...codes.keys()]
  const levels = [...found].sort(byCodeUnit)
  const rank = new Map(levels.map((level, i) => [level, i]))
  const order = found.map((level) => rank.get(level) as number)
  for (let row = 0; row < values.length; row++) {
    const code = values[row] as number
    if (code >= 0) values[row] = order[code] as number
  }
  return { type: 'category', name, values, levels }
}

function shortList(levels: readonly string[]): string {
  const shown = levels.slice(0, 8).join(', ')
  return levels.length > 8 ? `${shown} … (${levels.length} levels)` : shown
}
