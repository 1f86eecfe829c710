import type { Json } from '../base/json.ts'

const thinSpace = '\u202f'
const minus = '\u2212'

/** A number for people: whole numbers in full, others to four significant digits, thousands set apart by a thin space. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number'
  if (!Number.isFinite(value)) return value > 0 ? '\u221e' : `${minus}\u221e`
  const size = Math.abs(value)
  const sign = value < 0 ? minus : ''
  if (Number.isInteger(value) && size < 1e15) return sign + group(String(size))
  if (size >= 1e15 || size < 1e-4) return sign + size.toExponential(3).replace('e+', 'e').replace('e-', `e${minus}`)
  if (size >= 1000) return sign + group(String(Math.round(size)))
  return sign + size.toPrecision(4)
}

/** A metric's value: an em dash where it is not defined, four decimals below 1000 so that a column lines up. */
export function formatMetric(value: number | null | undefined): string {
  if (value === null || value === undefined) return '\u2014'
  const size = Math.abs(value)
  if (size >= 1000 || (size < 1e-3 && size !== 0)) return formatNumber(value)
  return (value < 0 ? minus : '') + size.toFixed(size >= 100 ? 2 : 4)
}

/** A share as per cent with one decimal: 0.123 is 12.3 %. */
export function formatShare(share: number): string {
  if (share > 0 && share < 0.0005) return `<${thinSpace}0.1${thinSpace}%`
  return `${(share * 100).toFixed(1)}${thinSpace}%`
}

/** A duration: 12 ms, 3.4 s, 2 min 05 s. */
export function formatDuration(ms: number): string {
  if (ms < 1) return '<\u00a01\u00a0ms'
  if (ms < 1000) return `${Math.round(ms)}\u00a0ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}\u00a0s`
  const seconds = Math.round(ms / 1000)
  return `${group(String(Math.floor(seconds / 60)))}\u00a0min\u00a0${String(seconds % 60).padStart(2, '0')}\u00a0s`
}

/** A moment, given as ISO 8601 text, in UTC: 2026-11-22 05:10:02 UTC. Text that is no moment stays as it is. */
export function formatTime(iso: string): string {
  const moment = new Date(iso)
  if (Number.isNaN(moment.getTime())) return iso
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** A plain value of a table: numbers as {@link formatNumber}, nothing as an em dash, lists and objects as JSON. */
export function formatValue(value: Json | undefined): string {
  if (value === null || value === undefined) return '\u2014'
  if (typeof value === 'number') return formatNumber(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The first `length` characters of a text, with an ellipsis where more followed. */
export function clip(text: string, length: number): string {
  const characters = Array.from(text.slice(0, 2 * length + 2))
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}\u2026` : text
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, thinSpace)
}
