import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes of memories that nothing refers to any more, from which on they are worth a run of the collector. */
const WORTH_COLLECTING = 2 ** 26

let collect: (() => void) | undefined
let released = 0

/**
 * Runs the collector, soon. The engine sees a few small objects where an instance stands over gigabytes of memory, so left to
 * itself it would let many of those pile up.
 */
export function collectSoon(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  setImmediate(collect)
}

/** Notes that a memory of so many bytes will not be used again. */
export function releaseMemory(bytes: number): void {
  released += bytes
  if (released < WORTH_COLLECTING) return
  released = 0
  collectSoon()
}
