import type { Json } from './json.ts'

/**
 * Canonical JSON (RFC 8785): no white space, keys sorted by UTF-16 code unit, numbers as ECMAScript prints them.
 * Equal values give equal text on every machine, so the text can be hashed. Keys whose value is `undefined` are left out.
 *
 * @throws TypeError on NaN, infinities, lone surrogates and anything that is not JSON: they have no canonical form.
 */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON form`)
    return String(value === 0 ? 0 : value) // -0 is 0
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new TypeError('a lone surrogate has no canonical JSON form')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no canonical JSON form`)
  const entries = value as { readonly [key: string]: Json | undefined }
  const keys = Object.keys(entries)
    .filter((key) => entries[key] !== undefined)
    .sort(byCodeUnit)
  return `{${keys.map((key) => `${canonicalJson(key)}:${canonicalJson(entries[key] as Json)}`).join(',')}}`
}

/** Orders strings by UTF-16 code unit: the only order of text in Daybook, since locales differ. */
export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
