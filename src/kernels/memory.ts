import { fail } from '../base/errors.ts'
import type { KernelMemory } from './kernels.ts'
import type { Memory } from './webassembly.ts'

const ALIGNMENT = 16
const PAGE = 65536
const ADDRESSABLE = 2 ** 32

/** One scope's part of the memory. */
interface Region {
  readonly end: number
  open: boolean
}

/**
 * Hands out the memory behind a module's constants in scopes: one after the other upwards, freed from the top.
 *
 * A scope reserves all that it said beforehand, so its views never move. `work` may be asynchronous: the scope then lasts
 * until its promise settles. Shared memory grows without moving, so there scopes may nest and overlap, and a scope that ends
 * early is free once those above it ended. Plain memory moves when it grows: one scope at a time, a second is refused.
 */
export class ScopedMemory {
  readonly #memory: Memory
  readonly #base: number
  readonly #regions: Region[] = []

  constructor(memory: Memory, base: number) {
    this.#memory = memory
    this.#base = alignUp(base)
  }

  /** @throws DaybookError KERNEL_OUT_OF_MEMORY, and TypeError where a rule above is broken: a fault of the caller's code. */
  scope<T>(bytes: number, work: (memory: KernelMemory) => T): T {
    if (!(bytes >= 0)) throw new TypeError(`a scope needs a number of bytes, got ${bytes}`)
    if (this.#regions.length > 0 && this.#memory.buffer instanceof ArrayBuffer)
      throw new TypeError('scopes of scoring kernels do not nest: ask for all the memory at once')
    const start = this.#regions.at(-1)?.end ?? this.#base
    const region: Region = { end: start + alignUp(bytes), open: true }
    this.#reserve(region.end, bytes)
    this.#regions.push(region)
    let result: T
    try {
      result = work(viewsOf(this.#memory.buffer, start, region))
    } catch (thrown) {
      this.#free(region)
      throw thrown
    }
    if (isPromise(result)) return result.finally(() => this.#free(region)) as T
    this.#free(region)
    return result
  }

  #reserve(end: number, bytes: number): void {
    const have = this.#memory.buffer.byteLength
    if (end <= have) return
    try {
      if (end > ADDRESSABLE) throw new RangeError('beyond 32 bits')
      this.#memory.grow(Math.ceil((end - have) / PAGE))
    } catch (cause) {
      throw fail(
        'KERNEL_OUT_OF_MEMORY',
        { bytes: Math.ceil(bytes), limit: ADDRESSABLE - (end - alignUp(bytes)) },
        { cause },
      )
    }
  }

  #free(region: Region): void {
    region.open = false
    while (this.#regions.at(-1)?.open === false) this.#regions.pop()
  }
}

function viewsOf(buffer: ArrayBufferLike, start: number, region: Region): KernelMemory {
  let next = start
  const reserve = (bytes: number): number => {
    const at = next
    next += alignUp(bytes)
    if (!region.open) throw new TypeError('this scope has ended: its memory is not its own any more')
    if (!(next <= region.end))
      throw new TypeError(`a scope of ${region.end - start} bytes was asked for ${next - start}`)
    return at
  }
  /** Zeroed as words of 8 bytes: engines fill shared memory value by value. */
  const take = (bytes: number): number => {
    const at = reserve(bytes)
    new Float64Array(buffer, at, alignUp(bytes) / 8).fill(0)
    return at
  }
  return {
    f32: (length) => new Float32Array(buffer, take(4 * length), length),
    f64: (length) => new Float64Array(buffer, take(8 * length), length),
    i32: (length) => new Int32Array(buffer, take(4 * length), length),
    u32: (length) => new Uint32Array(buffer, take(4 * length), length),
    u8: (length) => new Uint8Array(buffer, take(length), length),
    put: (array) => {
      const View = array.constructor as new (memory: ArrayBufferLike, at: number, length: number) => typeof array
      const view = new View(buffer, reserve(array.byteLength), array.length)
      view.set(array)
      return view
    },
  }
}

/** Bytes that a view of `bytes` takes up in a scope. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

function isPromise<T>(value: T): value is T & Promise<unknown> {
  return value instanceof Promise
}
