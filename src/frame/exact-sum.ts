/** Values that the bins take before they are emptied: 2^26 halves of 27 bits add up to 53 bits, which a double holds. */
const most = 2 ** 26

/**
 * The double nearest to the true sum of the finite values, ties to even; the others are passed over. The same for every
 * order of the values, and never lost to a sum in between that is too large. Undefined where no double holds it.
 *
 * A double is a whole number of 53 bits times a power of two. The two halves of these numbers are added up by exponent, in
 * doubles that stay exact, and the bins are then put together as one big integer in units of 2^-1074, which is rounded once.
 */
export function exactSum(values: Float64Array): number | undefined {
  let total = 0n
  for (let from = 0; from < values.length; from += most) total += binned(values.subarray(from, from + most))
  return nearestDouble(total)
}

/** Sum in units of the smallest double above zero. */
function binned(values: Float64Array): bigint {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2)
  const high = new Float64Array(2047)
  const low = new Float64Array(2047)
  for (let i = 0; i < words.length; i += 2) {
    const bits = words[i] as number
    const head = words[i + 1] as number
    const exponent = (head >>> 20) & 0x7ff
    if (exponent === 2047) continue // NaN or infinite
    const top = (head & 0xfffff) | (exponent === 0 ? 0 : 0x100000)
    const sign = head >>> 31 === 0 ? 1 : -1
    high[exponent] = (high[exponent] as number) + sign * (top * 64 + (bits >>> 26))
    low[exponent] = (low[exponent] as number) + sign * (bits & 0x3ffffff)
  }
  let total = 0n
  for (let exponent = 0; exponent < 2047; exponent++) {
    const mantissa = (BigInt(high[exponent] as number) << 26n) + BigInt(low[exponent] as number)
    if (mantissa !== 0n) total += mantissa << BigInt(Math.max(exponent, 1) - 1)
  }
  return total
}

/** A whole number of units of 2^-1074 as the nearest double. */
function nearestDouble(total: bigint): number | undefined {
  const size = total < 0n ? -total : total
  // More bits than a double takes are cut off, but for one that says whether any of them was set: so ties are true ties.
  const cut = Math.max(0, size.toString(16).length * 4 - 72)
  const kept = size >> BigInt(cut)
  const head = kept << BigInt(cut) === size ? kept : kept | 1n
  let value = Number(head) * Number.MIN_VALUE
  for (let step = 0; step < cut; step++) value *= 2
  if (!Number.isFinite(value)) return undefined
  return total < 0n ? -value : value
}
