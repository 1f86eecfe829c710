/** How numbers are written in a text file. */
export interface NumberFormat {
  /** Default `.`. */
  readonly decimal: string
  /** Stands between groups of digits; empty for none. */
  readonly thousands: string
}

const plainNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const infinity = /^[+-]?(?:inf|Inf|INF|infinity|Infinity|INFINITY)$/
const powersOfTen = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))

/**
 * The number that a text stands for, or undefined for any other text. Spaces around it do not count; −0 is 0. Texts for
 * infinities, and numbers too large for 64 bits, give ±Infinity: who reads refuses them with their place.
 *
 * Short decimals are read digit by digit: with at most 15 digits and 22 places, one exact division gives the nearest
 * double (Clinger, "How to read floating point numbers accurately", PLDI 1990). Others go through `Number`, which is exact.
 */
export function parseNumber(text: string, format?: NumberFormat): number | undefined {
  if (format !== undefined && (format.decimal !== '.' || format.thousands !== '')) return parseFormatted(text, format)
  const length = text.length
  const first = text.charCodeAt(0)
  let at = first === 45 || first === 43 ? 1 : 0
  if (length - at > 16) return parseLong(text)
  let mantissa = 0
  let digits = 0
  let places = -1
  for (; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 48 && code <= 57) {
      mantissa = mantissa * 10 + (code - 48)
      digits++
      if (places >= 0) places++
    } else if (code === 46 && places < 0) places = 0
    else return parseLong(text)
  }
  if (digits === 0 || digits > 15) return parseLong(text)
  const value = places > 0 ? mantissa / (powersOfTen[places] as number) : mantissa
  return first === 45 ? 0 - value : value // 0 - 0 is 0
}

function parseLong(text: string): number | undefined {
  const trimmed = text.trim()
  if (plainNumber.test(trimmed)) return Number(trimmed) + 0
  if (!infinity.test(trimmed)) return undefined
  return trimmed.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** `1.234,5` with decimal `,` and thousands `.`: groups of three digits, or no separators at all. */
function parseFormatted(text: string, { decimal, thousands }: NumberFormat): number | undefined {
  let whole = text.trim()
  let rest = ''
  const point = whole.indexOf(decimal)
  if (point >= 0) {
    rest = whole.slice(point + decimal.length)
    whole = whole.slice(0, point)
  } else {
    const exponent = whole.search(/[eE]/)
    if (exponent > 0 && /\d/.test(whole[exponent - 1] ?? '')) {
      rest = whole.slice(exponent)
      whole = whole.slice(0, exponent)
      return grouped(whole, thousands, (digits) => parseLong(digits + rest))
    }
  }
  if (decimal !== '.' && (rest.includes('.') || (thousands !== '.' && whole.includes('.')))) return undefined
  return grouped(whole, thousands, (digits) => (point >= 0 ? parseLong(`${digits}.${rest}`) : parseLong(digits)))
}

function grouped(whole: string, thousands: string, parse: (digits: string) => number | undefined): number | undefined {
  if (thousands === '' || !whole.includes(thousands)) return parse(whole)
  const groups = whole.split(thousands)
  const regular = groups.every((group, i) => (i === 0 ? /^[+-]?\d{1,3}$/.test(group) : /^\d{3}$/.test(group)))
  return regular ? parse(groups.join('')) : undefined
}

/** True for a text of a whole number that a double cannot hold exactly. */
export function isUnsafeInteger(value: number): boolean {
  return Number.isInteger(value) && !Number.isSafeInteger(value)
}
