// Elementary functions on fixed-point numbers of 1300 binary places, by plain series over BigInt: slow, and far more
// precise than any f64. What the kernels' functions are measured against.

const PLACES = 1300n
const ONE = 1n << PLACES

/** A finite f64 as a fixed-point number, exactly. */
export function fixed(x: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const exponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n
  const shift = PLACES + BigInt(Math.max(exponent, 1) - 1075)
  return ((bits >> 63n) & 1n) === 1n ? -(mantissa << shift) : mantissa << shift
}

export const one = ONE

export function times(a: bigint, b: bigint): bigint {
  return (a * b) >> PLACES
}

export function over(a: bigint, b: bigint): bigint {
  return (a << PLACES) / b
}

/** e^x: 2^k times the series at r / 2^24, squared 24 times. */
export function fixedExp(x: bigint): bigint {
  const k = x / LN2
  const r = (x - k * LN2) >> 24n
  let sum = ONE
  let term = ONE
  for (let n = 1n; term !== 0n && n < 200n; n++) {
    term = times(term, r) / n
    sum += term
  }
  for (let i = 0; i < 24; i++) sum = times(sum, sum)
  return k >= 0n ? sum << k : sum >> -k
}

/** ln x for x > 0: 2 atanh((m - 1) / (m + 1)) + k ln 2. */
export function fixedLog(x: bigint): bigint {
  const k = BigInt(x.toString(2).length - 1) - PLACES
  const m = k > 0n ? x >> k : x << -k
  return 2n * atanh(over(m - ONE, m + ONE)) + k * LN2
}

/** ln(1 + x), precise for small x too. */
export function fixedLog1p(x: bigint): bigint {
  return x > -ONE / 4n && x < ONE / 4n ? 2n * atanh(over(x, 2n * ONE + x)) : fixedLog(ONE + x)
}

/** Distance of `value` from `exact` in units in the last place of the f64 nearest to `exact`. */
export function ulps(value: number, exact: bigint): number {
  const size = exact < 0n ? -exact : exact
  const exponent = size.toString(2).length - 1 - Number(PLACES) // of the leading bit
  const ulp = 1n << (PLACES + BigInt(Math.max(exponent, -1022) - 52))
  const distance = fixed(value) - exact
  return Number(((distance < 0n ? -distance : distance) * 1000000n) / ulp) / 1e6
}

function atanh(s: bigint): bigint {
  if (s < 0n) return -atanh(-s) // a shift rounds down: a negative power would never reach 0
  const square = times(s, s)
  let power = s
  let sum = 0n
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n
    power = times(power, square)
  }
  return sum
}

const LN2 = 2n * atanh(ONE / 3n)
