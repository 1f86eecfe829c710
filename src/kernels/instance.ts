import { readFileSync } from 'node:fs'
import { fail } from '../base/errors.ts'
import { releaseMemory } from './collector.ts'
import type { KernelFunctions, Kernels, MathKernels, TrainingKernels } from './kernels.ts'
import { ScopedMemory } from './memory.ts'
import type { KernelPool, Lease } from './pool.ts'
import { functionsOf, type Memory, type Module, wasm } from './webassembly.ts'

const PAGE = 65536

/** Address space of a 32-bit memory, and what is asked for where an engine does not reserve as much. */
const LARGEST = [65536, 32768, 16384]

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
  const { kernels, functions } = instantiate(moduleOf('scoring'), newMemory(false))
  return Object.freeze({ ...kernels, threads: 1, parallel: onOneThread(functions) })
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

function onOneThread(functions: KernelFunctions): Kernels['parallel'] {
  return (name, calls) => {
    const run = functions[name]
    if (run === undefined) throw new TypeError(`the kernels have no function ${name}`)
    for (const args of calls) run(...args)
  }
}

function moduleOf(name: 'training' | 'scoring'): Module {
  if (compiled[name] === undefined) {
    const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url))
    compiled[name] = guarded(() => new wasm.Module(bytes))
  }
  return compiled[name]
}

function newMemory(shared: boolean): Memory {
  let refusal: unknown
  for (const maximum of LARGEST) {
    try {
      return new wasm.Memory({ initial: 1, maximum, shared })
    } catch (thrown) {
      refusal = thrown
    }
  }
  throw fail('KERNEL_OUT_OF_MEMORY', { bytes: PAGE, limit: 0 }, { cause: refusal })
}

function instantiate(
  module: Module,
  memory: Memory,
): { kernels: Pick<Kernels, 'math' | 'functions' | 'scope'>; functions: KernelFunctions } {
  const instance = guarded(() => new wasm.Instance(module, { env: { memory } }))
  const functions = instance.exports as unknown as KernelFunctions & MathKernels & { heapBase(): number }
  const { exp, expm1, log, log1p, tanh, sigmoid, pow } = functions
  const scoped = new ScopedMemory(memory, functions.heapBase())
  const math = Object.freeze({ exp, expm1, log, log1p, tanh, sigmoid, pow })
  return { functions, kernels: { math, functions, scope: scoped.scope.bind(scoped) as Kernels['scope'] } }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw fail('KERNEL_UNSUPPORTED', { reason }, { cause: thrown })
  }
}
