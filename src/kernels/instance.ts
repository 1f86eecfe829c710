import { readFileSync } from 'node:fs'
import { releaseMemory } from './collector.ts'
import { compileKernels, instantiate, kernelsOf, newMemory, onOneThread } from './instantiate.ts'
import type { Kernels, TrainingKernels } from './kernels.ts'
import type { KernelPool, Lease } from './pool.ts'
import { functionsOf, type Module } from './webassembly.ts'

/** Compiled code is immutable, so a process compiles each module once; instances and their memories are never shared. */
const compiled: { training?: Module; scoring?: Module } = {}

export interface TrainingOptions {
  /** Where further threads come from. Without it, kernels run on the caller's thread. */
  readonly pool?: KernelPool | undefined
  /** Threads that `parallel` may use, the caller's among them. Default 1. */
  readonly threads?: number
}

/**
 * Kernels for scoring: a new instance over plain memory of its own. One scope at a time (see {@link ScopedMemory}).
 *
 * @throws DaybookError KERNEL_UNSUPPORTED
 */
export function scoringKernels(): Kernels {
  return kernelsOf(moduleOf('scoring'))
}

/**
 * Kernels for training: a new instance over a fresh shared memory, given back when the instance is collected. Threads of the
 * pool instantiate the same module over the same memory: no kernel keeps anything outside the memory that its arguments
 * point to. They are leased when `parallel` is first called with more than one call, and until `close`.
 *
 * @throws DaybookError KERNEL_UNSUPPORTED
 */
export function trainingKernels({ pool, threads = 1 }: TrainingOptions = {}): TrainingKernels {
  const module = moduleOf('training')
  const memory = newMemory(true)
  const { kernels, functions } = instantiate(module, memory)
  const alone = onOneThread(functions)
  let closed = false
  const end = (): void => {
    if (!closed) releaseMemory(memory.buffer.byteLength)
    closed = true
  }
  if (pool === undefined || threads <= 1)
    return Object.freeze({ ...kernels, threads: 1, parallel: alone, close: () => end() })
  let lease: Lease | undefined
  return Object.freeze({
    ...kernels,
    threads,
    parallel(name: string, calls: readonly (readonly number[])[]) {
      if (calls.length < 2 || closed) return alone(name, calls)
      lease ??= pool.lease(module, memory, functionsOf(module, functions), threads - 1)
      lease.run(name, calls)
    },
    close() {
      end()
      lease?.end()
      lease = undefined
    },
  })
}

function moduleOf(name: 'training' | 'scoring'): Module {
  if (compiled[name] === undefined) {
    const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
    compiled[name] = compileKernels(bytes)
  }
  return compiled[name]
}
