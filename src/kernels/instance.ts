import { readFileSync } from 'node:fs'
import { fail } from '../base/errors.ts'
import type { KernelFunctions, Kernels, MathKernels } from './kernels.ts'
import { ScopedMemory } from './memory.ts'
import { type Memory, type Module, wasm } from './webassembly.ts'

const PAGE = 65536

/** Address space of a 32-bit memory, and what is asked for where an engine does not reserve as much. */
const LARGEST = [65536, 32768, 16384]

/** Compiled code is immutable, so a process compiles each module once; instances and their memories are never shared. */
const compiled: { training?: Module; scoring?: Module } = {}

/**
 * Kernels for scoring: a new instance over plain memory of its own. One scope at a time (see {@link ScopedMemory}).
 *
 * @throws DaybookError KERNEL_UNSUPPORTED
 */
export function scoringKernels(): Kernels {
  return instantiate(moduleOf('scoring'), newMemory(false))
}

/**
 * Kernels for training: a new instance over a fresh shared memory, given back when the instance is collected.
 *
 * The seam for threads: a worker can instantiate the same module over the same memory, because no kernel keeps anything
 * outside the memory that its arguments point to, and because the split of the work (blocks of rows, features or units,
 * written by one thread each) is fixed by the data. A pool then posts a function's name and its numbers, and waits by Atomics.
 *
 * @throws DaybookError KERNEL_UNSUPPORTED
 */
export function trainingKernels(): Kernels {
  return instantiate(moduleOf('training'), newMemory(true))
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

function instantiate(module: Module, memory: Memory): Kernels {
  const instance = guarded(() => new wasm.Instance(module, { env: { memory } }))
  const functions = instance.exports as unknown as KernelFunctions & MathKernels & { heapBase(): number }
  const { exp, expm1, log, log1p, tanh, sigmoid, pow } = functions
  const scoped = new ScopedMemory(memory, functions.heapBase())
  return Object.freeze({
    math: Object.freeze({ exp, expm1, log, log1p, tanh, sigmoid, pow }),
    functions,
    scope: scoped.scope.bind(scoped) as Kernels['scope'],
    threads: 1,
    parallel: (name: string, calls: readonly (readonly number[])[]) => {
      const run = functions[name] as (...args: number[]) => number
      for (const args of calls) run(...args)
    },
  })
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw fail('KERNEL_UNSUPPORTED', { reason }, { cause: thrown })
  }
}
