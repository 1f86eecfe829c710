const form = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * Milliseconds since 1970-01-01T00:00Z of an ISO 8601 date (`2026-01-31`) or moment (`2026-01-31T09:30`, with seconds,
 * fractions cut to milliseconds, and `Z` or an offset; without one it is UTC). Undefined for any other text, and for dates
 * that do not exist. Own code: what `Date.parse` takes differs between engines.
 */
export function parseDate(text: string): number | undefined {
  const parts = form.exec(text)
  if (parts === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = parts
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  const midnight = utcMidnight(Number(year), Number(month), Number(day))
  if (midnight === undefined || h > 23 || m > 59 || s > 59) return undefined
  const offset = offsetMinutes(zone)
  if (offset === undefined) return undefined
  return midnight + ((h * 60 + m - offset) * 60 + s) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3))
}

function utcMidnight(year: number, month: number, day: number): number | undefined {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  const exists = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  return exists ? date.getTime() : undefined
}

function offsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  if (minutes > 14 * 60 || Number(zone.slice(-2)) > 59) return undefined
  return zone.startsWith('-') ? -minutes : minutes
}

/** ISO 8601 text of a moment: `2026-01-31` at midnight UTC, else `2026-01-31T09:30:00.000Z`. What `parseDate` reads back. */
export function formatDate(moment: number): string {
  const text = new Date(moment).toISOString()
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, -14) : text
}
