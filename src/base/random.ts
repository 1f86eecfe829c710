import { digestJson } from './digest.ts'

/** What a stream of random numbers is keyed by. Equal keys give equal numbers, on any machine, in any order of asking. */
export interface StreamKey {
  readonly seed: number
  /** Id of the cell that draws. */
  readonly cell: string
  /** Fold that the cell is fitted for, or undefined for the final fit. */
  readonly fold?: number | undefined
  /** What the numbers are for: 'rows', 'dropout', 'tree 17'. Other purpose, independent stream. */
  readonly purpose: string
}

/**
 * A counter-based stream of random numbers: number `index` is a pure function of (key, index), so nothing depends on who
 * draws first. Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), keyed by the first
 * 64 bits of the SHA-256 of the canonical key.
 */
export class RandomStream {
  readonly key: StreamKey
  readonly #k0: number
  readonly #k1: number
  readonly #block = new Uint32Array(4)
  #blockIndex = -1

  constructor(key: StreamKey) {
    this.key = key
    const digest = digestJson({ seed: key.seed, cell: key.cell, fold: key.fold ?? null, purpose: key.purpose })
    this.#k0 = Number.parseInt(digest.slice(0, 8), 16)
    this.#k1 = Number.parseInt(digest.slice(8, 16), 16)
  }

  /** The two 32-bit words that key the generator: what a kernel needs to draw the same numbers. */
  get words(): readonly [number, number] {
    return [this.#k0, this.#k1]
  }

  /** A stream of its own for a part of the work, such as one tree of many. */
  derive(purpose: string): RandomStream {
    return new RandomStream({ ...this.key, purpose: `${this.key.purpose}/${purpose}` })
  }

  /** Number `index` (>= 0) as 32 random bits. */
  bits(index: number): number {
    const blockIndex = Math.floor(index / 4)
    if (blockIndex !== this.#blockIndex) {
      philox4x32(this.#block, blockIndex, this.#k0, this.#k1)
      this.#blockIndex = blockIndex
    }
    return this.#block[index % 4] as number
  }

  /** Uniform in [0, 1), a multiple of 2^-32. */
  uniform(index: number): number {
    return this.bits(index) * 2 ** -32
  }

  /** A whole number in [0, bound), bound <= 2^21. Bias is below bound / 2^53. */
  below(bound: number, index: number): number {
    const wide = this.bits(2 * index) * 2 ** 21 + (this.bits(2 * index + 1) >>> 11) // 53 bits
    return Math.floor((wide / 2 ** 53) * bound)
  }

  /** The numbers 0 … n-1 in random order (Fisher-Yates from the end). */
  permutation(n: number): Uint32Array<ArrayBuffer> {
    const order = Uint32Array.from({ length: n }, (_, i) => i)
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i + 1, i)
      const held = order[i] as number
      order[i] = order[j] as number
      order[j] = held
    }
    return order
  }
}

/** Writes block `counter` of Philox 4x32-10 under key (k0, k1) into `out`. */
export function philox4x32(out: Uint32Array, counter: number, k0: number, k1: number): void {
  let c0 = counter >>> 0
  let c1 = Math.floor(counter / 2 ** 32) >>> 0
  let c2 = 0
  let c3 = 0
  let key0 = k0
  let key1 = k1
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, c0)
    const low0 = Math.imul(0xd2511f53, c0)
    const high1 = multiplyHigh(0xcd9e8d57, c2)
    const low1 = Math.imul(0xcd9e8d57, c2)
    c0 = (high1 ^ c1 ^ key0) >>> 0
    c1 = low1 >>> 0
    c2 = (high0 ^ c3 ^ key1) >>> 0
    c3 = low0 >>> 0
    key0 = (key0 + 0x9e3779b9) >>> 0
    key1 = (key1 + 0xbb67ae85) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const carry = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(carry / 65536)) >>> 0
}
